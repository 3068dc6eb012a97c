/**
 * A metric over time: one point per interval, each made of the samples after its beginning up to its end. Without `by`
 * every series stays apart; with it the samples of all series of a group are taken together, which cannot be done for
 * percentiles of gauges and is refused then rather than guessed.
 */
import { formatDuration } from '../promql/durations.js';
import { formatPlain } from '../promql/numbers.js';
import { labelsOf, namedLabels, type Asking, type LabelValues, type MetricForm } from './asking.js';
import { byOf, countOf, quantileOf, selectorOf, sumOf, type Where } from './expressions.js';
import { badRequest, wholeSteps, type Span, type TimeRange } from './span.js';

export const aggregations = [
  'avg',
  'min',
  'max',
  'sum',
  'count',
  'last',
  'p50',
  'p95',
  'p99',
  'increase',
  'rate',
] as const;

/** What becomes of the samples of an interval. `increase` and `rate` (per second) are for counters. */
export type Aggregation = (typeof aggregations)[number];

/** What is asked. */
export interface TimeSeriesOptions {
  readonly range: TimeRange;
  /** A counter or gauge, or a histogram by its name without `_bucket`. */
  readonly metric: string;
  readonly where?: Where;
  /** Labels to tell apart. Default: every series apart; of a histogram: none. */
  readonly by?: readonly string[];
  /** Whole milliseconds. Default one minute. */
  readonly intervalMs?: number;
  /** Default `avg`. */
  readonly aggregation?: Aggregation;
}

/** One interval. Intervals without a sample are absent. */
export interface Point {
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: number;
}

/** The answer. */
export interface TimeSeries {
  /** In whole intervals. */
  readonly range: Span;
  readonly aggregation: Aggregation;
  readonly series: readonly { readonly labels: LabelValues; readonly points: readonly Point[] }[];
  /** The PromQL, to be asked every `range.stepMs` from `range.fromMs + range.stepMs` to `range.toMs`. */
  readonly query: string;
}

const MINUTE = 60_000;
const MOST_POINTS = 11_000;
const quantiles: Partial<Record<Aggregation, number>> = { p50: 0.5, p95: 0.95, p99: 0.99 };

/**
 * The PromQL of one point.
 * @throws QuorumscopeError `analytics.request` for an aggregation that this form of metric does not have
 */
export function timeSeriesQuery(options: TimeSeriesOptions, form: MetricForm): string {
  const { metric, where = {}, by, intervalMs = MINUTE, aggregation = 'avg' } = options;
  const span: Span = { fromMs: 0, toMs: intervalMs, stepMs: intervalMs };
  if (form === 'histogram') return ofHistogram(metric, where, by ?? [], aggregation, span);
  if (form === 'summary')
    throw refusal(metric, aggregation, 'a summary', `ask ${metric}_sum and ${metric}_count`);
  const selector = selectorOf(metric, where);
  const samples = `${selector}[${formatDuration(intervalMs)}]`;
  if (aggregation === 'increase' || aggregation === 'rate') {
    if (form !== 'counter')
      throw refusal(metric, aggregation, 'a gauge', 'its name does not end with _total');
    const grown = by === undefined ? countOf(selector, span) : sumOf(selector, span, by);
    return aggregation === 'increase' ? grown : `${grown} / ${formatPlain(intervalMs / 1000)}`;
  }
  if (form === 'counter' && aggregation === 'sum')
    throw refusal(metric, aggregation, 'a counter', 'its samples are totals already: ask for increase');
  const quantile = quantiles[aggregation];
  if (by === undefined)
    return quantile === undefined
      ? `${aggregation}_over_time(${samples})`
      : `quantile_over_time(${formatPlain(quantile)}, ${samples})`;
  if (quantile !== undefined)
    throw refusal(metric, aggregation, 'several series', 'leave by out, or ask a histogram');
  return pooled(aggregation, samples, by);
}

/** The samples of all series of a group taken together. */
function pooled(aggregation: Aggregation, samples: string, by: readonly string[]): string {
  const group = byOf(by);
  if (aggregation === 'avg')
    return `sum${group}(sum_over_time(${samples})) / sum${group}(count_over_time(${samples}))`;
  if (aggregation === 'min' || aggregation === 'max')
    return `${aggregation}${group}(${aggregation}_over_time(${samples}))`;
  return `sum${group}(${aggregation}_over_time(${samples}))`;
}

/** Of a histogram the observations are aggregated, not the samples. */
function ofHistogram(
  metric: string,
  where: Where,
  by: readonly string[],
  aggregation: Aggregation,
  span: Span,
): string {
  const quantile = quantiles[aggregation];
  if (quantile !== undefined) return quantileOf(quantile, metric, where, span, by);
  const count = sumOf(selectorOf(`${metric}_count`, where), span, by);
  const sum = sumOf(selectorOf(`${metric}_sum`, where), span, by);
  if (aggregation === 'count') return count;
  if (aggregation === 'sum') return sum;
  if (aggregation === 'avg') return `${sum} / (${count} > 0)`;
  throw refusal(
    metric,
    aggregation,
    'a histogram',
    'it keeps count, sum, avg and percentiles of observations',
  );
}

function refusal(metric: string, aggregation: Aggregation, form: string, instead: string): Error {
  return badRequest(`there is no ${aggregation} of ${metric}, ${form}: ${instead}`, { metric, aggregation });
}

/** Asks. @throws QuorumscopeError `analytics.request`, `analytics.unknown`, `promql.*` */
export async function timeSeriesOf(options: TimeSeriesOptions, asking: Asking): Promise<TimeSeries> {
  const { metric, where, by, intervalMs = MINUTE, aggregation = 'avg' } = options;
  if (!Number.isSafeInteger(intervalMs) || intervalMs < 1)
    throw badRequest(`intervalMs is a whole number of milliseconds above zero; found ${intervalMs}`);
  if (!aggregations.includes(aggregation))
    throw badRequest(`aggregation is one of ${aggregations.join(', ')}; found ${String(aggregation)}`);
  const range = wholeSteps(options.range, intervalMs);
  const points = (range.toMs - range.fromMs) / intervalMs;
  if (points > MOST_POINTS)
    throw badRequest(`the range holds ${points} intervals, more than ${MOST_POINTS}: take a longer interval`);
  selectorOf(metric, where);
  const form = await asking.formOf(metric, range, namedLabels(by, where));
  const query = timeSeriesQuery(options, form);
  const asked = { fromMs: range.fromMs + intervalMs, toMs: range.toMs };
  const value = await asking.over(query, asked, intervalMs);
  const found = value.type === 'matrix' ? value.series : [];
  const series = found.map(({ labels, times, values }) => ({
    labels: labelsOf(labels),
    points: pointsOf(times, values, intervalMs),
  }));
  return { range, aggregation, series, query };
}

function pointsOf(times: Float64Array, values: Float64Array, intervalMs: number): readonly Point[] {
  const points: Point[] = [];
  times.forEach((toMs, i) => {
    const value = values[i]!;
    if (!Number.isNaN(value)) points.push({ fromMs: toMs - intervalMs, toMs, value });
  });
  return points;
}
