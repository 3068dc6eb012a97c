/**
 * The recording face that a node, a library or a test sees: metrics by name and labels, whatever keeps
 * them. Over the board it is `BoardCollector`; for a node that ships its events, `HookCollector`.
 *
 * Invariants: recording never throws and never waits; what cannot be recorded is counted by whoever
 * implements `record`. Counter names end with `_total`, units are base units.
 */
import type { Clock } from './clock.js';

/** The four kinds of Prometheus. */
export type MetricKind = 'counter' | 'gauge' | 'histogram' | 'summary';

/** Label values by name. */
export type MetricLabels = Readonly<Record<string, string>>;

/** A metric that declares itself as it is recorded. */
export interface CustomMetric {
  readonly name: string;
  readonly kind: MetricKind;
  /** Counter: how much it grew. Gauge: where it stands. Histogram, summary: one observation. */
  readonly value: number;
  readonly labels?: MetricLabels;
  readonly help?: string;
  readonly unit?: string;
  /** Upper bounds of a histogram. */
  readonly bounds?: readonly number[];
  /** Quantiles of a summary. */
  readonly quantiles?: readonly number[];
}

const NO_LABELS: MetricLabels = {};

/** Records metrics by name. A name that nobody declared is declared by its first use. */
export abstract class MetricsCollector {
  protected readonly clock: Pick<Clock, 'monoUs'>;

  constructor(clock: Pick<Clock, 'monoUs'>) {
    this.clock = clock;
  }

  /** Hands everything recorded to where it goes; rejects with what that rejects with. */
  abstract flushMetrics(): Promise<void>;

  /** @param isDelta whether a gauge's value is a difference. Never throws */
  protected abstract record(metric: CustomMetric, isDelta: boolean): void;

  incrementCounter(name: string, labels: MetricLabels = NO_LABELS): void {
    this.record({ name, kind: 'counter', value: 1, labels }, false);
  }

  incrementCounterBy(name: string, amount: number, labels: MetricLabels = NO_LABELS): void {
    this.record({ name, kind: 'counter', value: amount, labels }, false);
  }

  setGauge(name: string, value: number, labels: MetricLabels = NO_LABELS): void {
    this.record({ name, kind: 'gauge', value, labels }, false);
  }

  incrementGauge(name: string, delta: number, labels: MetricLabels = NO_LABELS): void {
    this.record({ name, kind: 'gauge', value: delta, labels }, true);
  }

  recordHistogram(name: string, value: number, labels: MetricLabels = NO_LABELS): void {
    this.record({ name, kind: 'histogram', value, labels }, false);
  }

  recordCustomMetric(metric: CustomMetric): void {
    this.record(metric, false);
  }

  /**
   * Runs `operation` and records its duration in seconds, also when it throws or rejects. A promise is
   * timed until it settles. Returns or throws what the operation does.
   */
  timeOperation<R>(name: string, labels: MetricLabels, operation: () => R): R {
    const startUs = this.clock.monoUs();
    const record = (): void => {
      const seconds = (this.clock.monoUs() - startUs) / 1e6;
      // A clock that went back has measured nothing: refused and counted like any value that is none.
      this.recordHistogram(name, seconds >= 0 ? seconds : Number.NaN, labels);
    };
    let result: R;
    try {
      result = operation();
    } catch (error) {
      record();
      throw error;
    }
    if (!(result instanceof Promise)) {
      record();
      return result;
    }
    return result.finally(record) as R;
  }
}
