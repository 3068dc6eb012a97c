/**
 * What libp2p and its modules count for themselves, kept until the next statement of it.
 *
 * A value moves in memory, without an event; `state` says where everything stands, as `metric.sampled`, so
 * that a lost event is made good by the next. Observations of histograms and summaries go out at once.
 * Names and series are budgeted: beyond that counters share the series `other` and gauges are refused, both
 * counted. Two shelves share nothing. Nothing here throws.
 */
import type { EventBody } from '../../events/vocabulary.js';
import type { Hooks } from '../hooks/create-hooks.js';

/** What a shelf may hold. */
export interface ShelfLimits {
  /** Metrics by name. */
  readonly metrics: number;
  /** Series of all metrics together. */
  readonly series: number;
  /** Series of one metric. */
  readonly seriesPerMetric: number;
}

export type ShelfKind = EventBody<'metric', 'declared'>['kind'];

/** What a metric says of itself when it is registered. */
export interface Shape {
  readonly help?: string | undefined;
  readonly labels?: readonly string[];
  readonly bounds?: readonly number[] | undefined;
  readonly quantiles?: readonly number[] | undefined;
}

/** The series that takes what is beyond the budget. */
export const OTHER = 'other';

/** One registered metric: its declaration and where its series stand. */
export class Shelved {
  readonly declaration: EventBody<'metric', 'declared'>;
  readonly #shelf: MetricShelf;
  readonly #values = new Map<string, { readonly labels: Record<string, string>; value: number }>();
  #round = -1;

  constructor(shelf: MetricShelf, declaration: EventBody<'metric', 'declared'>) {
    this.#shelf = shelf;
    this.declaration = declaration;
  }

  /** @param labels one value per declared label */
  set(value: number, ...labels: string[]): void {
    const series = this.#at(labels);
    if (series === undefined || !Number.isFinite(value)) return this.#shelf.refuse();
    series.value = value;
  }

  add(delta: number, ...labels: string[]): void {
    const series = this.#at(labels);
    const isWrong = !Number.isFinite(delta) || (this.declaration.kind === 'counter' && delta < 0);
    if (series === undefined || isWrong) return this.#shelf.refuse();
    series.value += delta;
  }

  observe(value: number, ...labels: string[]): void {
    if (!Number.isFinite(value) || this.#at(labels) === undefined) return this.#shelf.refuse();
    this.#declare();
    const { metric } = this.declaration;
    this.#shelf.hooks.metric.observed({ metric, value, labels: this.#named(labels) });
  }

  /** Everything to zero; a counter begins anew. */
  reset(): void {
    for (const series of this.#values.values()) series.value = 0;
  }

  state(): void {
    const { kind, metric } = this.declaration;
    if (kind === 'histogram' || kind === 'summary' || this.#values.size === 0) return;
    this.#declare();
    for (const { labels, value } of this.#values.values())
      this.#shelf.hooks.metric.sampled({ metric, value, labels });
  }

  /** Nobody hears a declaration that is made while nothing is attached: it is due again when one is. */
  #declare(): void {
    const round = this.#shelf.hooks.declarations();
    if (this.#round === round) return;
    this.#round = round;
    this.#shelf.hooks.metric.declared(this.declaration);
  }

  #at(labels: readonly string[]): { value: number } | undefined {
    const known = this.#values.get(keyOf(labels));
    if (known !== undefined) return known;
    if (labels.length > 0 && !this.#shelf.mayOpen(this.#values.size)) {
      if (this.declaration.kind === 'gauge') return undefined;
      const others = labels.map(() => OTHER);
      return this.#values.get(keyOf(others)) ?? this.#open(others);
    }
    return this.#open(labels);
  }

  #open(labels: readonly string[]): { value: number } {
    const series = { labels: this.#named(labels), value: 0 };
    this.#values.set(keyOf(labels), series);
    return series;
  }

  #named(labels: readonly string[]): Record<string, string> {
    const names = this.declaration.labels ?? [];
    return Object.fromEntries(names.map((name, i) => [name, labels[i] ?? '']));
  }
}

/** All metrics of one libp2p node. */
export class MetricShelf {
  readonly hooks: Hooks;
  readonly #limits: ShelfLimits;
  readonly #metrics = new Map<string, Shelved>();
  #series = 0;
  #refused = 0;

  constructor(hooks: Hooks, limits: ShelfLimits) {
    this.hooks = hooks;
    this.#limits = limits;
  }

  /** Registrations and values that found no room, or were no numbers. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * The metric of this name: a second registration gets the first one's. Where the name belongs to another
   * kind or the budget is spent, one that is counted as refused and stated nowhere.
   */
  register(name: string, kind: ShelfKind, shape: Shape = {}): Shelved {
    const metric = normalName(name);
    const known = this.#metrics.get(metric);
    if (known !== undefined && known.declaration.kind === kind) return known;
    const { help, labels = [], bounds, quantiles } = shape;
    const fresh = new Shelved(this, {
      metric,
      kind,
      help,
      labels: [...labels],
      bounds: bounds === undefined ? undefined : [...bounds],
      quantiles: quantiles === undefined ? undefined : [...quantiles],
    });
    if (known !== undefined || this.#metrics.size >= this.#limits.metrics) this.refuse();
    else this.#metrics.set(metric, fresh);
    return fresh;
  }

  /** Asked before each new series of a metric that has `open` of them. */
  mayOpen(open: number): boolean {
    if (open >= this.#limits.seriesPerMetric || this.#series >= this.#limits.series) return false;
    this.#series++;
    return true;
  }

  refuse(): void {
    this.#refused++;
  }

  /** Says where everything stands. */
  state(): void {
    for (const metric of this.#metrics.values()) metric.state();
  }
}

/** A name that Prometheus takes: libp2p's modules use dots, dashes and slashes too. */
export function normalName(name: string): string {
  const normal = name.replace(/[^a-zA-Z0-9_]+/g, '_');
  return /^[a-zA-Z_]/.test(normal) ? normal : `_${normal}`;
}

function keyOf(labels: readonly string[]): string {
  return labels.join('\0');
}
