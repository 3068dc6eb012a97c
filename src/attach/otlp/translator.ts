/**
 * Requests of OTLP to events of the nodes that they are of. Every record is counted once, whatever it is; what a request
 * tells is in the feeds when `take` resolves. Moments of spans are told in the order of their times.
 *
 * Requests are taken one after the other, in slices: between two slices everybody else has a turn, and while the intake has
 * no room the request waits. Nothing throws on any request.
 */
import type { Clock } from '../../base/clock.js';
import { decodeRequest, type Encoding } from './decode.js';
import type { OtlpMapping } from './mapping.js';
import { pointsOf } from './metric-plan.js';
import { viewOfLog, viewOfSpan, viewOfSpanEvent, type RecordView, type Surroundings } from './record.js';
import type { LogRecord, OtlpMetric, ResourceRecords, Signal, Span } from './requests.js';
import { Tally, type RecordKind, type Rejection } from './tally.js';
import { lackOf, momentOf, type Moment, type Voice } from './voice.js';
import type { Voices } from './voices.js';

/** A slice, microseconds. */
const SLICE_US = 5_000;
/** Records between two looks at the clock. */
const LOOK_EVERY = 64;

/** Something to be told, at its time. */
interface Timed {
  readonly tsUs: number;
  readonly tell: () => void;
}

/** Takes requests. */
export class OtlpTranslator {
  readonly #mapping: OtlpMapping;
  readonly #voices: Voices;
  readonly #clock: Clock;
  #sliceUs = 0;
  #looks = 0;

  constructor(mapping: OtlpMapping, voices: Voices, clock: Clock) {
    this.#mapping = mapping;
    this.#voices = voices;
    this.#clock = clock;
  }

  /** Takes one request; the one before must have been taken. Never rejects. */
  async take(
    body: Buffer,
    signal: Signal,
    encoding: Encoding,
  ): Promise<Tally | { readonly problem: string }> {
    this.#sliceUs = this.#clock.monoUs();
    const tally = new Tally();
    if (signal === 'metrics') {
      const request = decodeRequest<OtlpMetric>(body, signal, encoding);
      if ('problem' in request) return request;
      await this.#each(request, tally, countMetric, (metric, voice, { scope }) =>
        voice.metric(metric, scope.name ?? '', tally),
      );
    } else if (signal === 'logs') {
      const request = decodeRequest<LogRecord>(body, signal, encoding);
      if ('problem' in request) return request;
      await this.#each(
        request,
        tally,
        () => [['logs', 1]],
        (record, voice, around) =>
          voice.record(viewOfLog(record, around), this.#mapping.records, 'logs', tally),
      );
    } else {
      const request = decodeRequest<Span>(body, signal, encoding);
      if ('problem' in request) return request;
      await this.#spans(request, tally);
    }
    return tally;
  }

  async #spans(request: readonly ResourceRecords<Span>[], tally: Tally): Promise<void> {
    const moments: Timed[] = [];
    const voices = new Set<Voice>();
    await this.#each(request, tally, countSpan, (span, voice, around) => {
      voices.add(voice);
      this.#span(span, voice, around, tally, moments);
    });
    moments.sort((a, b) => a.tsUs - b.tsUs);
    for (const { tell } of moments) {
      tell();
      if (this.#mustYield()) await this.#yield(voices);
    }
    await this.#yield(voices);
  }

  #span(span: Span, voice: Voice, around: Surroundings, tally: Tally, moments: Timed[]): void {
    const start = viewOfSpan(span, around, 'start');
    const end = viewOfSpan(span, around, 'end');
    const told = this.#voices.stated?.told(start.name);
    const pattern = told ? undefined : this.#mapping.spans.find((one) => voice.fits(one.end, end));
    if (told) {
      // What has a duration is known at its end.
      const view = told.fields.some(({ name }) => name === 'duration_us') ? end : start;
      moments.push(counted(voice, [[momentOf(told), view]], true, tally));
    } else if (pattern) {
      moments.push(
        ...countedTogether(
          voice,
          [
            [pattern.start, start],
            [pattern.end, end],
          ],
          tally,
        ),
      );
    } else tally.ignored('spans');
    for (const event of span.events ?? []) {
      const view = viewOfSpanEvent(event, span, around);
      moments.push({
        tsUs: view.tsUs,
        tell: () => voice.record(view, this.#mapping.records, 'span_events', tally),
      });
    }
  }

  /** Every record with the voice of its resource; those of nobody are rejected. */
  async #each<T>(
    request: readonly ResourceRecords<T>[],
    tally: Tally,
    count: (record: T) => readonly (readonly [RecordKind, number])[],
    take: (record: T, voice: Voice, around: Surroundings) => void,
  ): Promise<void> {
    for (const { resource, scopes } of request) {
      const voice = this.#voices.of(resource);
      for (const { scope, records } of scopes)
        for (const record of records) {
          if ('flush' in voice) take(record, voice, { resource, scope });
          else reject(tally, count(record), voice);
          if ('flush' in voice && this.#mustYield()) await this.#yield([voice]);
        }
      if ('flush' in voice) await this.#yield([voice]);
    }
  }

  #mustYield(): boolean {
    if (++this.#looks % LOOK_EVERY !== 0) return false;
    return this.#clock.monoUs() - this.#sliceUs > SLICE_US;
  }

  async #yield(voices: Iterable<Voice>): Promise<void> {
    for (const voice of voices) {
      voice.flush();
      await voice.ready();
    }
    if (this.#clock.monoUs() - this.#sliceUs <= SLICE_US) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#sliceUs = this.#clock.monoUs();
  }
}

type Part = readonly [pattern: Moment, view: RecordView];

/** One moment that decides what became of its span. */
function counted(voice: Voice, [part]: readonly [Part], isStated: boolean, tally: Tally): Timed {
  const [pattern, view] = part;
  const tell = (): void => settle(tally, view, voice.tellMoment(pattern, view, isStated));
  return { tsUs: view.tsUs, tell };
}

/** Beginning and end of a span: it is counted with its end, and lacks what either lacks unless one was told. */
function countedTogether(voice: Voice, [start, end]: readonly [Part, Part], tally: Tally): Timed[] {
  const told = { lack: undefined as string | undefined, isTold: false };
  const tell = ([pattern, view]: Part): void => {
    const lack = voice.tellMoment(pattern, view, false);
    if (lack === undefined && pattern.tells.length > 0) told.isTold = true;
    told.lack ??= lack;
  };
  return [
    { tsUs: start[1].tsUs, tell: () => tell(start) },
    {
      tsUs: Math.max(end[1].tsUs, start[1].tsUs),
      tell: () => {
        tell(end);
        settle(tally, end[1], told.isTold ? undefined : told.lack);
      },
    },
  ];
}

function settle(tally: Tally, view: RecordView, lack: string | undefined): void {
  if (lack === undefined) tally.mapped('spans');
  else tally.rejected('spans', 'fact', lackOf(view, lack));
}

function reject(
  tally: Tally,
  counts: readonly (readonly [RecordKind, number])[],
  [reason, problem]: readonly [Rejection, string],
): void {
  for (const [kind, count] of counts) for (let i = 0; i < count; i++) tally.rejected(kind, reason, problem);
}

function countSpan(span: Span): readonly (readonly [RecordKind, number])[] {
  return [
    ['spans', 1],
    ['span_events', span.events?.length ?? 0],
  ];
}

function countMetric(metric: OtlpMetric): readonly (readonly [RecordKind, number])[] {
  return [['metrics', pointsOf(metric).length]];
}
