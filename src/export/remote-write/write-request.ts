/**
 * A snapshot as a Prometheus remote-write 1.0 body: protobuf `WriteRequest`, compressed by Snappy's block
 * format. Series are named and labelled as on `/metrics`: buckets cumulative with `le`, quantiles with
 * `quantile`, `_sum` and `_count` beside them. Labels without a value are left out, as the protocol
 * demands; NaN and infinities are ordinary values. A body holds a bounded number of series.
 */
import protobuf from 'protobufjs/minimal.js';
import { compress } from 'snappyjs';
import { boundLabel } from '../../metrics/bound-label.js';
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

/** A label name and its value. */
type Label = readonly [name: string, value: string];

/** Writes the series of one metric. */
class MetricWriter {
  readonly #metric: MetricReading;
  readonly #external: readonly Label[];
  readonly #timestampMs: number;

  constructor(metric: MetricReading, external: ExternalLabels, timestampMs: number) {
    this.#metric = metric;
    this.#external = Object.entries(external).filter(([name]) => !metric.labelNames.includes(name));
    this.#timestampMs = timestampMs;
  }

  /** Returns the number of samples written. */
  write(request: protobuf.Writer, { labelValues, value, histogram, summary }: SeriesReading): number {
    const { name, labelNames } = this.#metric;
    const own: Label[] = labelNames.map((label, i) => [label, labelValues[i] ?? '']);
    let samples = 0;
    const sample = (suffix: string, extra: readonly Label[], at: number): void => {
      this.#timeSeries(request, [['__name__', name + suffix], ...own, ...extra, ...this.#external], at);
      samples++;
    };
    if (value !== undefined) sample('', [], value);
    let below = 0;
    histogram?.buckets.forEach((count, i) => {
      below += count;
      const le = boundLabel(histogram.bounds[i] ?? Number.POSITIVE_INFINITY);
      sample('_bucket', [['le', le]], below);
    });
    for (const [quantile, at] of summary?.quantiles ?? [])
      sample('', [['quantile', boundLabel(quantile)]], at);
    const total = histogram ?? summary;
    if (total === undefined) return samples;
    sample('_sum', [], total.sum);
    sample('_count', [], total.count);
    return samples;
  }

  /** message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; } */
  #timeSeries(request: protobuf.Writer, labels: Label[], value: number): void {
    // The protocol wants labels in the order of their names' bytes.
    labels.sort(([a], [b]) => (a < b ? -1 : 1));
    request.uint32(0x0a).fork();
    for (const [name, text] of labels) {
      if (text === '') continue;
      request.uint32(0x0a).fork().uint32(0x0a).string(name).uint32(0x12).string(text).ldelim();
    }
    request.uint32(0x12).fork().uint32(0x09).double(value).uint32(0x10).int64(this.#timestampMs).ldelim();
    request.ldelim();
  }
}
