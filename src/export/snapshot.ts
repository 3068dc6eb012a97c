/**
 * What an exporter is given: every metric with its series at one moment, as plain readable data, apart
 * from the board's slots. `readSnapshot` makes it from a copy of the board; `MetricsExporter` is the
 * face that an operator's own exporter fills as well as ours (seed 004, custom export formats).
 *
 * A snapshot is never changed: several exporters read the same one. Encoders are pure functions of it.
 */
import type { MetricDefinition } from '../metrics/definition.js';
import type { ExponentialHistogram } from '../metrics/exponential-histogram.js';
import type { Summary } from '../metrics/series.js';

/** A histogram's state since its process started. */
export interface HistogramReading {
  /** Upper bounds, ascending; the bucket above the last one is open. */
  readonly bounds: readonly number[];
  /** Observations per bucket, not cumulative; one more than bounds. */
  readonly buckets: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** Counts of consecutive exponential buckets; bucket `offset + i` covers (base^(offset+i), base^(offset+i+1)]. */
export interface ExponentialBuckets {
  readonly offset: number;
  readonly counts: readonly number[];
}

/** What a summary's quantiles are read from, as OpenTelemetry's data model defines it; base is 2^(2^-scale). */
export interface ExponentialReading {
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
  readonly min: number;
  readonly max: number;
}

/** A summary's state. */
export interface SummaryReading {
  readonly distribution: ExponentialReading;
  /** Quantile (0 to 1) and its value; NaN while nothing was observed. */
  readonly quantiles: readonly (readonly [quantile: number, value: number])[];
  readonly sum: number;
  readonly count: number;
}

/** One series. Exactly one of `value`, `histogram`, `summary` is there, as the metric's kind says. */
export interface SeriesReading {
  /** One value per label name of its metric. */
  readonly labelValues: readonly string[];
  readonly value?: number;
  readonly histogram?: HistogramReading;
  readonly summary?: SummaryReading;
}

/** One metric with its series, at least one. */
export interface MetricReading {
  readonly name: string;
  readonly kind: MetricDefinition['kind'];
  readonly help: string;
  /** Base unit, if its name ends with one. */
  readonly unit: string | undefined;
  readonly labelNames: readonly string[];
  readonly series: readonly SeriesReading[];
}

/** All metrics at one moment. */
export interface MetricsSnapshot {
  /** Microseconds since the Unix epoch. */
  readonly takenAtUs: number;
  readonly metrics: readonly MetricReading[];
}

/** Turns a snapshot into bytes of one format. */
export interface MetricsExporter {
  /** Name of the format, such as `json`. */
  readonly format: string;
  /** Media type of what `export` gives. */
  readonly contentType: string;
  /** What every export begins with and a file needs only once, such as a header line. */
  readonly head?: string;
  /** May reject; whoever calls counts it and goes on. */
  export(snapshot: MetricsSnapshot): Uint8Array | Promise<Uint8Array>;
}

/** Number of series in a snapshot: the points that accounting counts. */
export function seriesCount(snapshot: MetricsSnapshot): number {
  return snapshot.metrics.reduce((count, { series }) => count + series.length, 0);
}

/** A series where its numbers are: part of what the board says of it. */
export interface PlacedSeries {
  readonly labelValues: readonly string[];
  /** Its first slot. */
  readonly slot: number;
}

/** A copy of the board, or what another thread was told of one. */
export interface ReadableBoard {
  readonly values: Float64Array;
  readonly families: readonly {
    readonly definition: MetricDefinition;
    readonly series: readonly PlacedSeries[];
  }[];
}

/** What a summary's quantiles are read from. */
export type DistributionOf = (series: PlacedSeries) => ExponentialReading;

/** The distribution of a summary on the board of this thread. */
export const ownDistribution: DistributionOf = (series) => readSketch((series as Summary).sketch);

/** Reads a copy of the board. */
export function readSnapshot(
  board: ReadableBoard,
  takenAtUs: number,
  distributionOf = ownDistribution,
): MetricsSnapshot {
  const { values } = board;
  const metrics = board.families.map(({ definition, series }): MetricReading => {
    const read = readerOf(definition, values, distributionOf);
    const { name, kind, help, unit, labels } = definition;
    return { name, kind, help, unit, labelNames: labels, series: series.map(read) };
  });
  return { takenAtUs, metrics };
}

function readerOf(
  definition: MetricDefinition,
  values: Float64Array,
  distributionOf: DistributionOf,
): (series: PlacedSeries) => SeriesReading {
  const { kind, bounds = [], quantiles = [] } = definition;
  switch (kind) {
    case 'counter':
    case 'gauge':
      return ({ labelValues, slot }) => ({ labelValues, value: values[slot]! });
    case 'histogram':
      return ({ labelValues, slot }) => {
        const buckets = Array.from(values.subarray(slot, slot + bounds.length + 1));
        const count = buckets.reduce((a, b) => a + b, 0);
        return { labelValues, histogram: { bounds, buckets, sum: values[slot + buckets.length]!, count } };
      };
    case 'summary':
      return (series) => {
        const { labelValues, slot } = series;
        const read = quantiles.map((quantile, i) => [quantile, values[slot + i]!] as const);
        const sum = values[slot + quantiles.length]!;
        const count = values[slot + quantiles.length + 1]!;
        const distribution = distributionOf(series);
        return { labelValues, summary: { quantiles: read, sum, count, distribution } };
      };
  }
}

function readSketch({
  scale,
  zeroCount,
  positive,
  negative,
  min,
  max,
}: ExponentialHistogram): ExponentialReading {
  const read = ({ offset, counts, length }: ExponentialHistogram['positive']): ExponentialBuckets => ({
    offset: length === 0 ? 0 : offset,
    counts: Array.from(counts.subarray(0, length)),
  });
  return { scale, zeroCount, positive: read(positive), negative: read(negative), min, max };
}
