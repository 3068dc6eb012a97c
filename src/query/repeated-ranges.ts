/**
 * Range queries that are asked again and again while their window slides: only the steps that are new are computed. What
 * is kept are closed steps: all samples that they look at, offsets and look-back included, are of a kind and age that the
 * source says will last. So an answer is always what it would be without this, but for limits: what is kept costs none.
 *
 *   asked           [ first ............................ last ]
 *   kept       [ ......... closed ......... ]
 *   computed        (head where older is asked)   [ tail ]
 */
import type { Clock } from '../base/clock.js';
import type {
  AskOptions,
  CompiledQuery,
  MatrixSeries,
  PromqlEngine,
  QueryOutcome,
} from '../promql/engine.js';
import { compareLabels } from '../promql/labels.js';
import { firstAfter } from '../promql/series.js';
import type { LastingSource } from '../promql/standing.js';
import { isStepwise } from '../promql/stepwise.js';
import { KeptAnswers, type KeptAnswersMeter } from './kept-answers.js';

/** What it is made of. */
export interface RepeatedRangesOptions {
  readonly engine: PromqlEngine;
  /** What the engine's source says of itself. */
  readonly source: LastingSource;
  /** The machine's clock. */
  readonly clock: Pick<Clock, 'monoUs'>;
  readonly maxSteps: number;
  readonly timeoutMs: number;
  /** Most memory for answers, about. */
  readonly maxBytes: number;
  readonly meter: RepeatedRangesMeter;
}

/** Hears what is done. */
export interface RepeatedRangesMeter extends KeptAnswersMeter {
  /** Steps of one answer: those that were kept, and those that were computed. */
  steps(kept: number, computed: number): void;
}

/** A range of times; all are milliseconds since the epoch. */
export interface AskedRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** Steps numbered from the epoch, both ends inclusive. */
interface Steps {
  readonly first: number;
  readonly last: number;
}

/** Which steps of a question are closed, under which version. */
interface Closed extends Steps {
  readonly version: string;
}

type Success = Extract<QueryOutcome, { status: 'success' }>;

/** Answers range queries, remembering. */
export class RepeatedRanges {
  readonly #options: RepeatedRangesOptions;
  readonly #kept: KeptAnswers;

  constructor(options: RepeatedRangesOptions) {
    this.#options = options;
    this.#kept = new KeptAnswers(options.maxBytes, options.meter);
  }

  /** As `PromqlEngine.range`. Never rejects. */
  async range(query: CompiledQuery, asked: AskedRange, options: AskOptions): Promise<QueryOutcome> {
    const steps = stepsOf(asked);
    const closed = this.#mayKeep(query, asked) ? this.#closed(query, asked) : undefined;
    const { meter } = this.#options;
    const count = steps.last - steps.first + 1;
    if (closed === undefined) {
      meter.steps(0, count);
      return this.#whole(query, asked, options);
    }
    const question = questionOf(query, asked);
    const kept = this.#kept.get(question, closed.version);
    const known = kept && overlap({ first: kept.firstStep, last: kept.lastStep }, overlap(steps, closed));
    const outcome = await (kept && known
      ? this.#around(query, asked, kept.series, known, options)
      : this.#whole(query, asked, options));
    const after = this.#closed(query, asked);
    const hasChanged = after?.version !== closed.version;
    // Parts of two states of the source are no answer of either.
    if (known && hasChanged) return this.#whole(query, asked, options);
    meter.steps(
      known ? known.last - known.first + 1 : 0,
      known ? count - (known.last - known.first + 1) : count,
    );
    if (hasChanged || !isPlain(outcome)) return outcome;
    const lasting = overlap(steps, { first: Math.max(closed.first, after.first), last: closed.last });
    const isKnown = kept && lasting && kept.firstStep <= lasting.first && lasting.last <= kept.lastStep;
    if (lasting && !isKnown) this.#keep(question, closed.version, asked, lasting, outcome);
    return outcome;
  }

  #mayKeep(query: CompiledQuery, { startMs, endMs, stepMs }: AskedRange): boolean {
    const { maxSteps } = this.#options;
    const isWhole = Number.isSafeInteger(startMs) && Number.isSafeInteger(stepMs);
    const isBounded = endMs >= startMs + stepMs && (endMs - startMs) / stepMs < maxSteps;
    return isWhole && isBounded && query.type === 'instant vector' && isStepwise(query.expr);
  }

  /** The steps, whether asked for or not, of which everything that they look at will last; undefined without any. */
  #closed(query: CompiledQuery, asked: AskedRange): Closed | undefined {
    const { startMs, stepMs } = asked;
    const lastMs = startMs + Math.floor((asked.endMs - startMs) / stepMs) * stepMs;
    const { engine, source } = this.#options;
    const whole = engine.requests(query, startMs, lastMs, stepMs);
    const first = engine.requests(query, startMs, startMs, 0);
    if (whole.size === 0) return undefined;
    let version = '';
    let fromMs = -Infinity;
    let toMs = Infinity;
    for (const [selector, request] of whole) {
      const standing = source.standing(request);
      if (standing === undefined) return undefined;
      version += `${standing.version}\n`;
      const atFirst = first.get(selector)!;
      if (atFirst.toMs === request.toMs) {
        // Fixed by `@`: all steps look at the same.
        if (request.fromMs < standing.fromMs || request.toMs > standing.closedMs) return undefined;
        continue;
      }
      fromMs = Math.max(fromMs, startMs + standing.fromMs - atFirst.fromMs);
      toMs = Math.min(toMs, startMs + standing.closedMs - atFirst.toMs);
    }
    const phase = phaseOf(asked);
    return {
      version,
      first: Math.ceil((fromMs - phase) / stepMs),
      last: Math.floor((toMs - phase) / stepMs),
    };
  }

  #whole(query: CompiledQuery, asked: AskedRange, options: AskOptions): Promise<QueryOutcome> {
    return this.#options.engine.range(query, asked.startMs, asked.endMs, asked.stepMs, options);
  }

  /** What is kept with what is computed before and after it. */
  async #around(
    query: CompiledQuery,
    asked: AskedRange,
    kept: readonly MatrixSeries[],
    known: Steps,
    options: AskOptions,
  ): Promise<QueryOutcome> {
    const { clock, engine, timeoutMs } = this.#options;
    const { first, last } = stepsOf(asked);
    const deadlineMs = clock.monoUs() / 1000 + (options.limits?.timeoutMs ?? timeoutMs);
    const compute = (from: number, to: number): Promise<QueryOutcome> =>
      engine.range(query, timeOf(asked, from), timeOf(asked, to), asked.stepMs, {
        ...options,
        limits: { ...options.limits, timeoutMs: deadlineMs - clock.monoUs() / 1000 },
        whole: asked,
      });
    const outcomes: Success[] = [];
    for (const [from, to] of [
      [first, known.first - 1],
      [known.last + 1, last],
    ] as const) {
      if (from > to) continue;
      const outcome = await compute(from, to);
      if (outcome.status === 'error') return outcome;
      outcomes.push(outcome);
    }
    const parts = [
      within(kept, timeOf(asked, known.first), timeOf(asked, known.last)),
      ...outcomes.map(({ value }) => (value.type === 'matrix' ? value.series : [])),
    ];
    return {
      status: 'success',
      value: { type: 'matrix', series: joined(parts) },
      warnings: [...new Set(outcomes.flatMap(({ warnings }) => warnings))],
      infos: [...new Set(outcomes.flatMap(({ infos }) => infos))],
      peakSamples: Math.max(0, ...outcomes.map(({ peakSamples }) => peakSamples)),
    };
  }

  #keep(question: string, version: string, asked: AskedRange, lasting: Steps, { value }: Success): void {
    if (value.type !== 'matrix') return;
    // Copies: what is handed out lies in larger pieces of memory.
    const series = within(value.series, timeOf(asked, lasting.first), timeOf(asked, lasting.last)).map(
      ({ labels, times, values }) => ({ labels, times: times.slice(), values: values.slice() }),
    );
    this.#kept.set(question, { version, firstStep: lasting.first, lastStep: lasting.last, series });
  }
}

/** Remarks belong to all of an answer: one that has any is computed each time. */
function isPlain(outcome: QueryOutcome): outcome is Success {
  return outcome.status === 'success' && outcome.warnings.length === 0 && outcome.infos.length === 0;
}

/** The same question at another time has the same text. Short and long windows of one expression are two questions. */
function questionOf({ text }: CompiledQuery, asked: AskedRange): string {
  const { first, last } = stepsOf(asked);
  const length = Math.ceil(Math.log2(last - first + 1));
  return `${asked.stepMs} ${phaseOf(asked)} ${length} ${text}`;
}

/** How far the steps are from multiples of their distance. */
function phaseOf({ startMs, stepMs }: AskedRange): number {
  return ((startMs % stepMs) + stepMs) % stepMs;
}

function stepsOf(asked: AskedRange): Steps {
  const { startMs, endMs, stepMs } = asked;
  const first = (startMs - phaseOf(asked)) / stepMs;
  return { first, last: first + Math.floor((endMs - startMs) / stepMs) };
}

function timeOf(asked: AskedRange, step: number): number {
  return phaseOf(asked) + step * asked.stepMs;
}

function overlap(a: Steps, b: Steps | undefined): Steps | undefined {
  if (b === undefined) return undefined;
  const both = { first: Math.max(a.first, b.first), last: Math.min(a.last, b.last) };
  return both.first <= both.last ? both : undefined;
}

/** The samples from one time to another, both inclusive; series without any are left out. */
function within(series: readonly MatrixSeries[], fromMs: number, toMs: number): MatrixSeries[] {
  return series.flatMap(({ labels, times, values }) => {
    const from = firstAfter(times, fromMs - 1, 0, times.length);
    const to = firstAfter(times, toMs, from, times.length);
    return from === to
      ? []
      : [{ labels, times: times.subarray(from, to), values: values.subarray(from, to) }];
  });
}

/** Parts of one answer, none of which has a step of another, in the order of labels. */
function joined(parts: readonly (readonly MatrixSeries[])[]): MatrixSeries[] {
  const byLabels = new Map<string, MatrixSeries[]>();
  for (const one of parts.flat()) {
    const same = byLabels.get(one.labels.key);
    if (same === undefined) byLabels.set(one.labels.key, [one]);
    else same.push(one);
  }
  return [...byLabels.values()]
    .map((same) => (same.length === 1 ? same[0]! : concatenated(same)))
    .sort((a, b) => compareLabels(a.labels, b.labels));
}

function concatenated(same: readonly MatrixSeries[]): MatrixSeries {
  const ordered = [...same].sort((a, b) => a.times[0]! - b.times[0]!);
  const length = ordered.reduce((sum, { times }) => sum + times.length, 0);
  const times = new Float64Array(length);
  const values = new Float64Array(length);
  let at = 0;
  for (const one of ordered) {
    times.set(one.times, at);
    values.set(one.values, at);
    at += one.times.length;
  }
  return { labels: ordered[0]!.labels, times, values };
}
