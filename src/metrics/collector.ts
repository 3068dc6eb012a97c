/**
 * The collector: metrics by name and labels, for whoever embeds the sidecar and has numbers of its own.
 * A name that nobody declared is declared by its first use.
 *
 * Recording never throws and never waits: what cannot be recorded is counted with a bounded reason, and
 * the first problem of each metric is logged. Counter names end with `_total`, units are base units.
 */
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { MetricsCollector, type CustomMetric, type MetricLabels } from '../base/metrics-collector.js';
import { silentLogger, type Logger } from '../base/logger.js';
import type { Board } from './board.js';
import { counter, type MetricDefinition } from './definition.js';
import type { Family } from './family.js';
import type { Counter, Gauge, Histogram, Summary } from './series.js';

/** What a collector needs. */
export interface CollectorOptions {
  readonly board: Board;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Pushes the board to every exporter that pushes. */
  readonly flush?: () => Promise<void>;
  /** Most metrics that may be declared here. Default 500. */
  readonly metricLimit?: number;
}

/** Why something was not recorded. */
type RefusalReason = 'definition' | 'labels' | 'value' | 'limit';

/** The collector's own metrics. */
export const collectorMetrics = {
  refused: counter(
    'quorumscope_recordings_refused_total',
    'Recordings by name refused: name, kind or bounds not valid, labels not as declared, value not a number, too many metrics.',
    ['reason'],
  ),
} as const;

/** 0.5 ms to 10 s: from one signature check to a view that failed twice. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** 64 bytes to 16 MiB. */
const BYTES = [64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];
/** Counts and whatever else has no unit that says more. */
const PLAIN = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const QUANTILES = [0.5, 0.9, 0.95, 0.99];
const UNITS = ['seconds', 'bytes', 'ratio'];
const NO_LABELS: MetricLabels = {};
const LOGGED_METRICS = 1_000;

type Handles = Counter | Gauge | Histogram | Summary;

interface Known {
  readonly definition: MetricDefinition;
  readonly family: Family<Handles>;
}

/** Records onto a board. */
export class BoardCollector extends MetricsCollector {
  readonly #board: Board;
  readonly #logger: Logger;
  readonly #flush: () => Promise<void>;
  readonly #metricLimit: number;
  readonly #refused: Family<Counter, readonly ['reason']>;
  readonly #known = new Map<string, Known>();
  readonly #logged = new Set<string>();

  constructor(options: CollectorOptions) {
    super(options.clock);
    this.#board = options.board;
    this.#logger = options.logger ?? silentLogger;
    this.#flush = options.flush ?? (() => Promise.resolve());
    this.#metricLimit = options.metricLimit ?? 500;
    this.#refused = this.#board.counter(collectorMetrics.refused);
  }

  override flushMetrics(): Promise<void> {
    return this.#flush();
  }

  protected override record(metric: CustomMetric, isDelta: boolean): void {
    try {
      this.#recordChecked(metric, isDelta);
    } catch (error) {
      // Callers without our types can hand in anything, getters that throw included.
      this.#refuse('definition', 'unknown', messageOf(error));
    }
  }

  #recordChecked(metric: CustomMetric, isDelta: boolean): void {
    const { name, kind, value, labels = NO_LABELS } = metric;
    const known = this.#known.get(name) ?? this.#declare(metric);
    if (!known) return;
    if (known.definition.kind !== kind) {
      return this.#refuse('definition', name, `is a ${known.definition.kind}, not a ${kind}`);
    }
    if (typeof value !== 'number' || Number.isNaN(value)) {
      return this.#refuse(
        'value',
        name,
        `value is ${typeof value === 'number' ? 'not a number' : `a ${typeof value}`}`,
      );
    }
    const labelValues = this.#labelValues(known.definition, labels);
    if (!labelValues) return;
    const handle = known.family.at(...labelValues);
    // By what it can do: a class test would cost more than the recording itself.
    if ('observe' in handle) handle.observe(value);
    else if ('set' in handle && !isDelta) handle.set(value);
    else handle.add(value);
  }

  #labelValues(definition: MetricDefinition, labels: MetricLabels): string[] | undefined {
    const names = definition.labels;
    const values: string[] = [];
    for (const label of names) {
      const value: unknown = labels[label];
      if (typeof value === 'string') values.push(value);
      else if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
        values.push(String(value));
      }
    }
    if (values.length === names.length && Object.keys(labels).length === names.length) return values;
    const given = Object.keys(labels).slice(0, 20).join(', ') || 'none';
    this.#refuse(
      'labels',
      definition.name,
      `labels given: ${given}; declared: ${names.join(', ') || 'none'}`,
    );
    return undefined;
  }

  #declare(metric: CustomMetric): Known | undefined {
    const { name } = metric;
    if (this.#known.size >= this.#metricLimit) {
      this.#refuse('limit', name, `more than ${this.#metricLimit} custom metrics`);
      return undefined;
    }
    try {
      const definition = this.#board.declared(name) ?? definitionOf(metric);
      const known: Known = { definition, family: this.#familyOf(definition) };
      this.#known.set(name, known);
      return known;
    } catch (error) {
      this.#refuse('definition', name, messageOf(error));
      return undefined;
    }
  }

  #familyOf(definition: MetricDefinition): Family<Handles> {
    switch (definition.kind) {
      case 'counter':
        return this.#board.counter(definition);
      case 'gauge':
        return this.#board.gauge(definition);
      case 'histogram':
        return this.#board.histogram(definition);
      case 'summary':
        return this.#board.summary(definition);
    }
  }

  #refuse(reason: RefusalReason, name: string, problem: string): void {
    this.#refused.at(reason).add();
    if (this.#logged.has(name) || this.#logged.size >= LOGGED_METRICS) return;
    this.#logged.add(name);
    this.#logger.warn('custom metric refused; further refusals of it are only counted', {
      metric: name,
      reason,
      problem,
    });
  }
}

/** The declaration that a metric's first use implies. */
function definitionOf(metric: CustomMetric): MetricDefinition {
  const { name, kind, help, labels = NO_LABELS } = metric;
  const unit = metric.unit ?? UNITS.find((known) => name.replace(/_total$/, '').endsWith(`_${known}`));
  return {
    name,
    kind,
    help: help ?? 'Custom metric, declared by its first use.',
    labels: Object.keys(labels).sort(),
    ...(unit === undefined ? {} : { unit }),
    ...(kind === 'histogram' ? { bounds: metric.bounds ?? defaultBounds(unit) } : {}),
    ...(kind === 'summary' ? { quantiles: metric.quantiles ?? QUANTILES } : {}),
  };
}

function defaultBounds(unit: string | undefined): readonly number[] {
  if (unit === 'seconds') return SECONDS;
  return unit === 'bytes' ? BYTES : PLAIN;
}
