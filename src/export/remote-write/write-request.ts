/**
 * A snapshot as a Prometheus remote-write 1.0 body: protobuf `WriteRequest`, compressed by Snappy's block
 * format. Series are named and labelled as on `/metrics`: buckets cumulative with `le`, quantiles with
 * `quantile`, `_sum` and `_count` beside them. Labels without a value are left out, as the protocol
 * demands; NaN and infinities are ordinary values. A body holds a bounded number of series.
 */
import protobuf from 'protobufjs/minimal.js';
import { compress } from 'snappyjs';
import { boundLabel, bucketLabels } from '../../metrics/bound-label.js';
import type { MetricReading, MetricsSnapshot, SeriesReading } from '../snapshot.js';

/** A body and the samples in it. */
export interface WriteBody {
  readonly body: Uint8Array;
  readonly samples: number;
}

/** Labels that every series gets besides its own, such as `job` and `instance`. */
export type ExternalLabels = Readonly<Record<string, string>>;

/** Most series of one body: some 300 kB before compression, what receivers are tuned for. */
const SERIES_PER_BODY = 2_000;

/** Encodes a snapshot as one body or several. */
export function writeBodies(snapshot: MetricsSnapshot, external: ExternalLabels = {}): WriteBody[] {
  const timestampMs = Math.floor(snapshot.takenAtUs / 1000);
  const bodies: WriteBody[] = [];
  let request = protobuf.Writer.create();
  let samples = 0;
  const finish = (): void => {
    if (samples === 0) return;
    bodies.push({ body: compress(request.finish()), samples });
    request = protobuf.Writer.create();
    samples = 0;
  };
  for (const metric of snapshot.metrics) {
    const writer = new MetricWriter(metric, external, timestampMs);
    for (const series of metric.series) {
      samples += writer.write(request, series);
      if (samples >= SERIES_PER_BODY) finish();
    }
  }
  finish();
  return bodies;
}

const NAME = '__name__';

/** A label name and its value. */
type Label = readonly [name: string, value: string];

/** Writes the series of one metric. */
class MetricWriter {
  readonly #metric: MetricReading;
  /** The protocol wants labels in the order of their names' bytes. A text, or a place among the values of a series. */
  readonly #labels: readonly (readonly [name: string, from: string | number])[];
  readonly #timestampMs: number;

  constructor(metric: MetricReading, external: ExternalLabels, timestampMs: number) {
    this.#metric = metric;
    const own = metric.labelNames.map((name, i) => [name, i] as const);
    const others = Object.entries(external).filter(([name]) => !metric.labelNames.includes(name));
    this.#labels = [[NAME, NAME] as const, ...own, ...others].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#timestampMs = timestampMs;
  }

  /** Returns the number of samples written. */
  write(request: protobuf.Writer, { labelValues, value, histogram, summary }: SeriesReading): number {
    const { name } = this.#metric;
    let samples = 0;
    const sample = (suffix: string, extra: Label | undefined, at: number): void => {
      this.#timeSeries(request, name + suffix, labelValues, extra, at);
      samples++;
    };
    if (value !== undefined) sample('', undefined, value);
    if (histogram !== undefined) {
      const labels = bucketLabels(histogram.bounds);
      let below = 0;
      histogram.buckets.forEach((count, i) => {
        below += count;
        sample('_bucket', ['le', labels[i]!], below);
      });
    }
    for (const [quantile, at] of summary?.quantiles ?? []) sample('', ['quantile', boundLabel(quantile)], at);
    const total = histogram ?? summary;
    if (total === undefined) return samples;
    sample('_sum', undefined, total.sum);
    sample('_count', undefined, total.count);
    return samples;
  }

  /** message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; } */
  #timeSeries(
    request: protobuf.Writer,
    named: string,
    values: readonly string[],
    extra: Label | undefined,
    value: number,
  ): void {
    request.uint32(0x0a).fork();
    let left = extra;
    for (const [name, from] of this.#labels) {
      if (left !== undefined && left[0] < name) {
        writeLabel(request, left);
        left = undefined;
      }
      const text = typeof from === 'number' ? (values[from] ?? '') : name === NAME ? named : from;
      writeLabel(request, [name, text]);
    }
    if (left !== undefined) writeLabel(request, left);
    request.uint32(0x12).fork().uint32(0x09).double(value).uint32(0x10).int64(this.#timestampMs).ldelim();
    request.ldelim();
  }
}

function writeLabel(request: protobuf.Writer, [name, text]: Label): void {
  if (text === '') return;
  request.uint32(0x0a).fork().uint32(0x0a).string(name).uint32(0x12).string(text).ldelim();
}
