/**
 * The figures of a dashboard for a time range in one call: a table of PromQL expressions, each answered at the end of the
 * range, and a few of them over time. A figure of which nothing is known is absent, never zero.
 */
import { namedLabels, type Asking } from './asking.js';
import { quantileOf, selectorOf, sumOf, type Where } from './expressions.js';
import { successQuery } from './performance.js';
import { spanOf, type Span, type TimeRange } from './span.js';
import { timeSeriesOf, type TimeSeries, type TimeSeriesOptions } from './time-series.js';

/** What is asked. */
export interface DashboardDataOptions {
  readonly range: TimeRange;
  /** Which series of all, such as one `chain_id` or one `node_id`. */
  readonly where?: Where;
}

/** Numbers by name; those that are known. Durations in seconds, sizes in bytes, rates and ratios 0 to 1. */
export type Figures = Readonly<Record<string, number>>;

/** PromQL by section and figure. */
export type DashboardQueries = Readonly<Record<DashboardSection, Readonly<Record<string, string>>>>;

/** The parts of a dashboard. */
export type DashboardSection =
  'consensus' | 'operations' | 'performance' | 'cache' | 'optimizations' | 'health';

/** The answer. */
export interface DashboardData {
  /** When it was made. */
  readonly madeAtMs: number;
  /** In whole steps. */
  readonly range: Span;
  readonly figures: Readonly<Record<DashboardSection, Figures>>;
  /** Some of them over time, in about sixty intervals; those that are known. */
  readonly trends: Readonly<Record<string, TimeSeries>>;
  /** The PromQL of each figure, to be asked at `range.toMs`. */
  readonly queries: DashboardQueries;
}

/** The PromQL of all figures, to be asked at the end of the range. @throws QuorumscopeError `analytics.request` */
export function dashboardQueries({ range, where = {} }: DashboardDataOptions): DashboardQueries {
  const span = spanOf(range);
  const seconds = (span.toMs - span.fromMs) / 1000;
  const count = (metric: string, more: Where = {}): string => sumOf(selectorOf(metric, where, more), span);
  const perSecond = (metric: string): string => `${count(metric)} / ${seconds}`;
  const quantile = (q: number, metric: string): string => quantileOf(q, metric, where, span, []);
  const mean = (metric: string): string => `${count(`${metric}_sum`)} / (${count(`${metric}_count`)} > 0)`;
  const now = (metric: string): string => `sum(${selectorOf(metric, where)})`;
  const share = (part: string, rest: string): string =>
    `${orZero(part, rest)} / ((${orZero(part, rest)} + ${orZero(rest, part)}) > 0)`;
  const storage = (verb: string): string => count(`hotstuff_storage_${verb}s_total`);
  const operations = totalOf(['read', 'write', 'delete'].map(storage));
  const ended = 'hotstuff_execution_optimizations_completed_total';
  const good = { metric: ended, label: 'outcome', values: ['ok'], where };
  return {
    consensus: {
      blocks_per_second: `max(${sumOf(selectorOf('hotstuff_consensus_blocks_committed_total', where), span, ['chain_id', 'node_id'])}) / ${seconds}`,
      blocks_committed: count('hotstuff_consensus_blocks_committed_total'),
      views_failed: count('hotstuff_consensus_views_failed_total'),
      view_timeouts: count('hotstuff_consensus_view_timeouts_total'),
      view_duration_p50: quantile(0.5, 'hotstuff_consensus_view_duration_seconds'),
      view_duration_p95: quantile(0.95, 'hotstuff_consensus_view_duration_seconds'),
    },
    operations: {
      reads_per_second: perSecond('hotstuff_storage_reads_total'),
      writes_per_second: perSecond('hotstuff_storage_writes_total'),
      total_operations: operations,
    },
    performance: {
      read_latency_p50: quantile(0.5, 'hotstuff_storage_read_duration_seconds'),
      read_latency_p95: quantile(0.95, 'hotstuff_storage_read_duration_seconds'),
      read_latency_p99: quantile(0.99, 'hotstuff_storage_read_duration_seconds'),
      write_latency_p50: quantile(0.5, 'hotstuff_storage_write_duration_seconds'),
      write_latency_p95: quantile(0.95, 'hotstuff_storage_write_duration_seconds'),
      write_latency_p99: quantile(0.99, 'hotstuff_storage_write_duration_seconds'),
    },
    cache: {
      hit_rate: share(
        count('hotstuff_storage_cache_hits_total'),
        count('hotstuff_storage_cache_misses_total'),
      ),
      total_hits: count('hotstuff_storage_cache_hits_total'),
      total_misses: count('hotstuff_storage_cache_misses_total'),
      evictions: count('hotstuff_storage_cache_evictions_total'),
    },
    optimizations: {
      // Since the beginning, not of the range: what began before it may still be active.
      active: `${now('hotstuff_execution_optimizations_started_total')} - (${now(ended)} or 0 * ${now('hotstuff_execution_optimizations_started_total')})`,
      completed: count(ended, { outcome: ['ok'] }),
      failed: `${count(ended)} - (${count(ended, { outcome: ['ok'] })} or 0 * ${count(ended)})`,
      success_rate: successQuery(good, span),
      avg_duration: mean('hotstuff_execution_optimization_duration_seconds'),
    },
    health: {
      error_rate: `(${count('hotstuff_storage_errors_total')} or 0 * ${operations}) / (${operations} > 0)`,
      active_instances: now('hotstuff_execution_active_instances'),
      // The series of the sidecar itself know no chain: the selection does not apply to them.
      attached_sources: 'sum(quorumscope_source_connected)',
      memory_bytes: now('hotstuff_process_resident_memory_bytes'),
      threads: now('hotstuff_process_threads'),
    },
  };
}

/** One side, or zero where only the other is known. */
function orZero(part: string, other: string): string {
  return `(${part} or 0 * ${other})`;
}

/** The sum of those that are known. */
function totalOf(parts: readonly string[]): string {
  const marked = parts.map((part, i) => `label_replace(${part}, "part", "${i}", "", "")`);
  return `sum(${marked.join(' or ')})`;
}

const trends: readonly (Pick<TimeSeriesOptions, 'metric' | 'by' | 'aggregation'> & {
  readonly name: string;
})[] = [
  {
    name: 'blocks_committed',
    metric: 'hotstuff_consensus_blocks_committed_total',
    by: ['node_id'],
    aggregation: 'increase',
  },
  {
    name: 'views_failed',
    metric: 'hotstuff_consensus_views_failed_total',
    by: ['cause'],
    aggregation: 'increase',
  },
  {
    name: 'view_duration_p95',
    metric: 'hotstuff_consensus_view_duration_seconds',
    by: [],
    aggregation: 'p95',
  },
  { name: 'cpu', metric: 'hotstuff_process_cpu_ratio', by: ['node_id'], aggregation: 'avg' },
  {
    name: 'memory_bytes',
    metric: 'hotstuff_process_resident_memory_bytes',
    by: ['node_id'],
    aggregation: 'max',
  },
];

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const intervals = [
  SECOND,
  5 * SECOND,
  15 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  6 * HOUR,
  24 * HOUR,
];

/** The shortest interval of which a range holds at most about sixty. */
export function trendIntervalMs({ fromMs, toMs }: TimeRange): number {
  return intervals.find((interval) => (toMs - fromMs) / interval <= 72) ?? 7 * 24 * HOUR;
}

/** Asks. @throws QuorumscopeError `analytics.request`, `promql.*` */
export async function dashboardOf(
  options: DashboardDataOptions,
  asking: Asking,
  nowMs: number,
): Promise<DashboardData> {
  const { where = {} } = options;
  const range = spanOf(options.range);
  const queries = dashboardQueries(options);
  const figures: Partial<Record<DashboardSection, Figures>> = {};
  for (const [section, expressions] of Object.entries(queries)) {
    const known: Record<string, number> = {};
    for (const [name, query] of Object.entries(expressions)) {
      const value = await asking.one(query, range.toMs);
      if (value !== undefined) known[name] = value;
    }
    figures[section as DashboardSection] = known;
  }
  const intervalMs = trendIntervalMs(range);
  const over: Record<string, TimeSeries> = {};
  for (const { name, ...trend } of trends) {
    if (!(await asking.knows(trend.metric, range, namedLabels(trend.by, where)))) continue;
    over[name] = await timeSeriesOf({ ...trend, range, where, intervalMs }, asking);
  }
  return {
    madeAtMs: nowMs,
    range,
    figures: figures as Record<DashboardSection, Figures>,
    trends: over,
    queries,
  };
}
