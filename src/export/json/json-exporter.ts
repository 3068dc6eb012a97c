/**
 * A snapshot as JSON: one document, or JSON Lines with one series per line for streams and large
 * ranges. JSON has no NaN and no infinity; they are the strings `NaN`, `+Inf`, `-Inf`. docs/EXPORTS.md
 * describes both forms; members are only ever added.
 */
import { numberText } from '../../metrics/number-text.js';
import type { MetricReading, MetricsExporter, MetricsSnapshot, SeriesReading } from '../snapshot.js';

/** One document. */
export const jsonExporter: MetricsExporter = {
  format: 'json',
  contentType: 'application/json; charset=utf-8',
  export: (snapshot) => Buffer.from(`${JSON.stringify(document(snapshot))}\n`),
};

/** A line per series. */
export const jsonLinesExporter: MetricsExporter = {
  format: 'jsonl',
  contentType: 'application/x-ndjson; charset=utf-8',
  export: (snapshot) => Buffer.from([...jsonLines(snapshot)].join('')),
};

/** Each series as a line of its own, its metric's name and kind included. */
export function* jsonLines({ takenAtUs, metrics }: MetricsSnapshot): Generator<string> {
  for (const metric of metrics) {
    const { name, kind, unit } = metric;
    for (const series of metric.series)
      yield `${JSON.stringify({ ts_us: takenAtUs, name, kind, unit, ...seriesOf(metric, series) })}\n`;
  }
}

function document({ takenAtUs, metrics }: MetricsSnapshot): object {
  return {
    schema: 'quorumscope.metrics/1',
    taken_at_us: takenAtUs,
    metrics: metrics.map((metric) => ({
      name: metric.name,
      kind: metric.kind,
      help: metric.help,
      unit: metric.unit,
      series: metric.series.map((series) => seriesOf(metric, series)),
    })),
  };
}

function seriesOf({ labelNames }: MetricReading, { labelValues, ...reading }: SeriesReading): object {
  const labels: Record<string, string> = {};
  for (let i = 0; i < labelNames.length; i++) labels[labelNames[i]!] = labelValues[i] ?? '';
  const { value, histogram, summary } = reading;
  if (histogram !== undefined) {
    const { bounds, buckets, sum, count } = histogram;
    return { labels, bounds, buckets, sum: numberValue(sum), count };
  }
  if (summary !== undefined) {
    const quantiles = summary.quantiles.map(([quantile, at]) => ({ quantile, value: numberValue(at) }));
    return { labels, quantiles, sum: numberValue(summary.sum), count: summary.count };
  }
  return { labels, value: numberValue(value ?? Number.NaN) };
}

function numberValue(value: number): number | string {
  return Number.isFinite(value) ? value : numberText(value);
}
