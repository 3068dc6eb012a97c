/**
 * The board: every series of the process in one flat Float64Array. Writers hold handles, readers
 * (exposition, exporters, history, rules, page) read the board or a copy of it.
 *
 * Invariants: a metric never has more than its limit of series, besides the folded ones; in all there
 * are never more than `seriesLimit`, besides a tenth of it for folded ones and one `other` per
 * metric; what was folded or refused is counted; a slot belongs to one series at a time and is
 * reused only after its handle was released; reading never changes what there is to read.
 */
import { QuorumscopeError } from '../base/errors.js';
import { assertDefinition, counter, gauge, sampleNames, type MetricDefinition } from './definition.js';
import type { Family } from './family.js';
import { Interner } from './interner.js';
import type { Counter, Gauge, Handle, Histogram, Series, Summary } from './series.js';
import { Shelf, type FamilyView, type ShelfHost } from './shelf.js';
import { Slots } from './slots.js';

export type { FamilyView } from './shelf.js';

/** Settings of a board. */
export interface BoardOptions {
  /** Replaces the leading `hotstuff_` of every name. Default `hotstuff_`. */
  readonly prefix?: string;
  /** Most series of one metric that does not set its own limit. Default 1,000. */
  readonly metricSeriesLimit?: number;
  /** Most series in all. Default 50,000. */
  readonly seriesLimit?: number;
}

/** A consistent copy: later recording, retiring or reuse does not touch it. */
export interface Snapshot {
  readonly layout: number;
  readonly values: Float64Array;
  readonly families: readonly FamilyView[];
}

/** The board's own metrics. They stand outside the budget in all. */
export const boardMetrics = {
  series: gauge('quorumscope_series', 'Series on the board.', []),
  seriesLimit: gauge('quorumscope_series_limit', 'Most series that the board may hold.', []),
  folded: counter(
    'quorumscope_series_folded_total',
    'Times a label set beyond the budget was given the series `other` instead of its own.',
    ['metric'],
    { limit: 500 },
  ),
  refused: counter(
    'quorumscope_series_refused_total',
    'Times a gauge was refused a series because the budget was spent.',
    ['metric'],
    { limit: 500 },
  ),
  invalid: counter(
    'quorumscope_values_refused_total',
    'Values refused: negative for a counter, not finite, or with a weight that is not positive.',
    ['metric'],
    { limit: 500 },
  ),
} as const;

const ownNames = new Set<string>(Object.values(boardMetrics).map(({ name }) => name));

/** All series of the process. */
export class Board {
  readonly slots = new Slots();
  readonly #shelves = new Map<string, Shelf>();
  /** Which metric each name on a page belongs to. */
  readonly #names = new Map<string, string>();
  readonly #interner = new Interner();
  readonly #prefix: string;
  readonly #metricSeriesLimit: number;
  readonly #seriesLimit: number;
  readonly #seriesGauge: Gauge;
  #live = 0;
  #layout = 0;
  #views: readonly FamilyView[] | undefined;
  readonly #lateWriters: (() => void)[] = [];

  constructor(options: BoardOptions = {}) {
    this.#prefix = options.prefix ?? 'hotstuff_';
    this.#metricSeriesLimit = options.metricSeriesLimit ?? 1_000;
    this.#seriesLimit = options.seriesLimit ?? 50_000;
    // Present from the start: were it first set by a reader, reading would change the layout.
    this.#seriesGauge = this.gauge(boardMetrics.series).at();
    this.#seriesGauge.set(0);
    this.gauge(boardMetrics.seriesLimit).at().set(this.#seriesLimit);
  }

  /** @throws QuorumscopeError `metrics.definition`, as all four do, when the definition is not valid or
   * contradicts another */
  counter<L extends readonly string[]>(definition: MetricDefinition<L>): Family<Counter, L> {
    return this.#family(definition, 'counter') as unknown as Family<Counter, L>;
  }

  gauge<L extends readonly string[]>(definition: MetricDefinition<L>): Family<Gauge, L> {
    return this.#family(definition, 'gauge') as unknown as Family<Gauge, L>;
  }

  histogram<L extends readonly string[]>(definition: MetricDefinition<L>): Family<Histogram, L> {
    return this.#family(definition, 'histogram') as unknown as Family<Histogram, L>;
  }

  summary<L extends readonly string[]>(definition: MetricDefinition<L>): Family<Summary, L> {
    return this.#family(definition, 'summary') as unknown as Family<Summary, L>;
  }

  /** The definition that stands under `name`, with or without the prefix replaced. */
  declared(name: string): MetricDefinition | undefined {
    return this.#shelves.get(this.#nameOf(name))?.definition;
  }

  /** The live series of these label values; undefined where there is none of its own. Opens none. */
  find({ name }: MetricDefinition, labelValues: readonly string[]): Series | undefined {
    this.#hearLateWriters();
    return this.#shelves.get(this.#nameOf(name))?.family.known(labelValues);
  }

  /** Changes whenever a series appears, disappears or moves; readers cache what depends on it. */
  get layout(): number {
    return this.#layout;
  }

  /**
   * The metrics that have live series, in order of registration. Neither the list nor a view in it is
   * ever changed; a metric whose series are the same keeps the same view.
   */
  families(): readonly FamilyView[] {
    this.#hearLateWriters();
    if (!this.#views) {
      const views: FamilyView[] = [];
      for (const shelf of this.#shelves.values()) {
        const view = shelf.view();
        if (view) views.push(view);
      }
      this.#views = Object.freeze(views);
    }
    return this.#views;
  }

  /** Whoever writes later than it could does so in `write`, called before series are looked up and by `refresh`. */
  beforeReading(write: () => void): void {
    this.#lateWriters.push(write);
  }

  /** Brings everything up to date: late writers, summaries, the board's own gauges. Call before reading. */
  refresh(): void {
    this.#hearLateWriters();
    this.#seriesGauge.set(this.#live);
    for (const shelf of this.#shelves.values()) shelf.refresh();
  }

  /** A copy of everything, refreshed. Costs one copy of the flat array. */
  snapshot(): Snapshot {
    this.refresh();
    return {
      layout: this.#layout,
      values: this.slots.values.slice(0, this.slots.used),
      families: this.families(),
    };
  }

  #hearLateWriters(): void {
    for (const write of this.#lateWriters) write();
  }

  #family(definition: MetricDefinition, kind: MetricDefinition['kind']): Family<Handle> {
    const name = this.#nameOf(definition.name);
    const known = this.#shelves.get(name);
    if (known) {
      this.#assertSame(known.definition, definition, kind);
      return known.family;
    }
    if (definition.kind !== kind) throw this.#conflict(name, `is a ${definition.kind}, not a ${kind}`);
    const renamed = { ...definition, name };
    assertDefinition(renamed);
    this.#claimNames(renamed);
    const limit = definition.limit ?? this.#metricSeriesLimit;
    const shelf = new Shelf(this.#hostOf(name), renamed, limit);
    this.#shelves.set(name, shelf);
    return shelf.family;
  }

  #nameOf(name: string): string {
    return name.startsWith('hotstuff_') ? this.#prefix + name.slice('hotstuff_'.length) : name;
  }

  /** What the shelf of metric `name` may ask; the board's own metrics are never short of room. */
  #hostOf(name: string): ShelfHost {
    const isOwn = ownNames.has(name);
    const spare = Math.ceil(this.#seriesLimit / 10);
    return {
      slots: this.slots,
      interner: this.#interner,
      hasRoom: (isFolded) => isOwn || this.#live < this.#seriesLimit + (isFolded ? spare : 0),
      count: (by) => (this.#live += by),
      changed: () => {
        this.#layout++;
        this.#views = undefined;
      },
      // Counting what an own metric folds would ask that same metric for one more series.
      folded: (definition) => isOwn || this.counter(boardMetrics.folded).at(definition.name).add(),
      refused: (definition) => isOwn || this.counter(boardMetrics.refused).at(definition.name).add(),
      invalid: (definition) => this.counter(boardMetrics.invalid).at(definition.name).add(),
    };
  }

  #assertSame(known: MetricDefinition, asked: MetricDefinition, kind: string): void {
    if (known === asked) return;
    const same =
      known.kind === kind &&
      asked.kind === kind &&
      known.labels.join() === asked.labels.join() &&
      (known.bounds ?? []).join() === (asked.bounds ?? []).join() &&
      (known.quantiles ?? []).join() === (asked.quantiles ?? []).join();
    if (!same) throw this.#conflict(known.name, 'is already declared with another kind, labels or bounds');
  }

  /** Two metrics whose series would carry one name cannot stand on one page. */
  #claimNames(definition: MetricDefinition): void {
    const names = sampleNames(definition);
    for (const name of names) {
      const holder = this.#names.get(name);
      if (holder !== undefined)
        throw this.#conflict(definition.name, `would share the name ${name} with ${holder}`);
    }
    for (const name of names) this.#names.set(name, definition.name);
  }

  #conflict(metric: string, problem: string): QuorumscopeError {
    return new QuorumscopeError('metrics.definition', 'configuration', `${metric} ${problem}`, {
      details: { metric },
    });
  }
}
