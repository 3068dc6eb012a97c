/**
 * A snapshot as Prometheus text 0.0.4, for documents and parts of the board; the page at `/metrics` has a
 * renderer of its own, which remembers what it wrote and is many times faster.
 */
import { boundLabel } from '../../metrics/bound-label.js';
import { labelSet } from '../../metrics/label-text.js';
import { numberText } from '../../metrics/number-text.js';
import type { MetricReading, MetricsExporter, SeriesReading } from '../snapshot.js';

/** Text 0.0.4. */
export const prometheusExporter: MetricsExporter = {
  format: 'prometheus',
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  export: ({ metrics }) => Buffer.from(metrics.map(familyText).join('')),
};

function familyText(metric: MetricReading): string {
  const { name, kind, help } = metric;
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  const rows = metric.series.map((series) => seriesText(metric, series)).join('');
  return `# HELP ${name} ${escaped}\n# TYPE ${name} ${kind}\n${rows}`;
}

function seriesText({ name, labelNames }: MetricReading, series: SeriesReading): string {
  const { labelValues, value, histogram, summary } = series;
  const own = labelSet(labelNames, labelValues);
  if (value !== undefined) return `${name}${own} ${numberText(value)}\n`;
  const stepped = (label: string, step: number): string =>
    labelSet([...labelNames, label], [...labelValues, boundLabel(step)]);
  let text = '';
  let below = 0;
  histogram?.buckets.forEach((count, i) => {
    below += count;
    text += `${name}_bucket${stepped('le', histogram.bounds[i] ?? Number.POSITIVE_INFINITY)} ${below}\n`;
  });
  for (const [quantile, at] of summary?.quantiles ?? [])
    text += `${name}${stepped('quantile', quantile)} ${numberText(at)}\n`;
  const total = histogram ?? summary;
  if (total === undefined) return text;
  return `${text}${name}_sum${own} ${numberText(total.sum)}\n${name}_count${own} ${total.count}\n`;
}
