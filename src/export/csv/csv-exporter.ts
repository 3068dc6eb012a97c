/**
 * A snapshot as CSV (RFC 4180), one number per row under columns that never change, so that a
 * spreadsheet or a script written today reads tomorrow's file. A text that a spreadsheet would take
 * for a formula gets a leading apostrophe (OWASP, CSV injection); numbers are left alone.
 *
 *   timestamp,name,kind,unit,field,value,labels
 *
 * `field` is `value` for counters and gauges; `bucket` (cumulative, with the label `le`), `quantile`
 * (with the label `quantile`), `sum` and `count` otherwise. `labels` is written as in Prometheus.
 */
import { boundLabel, bucketLabels } from '../../metrics/bound-label.js';
import { escapeLabelValue } from '../../metrics/label-text.js';
import { numberText } from '../../metrics/number-text.js';
import type { MetricReading, MetricsExporter, MetricsSnapshot, SeriesReading } from '../snapshot.js';

/** The columns, in order. */
export const csvColumns = ['timestamp', 'name', 'kind', 'unit', 'field', 'value', 'labels'] as const;

/** The first line. */
export const csvHeader = `${csvColumns.join(',')}\r\n`;

/** A file with its header. */
export const csvExporter: MetricsExporter = {
  format: 'csv',
  contentType: 'text/csv; charset=utf-8; header=present',
  head: csvHeader,
  export: (snapshot) => Buffer.from(csvHeader + [...csvRows(snapshot)].join('')),
};

/** The rows without the header, those of one series together. */
export function* csvRows({ takenAtUs, metrics }: MetricsSnapshot): Generator<string> {
  const time = isoTime(takenAtUs);
  for (const metric of metrics) {
    const start = `${time},${textCell(metric.name)},${metric.kind},${textCell(metric.unit ?? '')}`;
    for (const series of metric.series) yield rowsOf(start, metric, series);
  }
}

/** `2025-06-01T12:00:00.123456Z`: ISO 8601 with the microseconds. */
export function isoTime(us: number): string {
  const whole = new Date(Math.floor(us / 1000)).toISOString().slice(0, -1);
  return `${whole}${String(us % 1000).padStart(3, '0')}Z`;
}

/** A cell that reads back as `text`, and that no spreadsheet calculates. */
export function textCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function rowsOf(start: string, { labelNames }: MetricReading, series: SeriesReading): string {
  const { labelValues, value, histogram, summary } = series;
  const row = (field: string, number: number, labels: string): string =>
    `${start},${field},${numberText(number)},${labels}\r\n`;
  const own = labelCell(labelNames, labelValues);
  if (value !== undefined) return row('value', value, own);
  // The same label set with one more at its end.
  const begun = own === '' ? '"{' : `${own.slice(0, -2)},`;
  const stepped = (name: string, step: string): string => `${begun}${name}=""${step}""}"`;
  let rows = '';
  if (histogram !== undefined) {
    const labels = bucketLabels(histogram.bounds);
    let below = 0;
    histogram.buckets.forEach((count, i) => {
      below += count;
      rows += row('bucket', below, stepped('le', labels[i]!));
    });
  }
  for (const [quantile, at] of summary?.quantiles ?? [])
    rows += row('quantile', at, stepped('quantile', boundLabel(quantile)));
  const total = histogram ?? summary;
  if (total === undefined) return rows;
  return rows + row('sum', total.sum, own) + row('count', total.count, own);
}

/** `textCell` of the label set; written piece by piece, because it is most of a row's cost. */
export function labelCell(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return '';
  let cell = '"{';
  for (let i = 0; i < names.length; i++) {
    const value = values[i] ?? '';
    const quoted = /[\\"\n]/.test(value) ? escapeLabelValue(value).replaceAll('"', '""') : value;
    cell += `${i === 0 ? '' : ','}${names[i]!}=""${quoted}""`;
  }
  return `${cell}}"`;
}
