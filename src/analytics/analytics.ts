/**
 * The face of this room: figures over any source of series, as typed results. Each is PromQL that stands in the result
 * too, so that whoever doubts a number can ask it again elsewhere. Nothing is written, and nothing is kept between calls.
 */
import type { Clock } from '../base/clock.js';
import type { QueryLimits } from '../promql/budget.js';
import { PromqlEngine } from '../promql/engine.js';
import type { SeriesSource } from '../promql/series.js';
import { Asking, type LabelSetSource } from './asking.js';
import { dashboardOf, type DashboardData, type DashboardDataOptions } from './dashboard.js';
import { performanceOf, type PerformanceOptions, type PerformanceReport } from './performance.js';
import { timeSeriesOf, type TimeSeries, type TimeSeriesOptions } from './time-series.js';
import { usageOf, type UsageOptions, type UsageReport } from './usage.js';

/** What analytics are made of. */
export interface AnalyticsOptions {
  readonly source: SeriesSource & LabelSetSource;
  /** The clock that the data follows: when something was made. */
  readonly dataClock: Pick<Clock, 'nowUs'>;
  /** The machine's clock: deadlines. */
  readonly wallClock: Pick<Clock, 'monoUs'>;
  /** Of each PromQL query. */
  readonly limits?: Partial<QueryLimits>;
  /** How long a sample counts as the newest. Default 5 min. */
  readonly lookbackMs?: number;
}

/** How one question is asked. */
export interface QuestionOptions {
  /** Gives the question up: it rejects with `promql.canceled`. */
  readonly signal?: AbortSignal;
}

/** Answers questions about a history. Every method rejects with `QuorumscopeError` only. */
export class Analytics {
  readonly #engine: PromqlEngine;
  readonly #index: LabelSetSource;
  readonly #clock: Pick<Clock, 'nowUs'>;

  constructor({ source, dataClock, wallClock, limits = {}, lookbackMs }: AnalyticsOptions) {
    const semantics = lookbackMs === undefined ? {} : { lookbackMs };
    this.#engine = new PromqlEngine({ source, clock: wallClock, limits, semantics });
    this.#index = source;
    this.#clock = dataClock;
  }

  /** Median, p95, p99, count and success rate by label. */
  async performance(options: PerformanceOptions, question: QuestionOptions = {}): Promise<PerformanceReport> {
    return performanceOf(options, this.#asking(question));
  }

  /** Fuel, transactions, bytes or other counters by label, with their cost. */
  async usage(options: UsageOptions, question: QuestionOptions = {}): Promise<UsageReport> {
    return usageOf(options, this.#asking(question));
  }

  /** A metric over time by interval and aggregation. */
  async timeSeries(options: TimeSeriesOptions, question: QuestionOptions = {}): Promise<TimeSeries> {
    return timeSeriesOf(options, this.#asking(question));
  }

  /** All figures of a dashboard. */
  async dashboard(options: DashboardDataOptions, question: QuestionOptions = {}): Promise<DashboardData> {
    return dashboardOf(options, this.#asking(question), this.#clock.nowUs() / 1000);
  }

  #asking({ signal }: QuestionOptions): Asking {
    return new Asking(this.#engine, this.#index, signal);
  }
}
