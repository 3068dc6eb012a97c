/**
 * The board: every series of the process in one flat Float64Array. Writers hold handles, readers
 * (exposition, exporters, history, rules, page) read the board or a copy of it.
 *
 * Invariants: a definition's series never exceed its limit by more than the folded ones; in all
 * there are never more than `seriesLimit`; what was folded or refused is counted; a slot belongs to
 * one series at a time and is reused only after its handle was released.
 */
import { QuorumscopeError } from '../base/errors.js';
import { assertDefinition, counter, gauge, nodeLabels, type MetricDefinition } from './definition.js';
import { ExponentialHistogram } from './exponential-histogram.js';
import { Family, OTHER } from './family.js';
import {
  Counter,
  Gauge,
  Histogram,
  Summary,
  widthOf,
  type Handle,
  type Series,
  type SeriesOwner,
} from './series.js';
import { Slots } from './slots.js';

/** Settings of a board. */
export interface BoardOptions {
  /** Replaces the leading `hotstuff_` of every name. Default `hotstuff_`. */
  readonly prefix?: string;
  /** Most series of one metric that does not set its own limit. Default 1,000. */
  readonly metricSeriesLimit?: number;
  /** Most series in all. Default 50,000. */
  readonly seriesLimit?: number;
}

/** One metric with its live series, as readers see it. */
export interface FamilyView {
  readonly definition: MetricDefinition;
  readonly series: readonly Series[];
}

/** A consistent copy: later recording, retiring or reuse does not touch it. */
export interface Snapshot {
  readonly layout: number;
  readonly values: Float64Array;
  readonly families: readonly FamilyView[];
}

/** The board's own metrics. */
export const boardMetrics = {
  series: gauge('quorumscope_series', 'Series on the board.', []),
  seriesLimit: gauge('quorumscope_series_limit', 'Most series that the board may hold.', []),
  folded: counter(
    'quorumscope_series_folded_total',
    'Label sets beyond the budget that count under `other` instead.',
    ['metric'],
    { limit: 500 },
  ),
  refused: counter(
    'quorumscope_series_refused_total',
    'Gauge series refused because the budget was spent.',
    ['metric'],
    {
      limit: 500,
    },
  ),
  invalid: counter(
    'quorumscope_values_refused_total',
    'Values refused: negative for a counter, not finite for a histogram.',
    ['metric'],
    { limit: 500 },
  ),
} as const;

interface Registered {
  readonly family: Family<Handle>;
  /** Live series in order of creation; replaced, never changed, so that a snapshot may keep it. */
  series: readonly Handle[];
  count: number;
}

/** All series of the process. */
export class Board {
  readonly slots = new Slots();
  readonly #registered = new Map<string, Registered>();
  readonly #prefix: string;
  readonly #metricSeriesLimit: number;
  readonly #seriesLimit: number;
  readonly #summaries = new Set<Summary>();
  #live = 0;
  #layout = 0;
  #views: readonly FamilyView[] | undefined;
  readonly #owner: SeriesOwner;

  constructor(options: BoardOptions = {}) {
    this.#prefix = options.prefix ?? 'hotstuff_';
    this.#metricSeriesLimit = options.metricSeriesLimit ?? 1_000;
    this.#seriesLimit = options.seriesLimit ?? 50_000;
    this.#owner = {
      slots: this.slots,
      refuseValue: (definition) => this.counter(boardMetrics.invalid).at(definition.name).add(),
      setPresent: (handle, present) => this.#setPresent(handle, present),
      retire: (handle) => this.#retire(handle),
      release: (handle) => this.#release(handle),
    };
    this.gauge(boardMetrics.seriesLimit).at().set(this.#seriesLimit);
  }

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

  /** Changes whenever a series appears, disappears or moves; readers cache what depends on it. */
  get layout(): number {
    return this.#layout;
  }

  /** The metrics that have live series, in order of registration. The arrays are never changed. */
  families(): readonly FamilyView[] {
    this.#views ??= [...this.#registered.values()]
      .filter((registered) => registered.series.length > 0)
      .map(({ family, series }) => ({ definition: family.definition, series }));
    return this.#views;
  }

  /** Brings derived slots (summaries, the board's own gauges) up to date; call before reading. */
  refresh(): void {
    this.gauge(boardMetrics.series).at().set(this.#live);
    for (const summary of this.#summaries) summary.refresh();
  }

  /** A copy of everything, refreshed. Costs one copy of the flat array. */
  snapshot(): Snapshot {
    this.refresh();
    const families = this.families();
    return { layout: this.#layout, values: this.slots.values.slice(0, this.slots.used), families };
  }

  #family(definition: MetricDefinition, kind: MetricDefinition['kind']): Family<Handle> {
    const known = this.#registered.get(definition.name);
    if (known) {
      this.#assertSame(known.family.definition, definition, kind);
      return known.family;
    }
    assertDefinition(definition);
    if (definition.kind !== kind) throw this.#conflict(definition, `is a ${definition.kind}, not a ${kind}`);
    const name = definition.name.replace(/^hotstuff_/, this.#prefix);
    const family = new Family<Handle>(
      { ...definition, name },
      { create: (_, values) => this.#create(registered, values) },
    );
    const registered: Registered = { family, series: [], count: 0 };
    this.#registered.set(definition.name, registered);
    return family;
  }

  #assertSame(known: MetricDefinition, asked: MetricDefinition, kind: string): void {
    const same =
      known.kind === kind &&
      known.labels.join() === asked.labels.join() &&
      (known.bounds ?? []).join() === (asked.bounds ?? []).join() &&
      (known.quantiles ?? []).join() === (asked.quantiles ?? []).join();
    if (!same) throw this.#conflict(asked, 'is already declared with another kind, labels or bounds');
  }

  #conflict(definition: MetricDefinition, problem: string): QuorumscopeError {
    return new QuorumscopeError('metrics.definition', 'configuration', `${definition.name} ${problem}`, {
      details: { metric: definition.name },
    });
  }

  #create(registered: Registered, labelValues: readonly string[]): Handle {
    const { definition } = registered.family;
    const isFolded =
      labelValues.includes(OTHER) &&
      this.#foldedValues(definition, labelValues).join() === labelValues.join();
    const limit = definition.limit ?? this.#metricSeriesLimit;
    const hasRoom = registered.count < limit && this.#live < this.#seriesLimit;
    if (hasRoom || isFolded) return this.#open(registered, labelValues);
    if (definition.kind === 'gauge') {
      this.counter(boardMetrics.refused).at(definition.name).add();
      return this.#detached(definition, labelValues);
    }
    this.counter(boardMetrics.folded).at(definition.name).add();
    const family = registered.family as Family<Handle, string[]>;
    return family.at(...this.#foldedValues(definition, labelValues));
  }

  /** `other` for every label but the node's own; for those too where nothing else is left to fold. */
  #foldedValues(definition: MetricDefinition, labelValues: readonly string[]): string[] {
    const nodeOnly = definition.labels.every((label) => nodeLabels.some((own) => own === label));
    return labelValues.map((value, i) => {
      const isNode = nodeLabels.some((own) => own === definition.labels[i]);
      return isNode && !nodeOnly ? value : OTHER;
    });
  }

  #open(registered: Registered, labelValues: readonly string[]): Handle {
    const { definition } = registered.family;
    const handle = this.#newHandle(definition, labelValues, this.slots.allocate(widthOf(definition)));
    registered.count++;
    this.#live++;
    if (handle instanceof Summary) this.#summaries.add(handle);
    if (!(handle instanceof Gauge)) this.#show(registered, handle);
    return handle;
  }

  #newHandle(definition: MetricDefinition, labelValues: readonly string[], slot: number): Handle {
    const values = Object.freeze([...labelValues]);
    switch (definition.kind) {
      case 'counter':
        return new Counter(this.#owner, definition, values, slot);
      case 'gauge':
        return new Gauge(this.#owner, definition, values, slot);
      case 'histogram':
        return new Histogram(this.#owner, definition, values, slot);
      case 'summary':
        return new Summary(this.#owner, definition, values, slot, new ExponentialHistogram());
    }
  }

  /** A gauge that nobody sees: what a refused label set records into. */
  #detached(definition: MetricDefinition, labelValues: readonly string[]): Gauge {
    const owner: SeriesOwner = {
      slots: new Slots(),
      refuseValue: this.#owner.refuseValue,
      setPresent: () => undefined,
      retire: () => undefined,
      release: () => undefined,
    };
    return new Gauge(owner, definition, labelValues, 0);
  }

  #show(registered: Registered, handle: Handle): void {
    registered.series = [...registered.series, handle];
    this.#changed();
  }

  #hide(registered: Registered, handle: Handle): void {
    registered.series = registered.series.filter((series) => series !== handle);
    this.#changed();
  }

  #setPresent(handle: Handle, present: boolean): void {
    const registered = this.#registeredOf(handle);
    if (!registered) return;
    if (present) this.#show(registered, handle);
    else this.#hide(registered, handle);
  }

  #retire(handle: Handle): void {
    const registered = this.#registeredOf(handle);
    if (!registered) return;
    this.#retired.add(handle);
    registered.family.forget(handle.labelValues);
    registered.count--;
    this.#live--;
    if (handle instanceof Summary) this.#summaries.delete(handle);
    this.#hide(registered, handle);
  }

  #release(handle: Handle): void {
    this.#retire(handle);
    if (!this.#retired.has(handle)) return;
    this.#retired.delete(handle);
    this.#released.add(handle);
    this.slots.release(handle.slot, handle.width);
  }

  readonly #retired = new WeakSet<Handle>();
  readonly #released = new WeakSet<Handle>();

  /** The registration of a live handle; undefined once it was retired or released. */
  #registeredOf(handle: Handle): Registered | undefined {
    if (this.#retired.has(handle) || this.#released.has(handle)) return undefined;
    const name = handle.definition.name;
    for (const registered of this.#registered.values())
      if (registered.family.definition.name === name) return registered;
    return undefined;
  }

  #changed(): void {
    this.#layout++;
    this.#views = undefined;
  }
}
