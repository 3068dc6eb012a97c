/**
 * One resource as a producer of events: its records told through a feed of its own, behind its `hello`. While nothing of it is
 * told it is no node and has no feed; one that has been silent for long is let go, and begins again where it stood.
 *
 * States: silent -> speaking -> silent (let go) -> speaking ... Nothing throws on any record.
 */
import type { LinePattern } from '../logs/adapter.js';
import { Teller, type NodeFacts } from '../logs/teller.js';
import type { Caught } from '../logs/template.js';
import type { Told } from '../logs/told.js';
import type { LosslessFeed, OpenLosslessFeed } from '../feed.js';
import type { OtlpMapping } from './mapping.js';
import { MetricVoice } from './metric-voice.js';
import type { RecordView } from './record.js';
import type { OtlpMetric } from './requests.js';
import type { StatedEvents } from './stated.js';
import type { RecordKind, Tally } from './tally.js';

/** The label `source` of everything that comes by OTLP. */
export const OTLP_DOOR = 'otlp';

/** What a voice needs. */
export interface VoiceOptions {
  readonly facts: NodeFacts;
  /** Name and version of the program. */
  readonly software: string;
  /** What its runs are called, up to their times. */
  readonly runs: string;
  readonly mapping: OtlpMapping;
  readonly stated: StatedEvents | undefined;
  readonly openFeed: OpenLosslessFeed;
  readonly nowUs: () => number;
  readonly onReset: () => void;
}

/** What is told of a record, or of the beginning or end of a span. */
export type Moment = Pick<LinePattern, 'tells' | 'keep' | 'remember' | 'beginsRun'>;

const NOTHING_KEPT = { keep: [], remember: [], beginsRun: false } as const;

/** One resource. */
export class Voice {
  /** When it was last heard. */
  heardUs = 0;
  readonly #options: VoiceOptions;
  readonly #teller: Teller;
  readonly #metrics: MetricVoice;
  #feed: LosslessFeed | undefined;
  #at: RecordView | undefined;
  #isStated = false;
  #caught: Caught = {};
  #lines: string[] = [];
  /** Opens the next feed, where it was let go: it says where counting stood. */
  #again: string | undefined;

  constructor(options: VoiceOptions) {
    this.#options = options;
    const { mapping, stated, facts, onReset } = options;
    this.#teller = new Teller({
      rules: { protocol: mapping.protocol, title: options.software, rotation: undefined },
      facts,
      door: options.runs,
      line: (name) => this.#caught[name] ?? this.#at?.value(name),
      stamp: (name) => (this.#isStated && this.#at ? stated?.stamp(name, this.#at) : undefined),
    });
    this.#metrics = new MetricVoice({
      mapping,
      onReset,
      state: (type, body, tsUs, weight) => this.#lines.push(...this.#teller.state(type, body, tsUs, weight)),
    });
  }

  /** Tells a record: an event that it states, or what the first pattern that fits makes of it. */
  record(view: RecordView, patterns: readonly LinePattern[], kind: RecordKind, tally: Tally): void {
    this.#at = view;
    this.#caught = {};
    const told = this.#options.stated?.told(view.name);
    const pattern = told ? undefined : patterns.find((one) => this.#fits(one, view));
    const moment = told ? momentOf(told) : pattern;
    if (moment === undefined) return tally.ignored(kind);
    this.#isStated = told !== undefined;
    const lack = this.#tell(moment, view);
    if (lack === undefined) tally.mapped(kind);
    else tally.rejected(kind, 'fact', lackOf(view, lack));
  }

  /** Whether a pattern fits a record; what its text catches is caught for `tellMoment`. */
  fits(pattern: LinePattern, view: RecordView): boolean {
    this.#at = view;
    this.#caught = {};
    const fits = this.#fits(pattern, view);
    this.#at = undefined;
    return fits;
  }

  /** Tells one moment of a span. @returns what is lacking, if nothing was told */
  tellMoment(pattern: Moment, view: RecordView, isStated: boolean): string | undefined {
    this.#at = view;
    this.#caught = {};
    this.#isStated = isStated;
    return this.#tell(pattern, view);
  }

  /** Takes all points of a metric. */
  metric(metric: OtlpMetric, scope: string, tally: Tally): void {
    this.#metrics.take(metric, scope, this.#options.nowUs(), tally);
  }

  /** Hands over what was told so far. */
  flush(): void {
    this.heardUs = this.#options.nowUs();
    if (this.#lines.length === 0) return;
    const isNew = this.#feed === undefined;
    this.#feed ??= this.#options.openFeed({ door: OTLP_DOOR, peer: this.#options.facts.node });
    const lines = this.#lines;
    this.#lines = [];
    if (isNew && this.#again !== undefined) lines.unshift(this.#again);
    this.#feed.write(Buffer.from(`${lines.join('\n')}\n`));
  }

  /** Resolves when there is room for more. */
  async ready(): Promise<void> {
    await this.#feed?.ready();
  }

  /** Withdraws gauges that were not heard of since. */
  sweep(beforeUs: number): void {
    if (this.#feed === undefined) return;
    const { heardUs } = this;
    this.#metrics.sweep(beforeUs, this.#options.nowUs());
    this.flush();
    this.heardUs = heardUs;
  }

  /** Ends its feed: nothing of it is current any more. Resolves when all of it has been processed. */
  async letGo(): Promise<void> {
    const feed = this.#feed;
    if (feed === undefined) return;
    this.#metrics.forget(this.#options.nowUs());
    this.flush();
    this.#again = this.#teller.helloAgain(this.#options.nowUs());
    this.#feed = undefined;
    feed.end();
    await feed.drained();
  }

  /** @returns what is lacking, if nothing was told */
  #tell(moment: Moment, view: RecordView): string | undefined {
    const { lines, lack } = this.#teller.tell(moment, this.#timeOf(view));
    this.#lines.push(...lines);
    this.#at = undefined;
    this.#isStated = false;
    return lines.length > 0 ? undefined : lack;
  }

  #timeOf({ tsUs }: RecordView): number {
    return tsUs > 0 && Number.isSafeInteger(tsUs) ? tsUs : this.#options.nowUs();
  }

  #fits(pattern: LinePattern, view: RecordView): boolean {
    for (const { path, is } of pattern.when) if (String(view.value(path)) !== is) return false;
    return pattern.message === undefined || pattern.message.match(view.message, this.#caught);
  }
}

/** A told event as the pattern of a moment. */
export function momentOf(told: Told): Moment {
  return { tells: [told], ...NOTHING_KEPT };
}

/** What is said of a record that lacks something. */
export function lackOf({ name }: RecordView, lack: string): string {
  const where = lack.startsWith(name) ? lack : `${name.slice(0, 80)}: ${lack}`;
  return `${where}: absent, or not as that field takes it`;
}
