/**
 * The collector face for a node that ships: metrics by name and labels, stated as `metric.*` events. A name
 * that nobody declared is declared by its first use; declarations are repeated whenever a new stream
 * begins or some may have been lost.
 *
 * Recording never throws and never waits; what cannot be recorded is counted. Gauges travel as the
 * value they stand at, so that a lost or sampled event is made good by the next.
 */
import { WallClock, type Clock } from '../../base/clock.js';
import { MetricsCollector, type CustomMetric, type MetricLabels } from '../../base/metrics-collector.js';
import type { EventBody } from '../../events/vocabulary.js';
import type { Hooks } from './create-hooks.js';

/** What a collector may be given. */
export interface HookCollectorOptions {
  /** Times operations. Default: the machine's. */
  readonly clock?: Pick<Clock, 'monoUs'>;
  /** Sends what is buffered now: `() => shipping.flush()` where the hooks are shipped. */
  readonly flush?: () => void | Promise<void>;
  /** Most gauge series that may be incremented. Default 10,000. */
  readonly gaugeLimit?: number;
}

/** A metric declared, and in which round of declarations. */
interface Known {
  readonly declaration: EventBody<'metric', 'declared'>;
  round: number;
  /** Where its gauges stand, by their labels. */
  readonly gauges: Map<string, number>;
}

const NO_LABELS: MetricLabels = {};
const METRIC_LIMIT = 1_000;

/** Records onto a hooks object. */
export class HookCollector extends MetricsCollector {
  readonly #hooks: Hooks;
  readonly #flush: () => void | Promise<void>;
  readonly #gaugeLimit: number;
  readonly #known = new Map<string, Known>();
  #gauges = 0;
  #refused = 0;

  constructor(hooks: Hooks, options: HookCollectorOptions = {}) {
    super(options.clock ?? new WallClock());
    this.#hooks = hooks;
    this.#flush = options.flush ?? ((): void => undefined);
    this.#gaugeLimit = options.gaugeLimit ?? 10_000;
  }

  /** Recordings refused: another kind than declared, a value that is not a finite number, too many series. */
  get refused(): number {
    return this.#refused;
  }

  /** Sends what is buffered, where the collector was given a way to. */
  override async flushMetrics(): Promise<void> {
    await this.#flush();
  }

  protected override record(metric: CustomMetric, isDelta: boolean): void {
    try {
      if (!this.#recordChecked(metric, isDelta)) this.#refused++;
    } catch {
      this.#refused++;
    }
  }

  #recordChecked(metric: CustomMetric, isDelta: boolean): boolean {
    const { name, kind, value } = metric;
    const labels = metric.labels ?? NO_LABELS;
    const known = this.#known.get(name) ?? this.#declare(metric);
    if (known === undefined || known.declaration.kind !== kind || !Number.isFinite(value)) return false;
    if (kind === 'counter' && value < 0) return false;
    const stands = kind === 'gauge' ? this.#stand(known, labels, value, isDelta) : value;
    if (stands === undefined) return false;
    // Nobody hears a declaration that is made while nothing is attached: it is due again when one is.
    const round = this.#hooks.declarations();
    if (known.round !== round) {
      known.round = round;
      this.#hooks.metric.declared(known.declaration);
    }
    if (kind === 'counter') this.#hooks.metric.changed({ metric: name, delta: value, labels });
    else if (kind === 'gauge') this.#hooks.metric.sampled({ metric: name, value: stands, labels });
    else this.#hooks.metric.observed({ metric: name, value, labels });
    return true;
  }

  #declare({ name, kind, labels, help, unit, bounds, quantiles }: CustomMetric): Known | undefined {
    if (typeof name !== 'string' || this.#known.size >= METRIC_LIMIT) return undefined;
    const declaration = {
      metric: name,
      kind,
      help,
      unit,
      labels: Object.keys(labels ?? {}).sort(),
      bounds,
      quantiles,
    };
    const known: Known = { declaration, round: -1, gauges: new Map() };
    this.#known.set(name, known);
    return known;
  }

  /** Where a gauge stands after `value`; undefined when there are too many to remember. */
  #stand(known: Known, labels: MetricLabels, value: number, isDelta: boolean): number | undefined {
    const key = JSON.stringify(known.declaration.labels?.map((label) => labels[label]));
    const before = known.gauges.get(key);
    if (before === undefined) {
      // One that is only ever set needs no memory, so it is not refused for want of it.
      if (this.#gauges >= this.#gaugeLimit) return isDelta ? undefined : value;
      this.#gauges++;
    }
    const stands = isDelta ? (before ?? 0) + value : value;
    known.gauges.set(key, stands);
    return stands;
  }
}
