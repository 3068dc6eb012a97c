/**
 * Readers of the formats, written from their definitions and without our encoders. Each gives what one
 * body says as samples; what is not well-formed is an error.
 */
import Papa from 'papaparse';
import protobuf from 'protobufjs';
import { uncompress } from 'snappyjs';
import { parsePage } from '../parse-page.js';
import { keyOf, numberOf, type Sample } from './samples.js';

/** Reads one body. */
export type Decode = (body: Buffer) => Sample[];

/** InfluxDB line protocol; names as VictoriaMetrics joins them. */
export const lines: Decode = (body) =>
  body
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [head = '', fields = '', time = '', ...rest] = cut(line, ' ');
      if (rest.length > 0 || !/^\d+$/.test(time)) throw new Error(`not a line: ${line}`);
      const [measurement = '', ...tags] = cut(head, ',');
      const labels = Object.fromEntries(tags.map((tag) => cut(tag, '=').map(plain) as [string, string]));
      return cut(fields, ',').map((field) => {
        const [name = '', value = ''] = cut(field, '=');
        return { name: `${measurement}_${name}`, labels, value: numberOf(value) };
      });
    });

/** At separators that no backslash escapes. */
function cut(text: string, separator: string): string[] {
  return text.split(new RegExp(`(?<!\\\\)${separator}`));
}

function plain(text: string): string {
  return text.replace(/\\([,= ])/g, '$1');
}

/** The page's text format. */
export const prometheusText: Decode = (body) =>
  [...parsePage(body.toString(), 'text').series].map(([key, value]) => {
    const space = key.indexOf(' ');
    const labels = Object.fromEntries(JSON.parse(key.slice(space + 1)) as [string, string][]);
    return { name: key.slice(0, space), labels, value };
  });

interface JsonSeries {
  readonly labels: Record<string, string>;
  readonly value?: number | string;
  readonly bounds?: number[];
  readonly buckets?: number[];
  readonly quantiles?: { quantile: number; value: number | string }[];
  readonly sum?: number | string;
  readonly count?: number;
}

function jsonSeries(name: string, series: JsonSeries): Sample[] {
  const { labels, value, bounds, buckets, quantiles = [], sum, count } = series;
  const number = (found: number | string): number => (typeof found === 'string' ? numberOf(found) : found);
  if (value !== undefined) return [{ name, labels, value: number(value) }];
  let below = 0;
  const stepped = (buckets ?? []).map((inside, i) => ({
    name: `${name}_bucket`,
    labels: { ...labels, le: String(bounds?.[i] ?? '+Inf') },
    value: (below += inside),
  }));
  const at = quantiles.map((one) => ({
    name,
    labels: { ...labels, quantile: String(one.quantile) },
    value: number(one.value),
  }));
  return [
    ...stepped,
    ...at,
    { name: `${name}_sum`, labels, value: number(sum!) },
    { name: `${name}_count`, labels, value: count! },
  ];
}

/** One document. */
export const json: Decode = (body) => {
  const document = JSON.parse(body.toString()) as { metrics: { name: string; series: JsonSeries[] }[] };
  return document.metrics.flatMap(({ name, series }) => series.flatMap((one) => jsonSeries(name, one)));
};

/** A line per series. */
export const jsonLines: Decode = (body) =>
  body
    .toString()
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const { name, ...series } = JSON.parse(line) as JsonSeries & { name: string };
      return jsonSeries(name, series);
    });

/** Rows, read by a published parser; labels by the page's grammar. */
export const csv: Decode = (body) => {
  const { data, errors } = Papa.parse<Record<string, string>>(body.toString(), {
    header: true,
    skipEmptyLines: true,
    newline: '\r\n',
  });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data.map((row) => {
    const suffix = { value: '', quantile: '', bucket: '_bucket', sum: '_sum', count: '_count' }[
      row['field']!
    ];
    const [sample] = prometheusText(
      Buffer.from(`${row['name']!}${suffix!}${row['labels']!} ${row['value']!}\n`),
    );
    return sample!;
  });
};

const writeRequest = protobuf
  .parse(
    `
syntax = "proto3";
message WriteRequest { repeated TimeSeries timeseries = 1; }
message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
message Label { string name = 1; string value = 2; }
message Sample { double value = 1; int64 timestamp = 2; }
`,
  )
  .root.lookupType('WriteRequest');

/** Prometheus remote write 1.0. */
export const remoteWrite: Decode = (body) => {
  const request = writeRequest.toObject(writeRequest.decode(uncompress(body)), { defaults: true }) as {
    timeseries: { labels: { name: string; value: string }[]; samples: { value: number }[] }[];
  };
  return request.timeseries.flatMap(({ labels, samples }) => {
    const { __name__: name = '', ...others } = Object.fromEntries(labels.map((one) => [one.name, one.value]));
    return samples.map(({ value }) => ({ name, labels: others, value }));
  });
};

const exportRequest = protobuf
  .parse(
    `
syntax = "proto3";
message Request { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { repeated ScopeMetrics scope_metrics = 2; }
message ScopeMetrics { repeated Metric metrics = 2; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { string string_value = 1; }
message Metric { string name = 1; Points gauge = 5; Points sum = 7; Histogram histogram = 9; Exponential exponential = 10; }
message Points { repeated Point data_points = 1; }
message Point { repeated KeyValue attributes = 7; double as_double = 4; }
message Histogram { repeated HistogramPoint data_points = 1; }
message HistogramPoint { repeated KeyValue attributes = 9; fixed64 count = 4; double sum = 5; repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7; }
message Exponential { repeated ExponentialPoint data_points = 1; }
message ExponentialPoint { repeated KeyValue attributes = 1; fixed64 count = 4; double sum = 5; }
`,
    { keepCase: true },
  )
  .root.lookupType('Request');

interface OtlpPoint {
  readonly attributes: { key: string; value: { string_value: string } }[];
  readonly as_double: number;
  readonly count: number;
  readonly sum: number;
  readonly bucket_counts: number[];
  readonly explicit_bounds: number[];
}

interface OtlpMetric {
  readonly name: string;
  readonly gauge?: { data_points: OtlpPoint[] };
  readonly sum?: { data_points: OtlpPoint[] };
  readonly histogram?: { data_points: OtlpPoint[] };
  readonly exponential?: { data_points: OtlpPoint[] };
}

/** OTLP; of exponential histograms sum and count. */
export const otlp: Decode = (body) => {
  const request = exportRequest.toObject(exportRequest.decode(body), { longs: Number, defaults: true }) as {
    resource_metrics: { scope_metrics: { metrics: OtlpMetric[] }[] }[];
  };
  const metrics = request.resource_metrics.flatMap((one) =>
    one.scope_metrics.flatMap((scope) => scope.metrics),
  );
  return metrics.flatMap((metric) => {
    const { name, gauge, sum, histogram, exponential } = metric;
    const labelsOf = ({ attributes }: OtlpPoint): Record<string, string> =>
      Object.fromEntries(attributes.map(({ key, value }) => [key, value.string_value]));
    const numbers = (gauge ?? sum)?.data_points ?? [];
    const plainPoints = numbers.map((point) => ({ name, labels: labelsOf(point), value: point.as_double }));
    const totals = [...(histogram?.data_points ?? []), ...(exponential?.data_points ?? [])].flatMap(
      (point) => [
        { name: `${name}_sum`, labels: labelsOf(point), value: point.sum },
        { name: `${name}_count`, labels: labelsOf(point), value: point.count },
      ],
    );
    const steps = (histogram?.data_points ?? []).flatMap((point) => {
      let below = 0;
      return point.bucket_counts.map((count, i) => ({
        name: `${name}_bucket`,
        labels: { ...labelsOf(point), le: String(point.explicit_bounds[i] ?? '+Inf') },
        value: (below += count),
      }));
    });
    return [...plainPoints, ...totals, ...steps];
  });
};

/** What a StatsD daemon makes of datagrams: counters added up, gauges as last said, timers as observations. */
export function statsd(datagrams: readonly Buffer[]): Sample[] {
  const samples = new Map<string, Sample>();
  for (const line of datagrams.flatMap((datagram) => datagram.toString().split('\n'))) {
    const [head = '', type = '', ...rest] = line.split('|');
    const colon = head.lastIndexOf(':');
    const text = head.slice(colon + 1);
    if (colon < 1 || !/^-?\d+(\.\d+)?$/.test(text)) throw new Error(`not a line: ${line}`);
    const tags = (rest.find((part) => part.startsWith('#'))?.slice(1) ?? '')
      .split(',')
      .filter((tag) => tag !== '');
    const labels = Object.fromEntries(
      tags.map((tag) => [tag.slice(0, tag.indexOf(':')), tag.slice(tag.indexOf(':') + 1)]),
    );
    const rate = Number(rest.find((part) => part.startsWith('@'))?.slice(1) ?? '1');
    const name = type === 'ms' ? `${head.slice(0, colon)}_count` : head.slice(0, colon);
    const before = samples.get(keyOf({ name, labels, value: 0 }))?.value ?? 0;
    const value = { c: before + Number(text), g: Number(text), ms: before + 1 / rate }[type];
    if (value === undefined) throw new Error(`not a line: ${line}`);
    samples.set(keyOf({ name, labels, value }), { name, labels, value });
  }
  return [...samples.values()];
}
