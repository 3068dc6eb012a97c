/**
 * Snapshots as OTLP metrics (`ExportMetricsServiceRequest`, protobuf), serialized by OpenTelemetry's own
 * transformer. A metric keeps its Prometheus name, whose suffixes receivers recognise: `_total` and
 * the unit are there already, so a translation adds nothing. Labels are attributes.
 *
 * Counters are monotonic sums, histograms explicit-bucket histograms, summaries exponential ones.
 * Cumulative by default. With delta temporality the encoder remembers what it has sent; exponential
 * histograms stay cumulative, since their scale may change between two snapshots.
 */
import type { HrTime } from '@opentelemetry/api';
import { ValueType } from '@opentelemetry/api';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { HistogramReading, MetricReading, MetricsSnapshot, SeriesReading } from '../snapshot.js';

/** Who speaks, as resource attributes. */
export interface OtlpResource {
  readonly serviceName: string;
  readonly serviceInstanceId: string;
  readonly serviceVersion: string;
}

/** How numbers that grow are said. */
export type Temporality = 'cumulative' | 'delta';

/** UCUM codes of our base units. */
const units: Readonly<Record<string, string>> = { seconds: 's', bytes: 'By', ratio: '1' };

/** Encodes one snapshot after the other. */
export class OtlpMetricsEncoder {
  readonly #resource: Resource;
  readonly #version: string;
  readonly #temporality: Temporality;
  readonly #startUs: number;
  #lastUs: number;
  /** What was sent of each series that grows. */
  #sent = new Map<string, SeriesReading>();

  /** @param startUs when counting began, microseconds since the Unix epoch */
  constructor(resource: OtlpResource, temporality: Temporality, startUs: number) {
    this.#resource = resourceFromAttributes({
      'service.name': resource.serviceName,
      'service.instance.id': resource.serviceInstanceId,
      'service.version': resource.serviceVersion,
    });
    this.#version = resource.serviceVersion;
    this.#temporality = temporality;
    this.#startUs = startUs;
    this.#lastUs = startUs;
  }

  encode({ takenAtUs, metrics }: MetricsSnapshot): Uint8Array {
    const before = this.#sent;
    this.#sent = new Map();
    const times = { start: hrTime(this.#startUs), last: hrTime(this.#lastUs), end: hrTime(takenAtUs) };
    this.#lastUs = takenAtUs;
    const request = {
      resource: this.#resource,
      scopeMetrics: [
        {
          scope: { name: 'quorumscope', version: this.#version },
          metrics: metrics.map((metric) => this.#metricData(metric, times, before)),
        },
      ],
    };
    return ProtobufMetricsSerializer.serializeRequest(request) ?? new Uint8Array(0);
  }

  #metricData(metric: MetricReading, times: Times, before: ReadonlyMap<string, SeriesReading>): MetricData {
    const { name, help, unit = '', kind, series } = metric;
    const isDelta = this.#temporality === 'delta' && (kind === 'counter' || kind === 'histogram');
    const base = {
      descriptor: { name, description: help, unit: units[unit] ?? unit, valueType: ValueType.DOUBLE },
      aggregationTemporality: isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
    };
    const point = <V>(one: SeriesReading, value: V) => ({
      startTime: isDelta ? times.last : times.start,
      endTime: times.end,
      attributes: attributesOf(metric, one),
      value,
    });
    const grown = (one: SeriesReading): SeriesReading => {
      if (!isDelta) return one;
      const key = `${name}\0${one.labelValues.join('\0')}`;
      this.#sent.set(key, one);
      return growth(one, before.get(key));
    };
    switch (kind) {
      case 'counter':
        return {
          ...base,
          dataPointType: DataPointType.SUM,
          isMonotonic: true,
          dataPoints: series.map((one) => point(one, grown(one).value ?? 0)),
        };
      case 'gauge':
        return {
          ...base,
          dataPointType: DataPointType.GAUGE,
          dataPoints: series.map((one) => point(one, one.value ?? Number.NaN)),
        };
      case 'histogram':
        return {
          ...base,
          dataPointType: DataPointType.HISTOGRAM,
          dataPoints: series.map((one) => point(one, explicit(grown(one).histogram!))),
        };
      case 'summary':
        return {
          ...base,
          dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
          dataPoints: series.map((one) => point(one, exponential(one.summary!))),
        };
    }
  }
}

interface Times {
  readonly start: HrTime;
  readonly last: HrTime;
  readonly end: HrTime;
}

function attributesOf({ labelNames }: MetricReading, { labelValues }: SeriesReading): Record<string, string> {
  const attributes: Record<string, string> = {};
  labelNames.forEach((label, i) => (attributes[label] = labelValues[i] ?? ''));
  return attributes;
}

/** What was added since `before`; all of it where the series began anew. */
function growth(now: SeriesReading, before: SeriesReading | undefined): SeriesReading {
  if (before === undefined) return now;
  const { labelValues } = now;
  if (now.value !== undefined && before.value !== undefined)
    return { labelValues, value: now.value >= before.value ? now.value - before.value : now.value };
  const { histogram } = now;
  const earlier = before.histogram;
  if (histogram === undefined || earlier === undefined || histogram.count < earlier.count) return now;
  const buckets = histogram.buckets.map((count, i) => count - (earlier.buckets[i] ?? 0));
  const { bounds, sum, count } = histogram;
  return {
    labelValues,
    histogram: { bounds, buckets, sum: sum - earlier.sum, count: count - earlier.count },
  };
}

function explicit({ bounds, buckets, sum, count }: HistogramReading) {
  return { buckets: { boundaries: [...bounds], counts: [...buckets] }, sum, count };
}

function exponential({ sum, count, distribution }: NonNullable<SeriesReading['summary']>) {
  const { scale, zeroCount, positive, negative, min, max } = distribution;
  return {
    count,
    sum,
    scale,
    zeroCount,
    positive: { offset: positive.offset, bucketCounts: [...positive.counts] },
    negative: { offset: negative.offset, bucketCounts: [...negative.counts] },
    ...(count > 0 ? { min, max } : {}),
  };
}

function hrTime(us: number): HrTime {
  return [Math.floor(us / 1e6), (us % 1e6) * 1000];
}
