/**
 * Performance by label: median, p95, p99, how many, and which share went well. Of a histogram the quantiles are those of
 * what it observed in the range, linear within a bucket (so off by less than the bucket is wide). Of a summary they are
 * what it states itself at the end of the range; where a group holds several summaries, the highest of them, as
 * quantiles cannot be added.
 */
import { formatPlain } from '../promql/numbers.js';
import { keyOf, namedLabels, type Asking, type LabelValues, type Row } from './asking.js';
import { byOf, quantileOf, selectorOf, sumOf, type Where } from './expressions.js';
import { spanOf, type Span, type TimeRange } from './span.js';

/** Which calls of a counter went well. */
export interface SuccessRule {
  /** A counter of all, such as `hotstuff_execution_invocations_total`, or `x_count` of a histogram with outcomes. */
  readonly metric: string;
  /** The label that says how it went. */
  readonly label: string;
  /** Its values that mean well. */
  readonly values: readonly string[];
  readonly where?: Where;
}

/** What is asked. */
export interface PerformanceOptions {
  readonly range: TimeRange;
  /** A histogram or summary, by its name without `_bucket`. */
  readonly metric: string;
  readonly where?: Where;
  /** Labels to tell apart. None: one row of all. */
  readonly by?: readonly string[];
  /** Without it there is no success rate. */
  readonly success?: SuccessRule;
}

/** One group. What has no observation has no quantile: it is absent, not zero. In the unit of the metric. */
export interface PerformanceStats {
  readonly labels: LabelValues;
  readonly median?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly count: number;
  /** 0 to 1. */
  readonly successRate?: number;
}

/** The answer. */
export interface PerformanceReport {
  /** In whole steps. */
  readonly range: Span;
  readonly groups: readonly PerformanceStats[];
  /** The PromQL of each figure, to be asked at `range.toMs`. */
  readonly queries: PerformanceQueries;
}

/** PromQL by figure. */
export interface PerformanceQueries {
  readonly median: string;
  readonly p95: string;
  readonly p99: string;
  readonly count: string;
  readonly successRate?: string;
}

/**
 * The PromQL of performance statistics, to be asked at the end of the range.
 * @throws QuorumscopeError `analytics.request`
 */
export function performanceQueries(
  options: PerformanceOptions,
  form: 'histogram' | 'summary' = 'histogram',
): PerformanceQueries {
  const { metric, where = {}, by = [], success } = options;
  const span = spanOf(options.range);
  const quantile = (q: number): string =>
    form === 'histogram'
      ? quantileOf(q, metric, where, span, by)
      : `max${byOf(by)}(${selectorOf(metric, where, { quantile: formatPlain(q) })})`;
  return {
    median: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    count: sumOf(selectorOf(`${metric}_count`, where), span, by),
    ...(success === undefined ? {} : { successRate: successQuery(success, span, by) }),
  };
}

/** Good over all; a group without a good one has rate 0, a group without any has none. */
export function successQuery(success: SuccessRule, span: Span, by: readonly string[] = []): string {
  const { metric, label, values, where } = success;
  const all = sumOf(selectorOf(metric, where), span, by);
  const good = sumOf(selectorOf(metric, where, { [label]: values }), span, by);
  return `(${good} or 0 * ${all}) / (${all} > 0)`;
}

/** Asks. @throws QuorumscopeError `analytics.request`, `analytics.unknown`, `promql.*` */
export async function performanceOf(options: PerformanceOptions, asking: Asking): Promise<PerformanceReport> {
  const { metric, where, by = [], success } = options;
  const range = spanOf(options.range);
  performanceQueries(options);
  const form = await asking.formOf(metric, range, namedLabels(by, where));
  if (success !== undefined)
    await asking.formOf(success.metric, range, namedLabels([...by, success.label], success.where));
  const queries = performanceQueries(options, form === 'summary' ? 'summary' : 'histogram');
  const groups = new Map<
    string,
    { labels: LabelValues } & Partial<Record<keyof PerformanceQueries, number>>
  >();
  const note = (figure: keyof PerformanceQueries, { labels, value }: Row): void => {
    const key = keyOf(labels);
    groups.set(key, { ...(groups.get(key) ?? { labels }), [figure]: value });
  };
  for (const [figure, query] of Object.entries(queries))
    for (const row of await asking.at(String(query), range.toMs))
      note(figure as keyof PerformanceQueries, row);
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return { range, groups: sorted.map(([, group]) => ({ ...group, count: group.count ?? 0 })), queries };
}
