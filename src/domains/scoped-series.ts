/**
 * Series of one node, or of one chain: the leading label values are filled in, and every series that
 * was opened here is released when the scope closes. Binding is for opening time; what is recorded per
 * event goes through the handle, or through `ClosedLabel` and `OpenLabel`, which keep handles by value.
 */
import type { Board } from '../metrics/board.js';
import type { MetricDefinition } from '../metrics/definition.js';
import { OTHER } from '../metrics/family.js';
import type { Counter, Gauge, Handle, Histogram, Summary } from '../metrics/series.js';
import { domainMetrics } from './domain-metrics.js';
import { SpanHistogram } from './span.js';

type Strings<L extends readonly string[]> = { [K in keyof L]: string };

/** The values that are left to give once chain (and node) are filled in. */
export type OwnValues<L extends readonly string[]> = L extends readonly ['chain_id', 'node_id', ...infer R]
  ? Strings<R extends readonly string[] ? R : []>
  : L extends readonly ['chain_id', ...infer R]
    ? Strings<R extends readonly string[] ? R : []>
    : never;

/** Opens and takes back the series of one scope. */
export class ScopedSeries {
  readonly #board: Board;
  readonly #fixed: readonly string[];
  readonly #opened = new Set<Handle>();

  /** @param fixed the chain, or the chain and the node */
  constructor(board: Board, ...fixed: readonly string[]) {
    this.#board = board;
    this.#fixed = fixed;
  }

  counter<L extends readonly string[]>(definition: MetricDefinition<L>, ...values: OwnValues<L>): Counter {
    return this.#keep(this.#board.counter<readonly string[]>(definition).at(...this.#all(values)), values);
  }

  gauge<L extends readonly string[]>(definition: MetricDefinition<L>, ...values: OwnValues<L>): Gauge {
    return this.#keep(this.#board.gauge<readonly string[]>(definition).at(...this.#all(values)), values);
  }

  histogram<L extends readonly string[]>(
    definition: MetricDefinition<L>,
    ...values: OwnValues<L>
  ): Histogram {
    return this.#keep(this.#board.histogram<readonly string[]>(definition).at(...this.#all(values)), values);
  }

  summary<L extends readonly string[]>(definition: MetricDefinition<L>, ...values: OwnValues<L>): Summary {
    return this.#keep(this.#board.summary<readonly string[]>(definition).at(...this.#all(values)), values);
  }

  /** A histogram of seconds fed by spans between events, of which negative ones are counted instead. */
  span<L extends readonly string[]>(definition: MetricDefinition<L>, ...values: OwnValues<L>): SpanHistogram {
    const histogram = this.histogram(definition, ...values);
    const { name } = histogram.definition;
    const negative = (): void => this.#board.counter(domainMetrics.negativeSpans).at(name).add();
    return new SpanHistogram(histogram, negative);
  }

  /** What to keep per value of a label whose values the node chooses: `limit` of them, then `other`. */
  open<T>(label: string, limit: number, open: (value: string) => T): OpenLabel<T> {
    const folded = (): void => this.#board.counter(domainMetrics.labelsFolded).at(label).add();
    return new OpenLabel(limit, open, folded);
  }

  /** Counts a custom metric's event that was refused. */
  refuseCustom(reason: string): void {
    this.#board.counter(domainMetrics.customRefused).at(reason).add();
  }

  /** Takes one series back; its handle must not be used again. */
  release(handle: Handle): void {
    if (this.#opened.delete(handle)) handle.release();
  }

  /** Takes everything back. */
  close(): void {
    for (const handle of this.#opened) handle.release();
    this.#opened.clear();
  }

  #all(values: readonly string[]): string[] {
    return [...this.#fixed, ...values];
  }

  #keep<H extends Handle>(handle: H, values: readonly string[]): H {
    // A handle that the board folded is shared with others: theirs to keep.
    const isOwn = handle.labelValues.join('\0') === this.#all(values).join('\0');
    if (isOwn) this.#opened.add(handle);
    return handle;
  }
}

/** What is kept per value of a label whose values are a closed list; opened when first needed. */
export class ClosedLabel<V extends string, T> {
  readonly #entries = new Map<V, T>();
  readonly #open: (value: V) => T;
  #lastValue: V | undefined;
  #lastEntry: T | undefined;

  /** @param eager values whose series shall exist at zero from the start */
  constructor(open: (value: V) => T, eager: readonly NoInfer<V>[] = []) {
    this.#open = open;
    for (const value of eager) this.at(value);
  }

  at(value: V): T {
    // Most events repeat the value before; comparing is cheaper than hashing a string fresh from the wire.
    if (value === this.#lastValue) return this.#lastEntry as T;
    const entry = this.#entries.get(value) ?? this.#opened(value);
    this.#lastValue = value;
    this.#lastEntry = entry;
    return entry;
  }

  /** What has been opened so far. */
  entries(): Iterable<T> {
    return this.#entries.values();
  }

  #opened(value: V): T {
    const entry = this.#open(value);
    this.#entries.set(value, entry);
    return entry;
  }
}

/** What is kept per value of a label whose values the node chooses: the first `limit`, then `other`. */
export class OpenLabel<T> {
  readonly #entries = new Map<string, T>();
  readonly #limit: number;
  readonly #open: (value: string) => T;
  readonly #folded: () => void;
  #other: T | undefined;

  constructor(limit: number, open: (value: string) => T, folded: () => void) {
    this.#limit = limit;
    this.#open = open;
    this.#folded = folded;
  }

  /** For counters and histograms: values beyond the limit share the entry of `other`. */
  at(value: string): T {
    return this.within(value) ?? (this.#other ??= this.#open(OTHER));
  }

  /** For gauges, which cannot share a series: undefined beyond the limit. */
  within(value: string): T | undefined {
    const known = this.#entries.get(value);
    if (known !== undefined) return known;
    if (value === OTHER) return undefined;
    if (this.#entries.size >= this.#limit) {
      this.#folded();
      return undefined;
    }
    const entry = this.#open(value);
    this.#entries.set(value, entry);
    return entry;
  }

  /** What has been opened so far. */
  *entries(): Iterable<T> {
    yield* this.#entries.values();
    if (this.#other !== undefined) yield this.#other;
  }
}
