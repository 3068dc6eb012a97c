/**
 * A snapshot as InfluxDB line protocol, for InfluxDB 1 and 2 and whatever else speaks it.
 *
 *   hotstuff_consensus,chain_id=main,node_id=n1 views_entered_total=42,current_view=41 1748779200123
 *
 * The first two words of a metric's name are the measurement, the rest is the field, so that series of
 * one domain with the same labels share a line, and that a Prometheus-like store behind the line
 * protocol (VictoriaMetrics joins measurement and field with `_`) shows the metric under its own
 * name. Buckets are cumulative fields `..._bucket` with the tag `le`; quantiles carry the tag `quantile`.
 *
 * The format has no NaN and no infinity: such values are left out and counted. An empty tag does not
 * exist in it, a newline in one becomes `\n` as text, and a backslash before the tag's end a slash.
 */
import { boundLabel, bucketLabels } from '../../metrics/bound-label.js';
import type { MetricReading, MetricsExporter, MetricsSnapshot, SeriesReading } from '../snapshot.js';

/** Resolution of timestamps, as the write APIs name it. */
export type Precision = 's' | 'ms' | 'us' | 'ns';

/** Encoded lines. */
export interface EncodedLines {
  /** Without their newlines; each at most a few kilobytes. */
  readonly lines: readonly string[];
  /** Values left out because the format cannot say them. */
  readonly omitted: number;
}

/** As a file or body with timestamps in nanoseconds, the protocol's default. */
export const lineProtocolExporter: MetricsExporter = {
  format: 'influx',
  contentType: 'text/plain; charset=utf-8',
  export: (snapshot) =>
    Buffer.from(
      encodeLines(snapshot, 'ns')
        .lines.map((line) => `${line}\n`)
        .join(''),
    ),
};

/** Encodes a snapshot; lines of one measurement and tag set are one line. */
export function encodeLines({ takenAtUs, metrics }: MetricsSnapshot, precision: Precision): EncodedLines {
  const fields = new Map<string, string>();
  let omitted = 0;
  const add = (key: string, field: string, value: number): void => {
    if (!Number.isFinite(value)) return void omitted++;
    const before = fields.get(key);
    fields.set(key, before === undefined ? `${field}=${value}` : `${before},${field}=${value}`);
  };
  for (const metric of metrics) addMetric(metric, add);
  const time = timestamp(takenAtUs, precision);
  return { lines: Array.from(fields, ([key, values]) => `${key} ${values} ${time}`), omitted };
}

/** `hotstuff_consensus_current_view` -> `hotstuff_consensus` and `current_view`. */
export function measurementOf(name: string): { measurement: string; field: string } {
  const first = name.indexOf('_');
  const second = name.indexOf('_', first + 1);
  const cut = second > 0 ? second : first;
  if (cut <= 0 || cut === name.length - 1) return { measurement: name, field: 'value' };
  return { measurement: name.slice(0, cut), field: name.slice(cut + 1) };
}

type Add = (key: string, field: string, value: number) => void;

function addMetric(metric: MetricReading, add: Add): void {
  const { measurement, field } = measurementOf(metric.name);
  const tagNames = metric.labelNames.map(escapeTag);
  for (const series of metric.series) {
    let key = measurement;
    for (let i = 0; i < tagNames.length; i++) key += tagText(tagNames[i]!, series.labelValues[i] ?? '');
    addSeries(series, key, field, add);
  }
}

function addSeries({ value, histogram, summary }: SeriesReading, key: string, field: string, add: Add): void {
  if (value !== undefined) return add(key, field, value);
  if (histogram !== undefined) {
    const labels = bucketLabels(histogram.bounds);
    let below = 0;
    histogram.buckets.forEach((count, i) => {
      below += count;
      add(`${key},le=${labels[i]!}`, `${field}_bucket`, below);
    });
  }
  for (const [quantile, at] of summary?.quantiles ?? [])
    add(`${key},quantile=${boundLabel(quantile)}`, field, at);
  const total = histogram ?? summary;
  if (total === undefined) return;
  add(key, `${field}_sum`, total.sum);
  add(key, `${field}_count`, total.count);
}

/** `,name=value` for an escaped name; nothing for an empty value. */
export function tagText(name: string, value: string): string {
  return value === '' ? '' : `,${name}=${escapeTag(value)}`;
}

/** A tag's name or value as the format can say it. */
export function escapeTag(text: string): string {
  if (!/[\\,= \n\r\t]/.test(text)) return text;
  return text
    .replace(/\\+$/, (backslashes) => '/'.repeat(backslashes.length))
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/[,= ]/g, '\\$&');
}

/** A time in the precision asked for. */
export function timestamp(us: number, precision: Precision): string {
  switch (precision) {
    case 's':
      return String(Math.floor(us / 1e6));
    case 'ms':
      return String(Math.floor(us / 1e3));
    case 'us':
      return String(us);
    case 'ns':
      return `${us}000`;
  }
}
