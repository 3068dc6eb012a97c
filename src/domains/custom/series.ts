/**
 * The series of one custom metric on one node. Label values are the node's own, so that a node may open
 * so many series and no more: beyond that counters, histograms and summaries share one whose own labels
 * are `other`, and gauges are refused.
 */
import type { EventMap } from '../../events/vocabulary.js';
import { nodeLabels, type MetricDefinition } from '../../metrics/definition.js';
import { OTHER } from '../../metrics/family.js';
import { Counter, Gauge, Histogram, Summary, type Handle } from '../../metrics/series.js';
import type { customRefusals } from '../domain-metrics.js';
import type { ScopedSeries } from '../scoped-series.js';

/** Series of one metric on one node. */
const MOST_SERIES = 200;

type Refusal = (typeof customRefusals)[number];
type Labels = EventMap['metric.changed']['labels'];

interface Opened {
  readonly handle: Handle;
  /** The last total of a counter that its source samples. */
  total: number;
}

/** One custom metric as one node states it. */
export class CustomSeries {
  readonly #series: ScopedSeries;
  readonly #definition: MetricDefinition;
  readonly #labels: readonly string[];
  readonly #mayOpen: () => boolean;
  readonly #opened = new Map<string, Opened>();
  #other: Opened | undefined;

  /** @param mayOpen asked before each new series: whether the node has one left */
  constructor(series: ScopedSeries, definition: MetricDefinition, mayOpen: () => boolean) {
    this.#series = series;
    this.#mayOpen = mayOpen;
    this.#definition = definition;
    this.#labels = definition.labels.slice(nodeLabels.length);
  }

  /** The node's process began anew: its totals start from zero. */
  begin(): void {
    for (const opened of this.#opened.values()) {
      opened.total = 0;
      if (opened.handle instanceof Gauge) opened.handle.clear();
    }
  }

  change({ delta, labels, weight = 1 }: EventMap['metric.changed']): Refusal | undefined {
    if (!this.#is('counter', 'gauge')) return 'kind';
    const opened = this.#at(labels);
    if (typeof opened === 'string') return opened;
    if (opened.handle instanceof Gauge) opened.handle.add(delta);
    else if (opened.handle instanceof Counter) {
      if (delta < 0) return 'value';
      opened.handle.add(delta * weight);
      opened.total += delta * weight;
    }
    return undefined;
  }

  observe({ value, labels, weight }: EventMap['metric.observed']): Refusal | undefined {
    if (!this.#is('histogram', 'summary')) return 'kind';
    const opened = this.#at(labels);
    if (typeof opened === 'string') return opened;
    const { handle } = opened;
    if (handle instanceof Histogram || handle instanceof Summary) handle.observe(value, weight);
    return undefined;
  }

  sample({ value, labels }: EventMap['metric.sampled']): Refusal | undefined {
    if (!this.#is('counter', 'gauge')) return 'kind';
    if (this.#is('counter') && value < 0) return 'value';
    const opened = this.#at(labels);
    if (typeof opened === 'string') return opened;
    // Totals of several sources cannot be followed in one series.
    if (opened === this.#other) return 'budget';
    if (opened.handle instanceof Gauge) opened.handle.set(value);
    else if (opened.handle instanceof Counter) opened.handle.follow(value, opened.total);
    opened.total = value;
    return undefined;
  }

  withdraw({ labels }: EventMap['metric.withdrawn']): Refusal | undefined {
    if (!this.#is('gauge')) return 'kind';
    const values = this.#values(labels);
    if (values === undefined) return 'labels';
    const known = this.#opened.get(values.join('\0'));
    if (known?.handle instanceof Gauge) known.handle.clear();
    return undefined;
  }

  #is(...kinds: readonly MetricDefinition['kind'][]): boolean {
    return kinds.includes(this.#definition.kind);
  }

  #at(labels: Labels): Opened | 'labels' | 'budget' {
    const values = this.#values(labels);
    if (values === undefined) return 'labels';
    const key = values.join('\0');
    const known = this.#opened.get(key);
    if (known) return known;
    if (this.#opened.size >= MOST_SERIES || !this.#mayOpen()) return this.#beyond();
    const opened = { handle: this.#open(values), total: 0 };
    this.#opened.set(key, opened);
    return opened;
  }

  #beyond(): Opened | 'budget' {
    if (this.#is('gauge')) return 'budget';
    this.#other ??= { handle: this.#open(this.#labels.map(() => OTHER)), total: 0 };
    return this.#other;
  }

  /** One value per declared label, empty where absent; undefined where there is a label not declared. */
  #values(labels: Labels): readonly string[] | undefined {
    const given = labels === undefined ? 0 : Object.keys(labels).length;
    let used = 0;
    const values = this.#labels.map((label) => {
      const value = labels !== undefined && Object.hasOwn(labels, label) ? labels[label] : undefined;
      if (value !== undefined) used++;
      return value ?? '';
    });
    return used === given ? values : undefined;
  }

  #open(values: readonly string[]): Handle {
    const definition = this.#definition as MetricDefinition<['chain_id', 'node_id', ...string[]]>;
    switch (definition.kind) {
      case 'counter':
        return this.#series.counter(definition, ...values);
      case 'gauge':
        return this.#series.gauge(definition, ...values);
      case 'histogram':
        return this.#series.histogram(definition, ...values);
      case 'summary':
        return this.#series.summary(definition, ...values);
    }
  }
}
