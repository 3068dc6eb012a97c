/** OTLP bodies, read back by a decoder made from the parts of the protocol's definition that we use. */
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { OtlpMetricsEncoder } from '../../../../src/export/otlp/otlp-metrics.js';
import { readSnapshot } from '../../../../src/export/snapshot.js';
import { Board } from '../../../../src/metrics/board.js';
import { counter, histogram } from '../../../../src/metrics/definition.js';
import { hostile, hostileTexts, oneOfEach, specialValues, TAKEN_AT_US } from '../boards.js';

/** From opentelemetry-proto 1.x: field numbers of metrics.proto, resource.proto and common.proto. */
const definition = `
syntax = "proto3";
message Request { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message Resource { repeated KeyValue attributes = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { string string_value = 1; }
message ScopeMetrics { repeated Metric metrics = 2; }
message Metric {
  string name = 1; string description = 2; string unit = 3;
  Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; ExponentialHistogram exponential_histogram = 10;
}
message Gauge { repeated Point data_points = 1; }
message Sum { repeated Point data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Point { repeated KeyValue attributes = 7; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; double as_double = 4; }
message Histogram { repeated HistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
message HistogramPoint {
  repeated KeyValue attributes = 9; fixed64 time_unix_nano = 3; fixed64 count = 4; double sum = 5;
  repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7;
}
message ExponentialHistogram { repeated ExponentialPoint data_points = 1; }
message ExponentialPoint { fixed64 count = 4; double sum = 5; sint32 scale = 6; Buckets positive = 8; double min = 12; double max = 13; }
message Buckets { sint32 offset = 1; repeated uint64 bucket_counts = 2; }
`;
const Request = protobuf.parse(definition, { keepCase: true }).root.lookupType('Request');

interface Point {
  readonly attributes: { key: string; value: { string_value: string } }[];
  readonly start_time_unix_nano: string;
  readonly time_unix_nano: string;
  readonly as_double: number;
  readonly count: string;
  readonly sum: number;
  readonly scale: number;
  readonly min: number;
  readonly max: number;
  readonly bucket_counts: string[];
  readonly explicit_bounds: number[];
  readonly positive: { bucket_counts: string[] };
}

interface Data {
  readonly data_points: Point[];
  readonly aggregation_temporality: number;
  readonly is_monotonic: boolean;
}

interface Metric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly gauge?: Data;
  readonly sum?: Data;
  readonly histogram?: Data;
  readonly exponential_histogram?: Data;
}

const resource = { serviceName: 'quorumscope', serviceInstanceId: 'n1', serviceVersion: '1' };
const START_US = TAKEN_AT_US - 60_000_000;

function decode(body: Uint8Array): { resource: Record<string, string>; metrics: Metric[] } {
  const read = Request.toObject(Request.decode(body), { longs: String, defaults: true, arrays: true }) as {
    resource_metrics: {
      resource: { attributes: Point['attributes'] };
      scope_metrics: { metrics: Metric[] }[];
    }[];
  };
  const [first] = read.resource_metrics;
  return {
    resource: Object.fromEntries(
      first!.resource.attributes.map(({ key, value }) => [key, value.string_value]),
    ),
    metrics: first!.scope_metrics[0]!.metrics,
  };
}

describe('a cumulative body', () => {
  const { metrics, resource: told } = decode(
    new OtlpMetricsEncoder(resource, 'cumulative', START_US).encode(oneOfEach()),
  );

  it('says who speaks', () => {
    expect(told).toEqual({
      'service.name': 'quorumscope',
      'service.instance.id': 'n1',
      'service.version': '1',
    });
  });

  it('keeps names, units, times and attributes', () => {
    expect(metrics.map(({ name, unit }) => [name, unit])).toEqual([
      ['hotstuff_consensus_views_entered_total', ''],
      ['hotstuff_process_resident_memory_bytes', 'By'],
      ['hotstuff_network_latency_seconds', 's'],
      ['hotstuff_execution_fuel', ''],
    ]);
    const point = metrics[0]?.sum?.data_points[0];
    expect(point).toMatchObject({
      as_double: 42,
      start_time_unix_nano: `${START_US}000`,
      time_unix_nano: `${TAKEN_AT_US}000`,
    });
    expect(point?.attributes.map(({ key, value }) => [key, value.string_value])).toEqual([
      ['chain_id', 'c'],
      ['node_id', 'n'],
    ]);
    expect(metrics[0]?.sum).toMatchObject({ is_monotonic: true, aggregation_temporality: 2 });
  });

  it('has explicit and exponential histograms', () => {
    expect(metrics[2]?.histogram?.data_points[0]).toMatchObject({
      count: '4',
      sum: 4.25,
      explicit_bounds: [0.1, 1],
      bucket_counts: ['1', '2', '1'],
    });
    const fuel = metrics[3]?.exponential_histogram?.data_points[0];
    expect(fuel).toMatchObject({ count: '100', sum: 5050, min: 1, max: 100 });
    expect(fuel?.positive.bucket_counts.reduce((sum, count) => sum + Number(count), 0)).toBe(100);
  });

  it('carries any text and any number', () => {
    const { metrics: read } = decode(new OtlpMetricsEncoder(resource, 'cumulative', 0).encode(hostile()));
    expect(read[0]?.gauge?.data_points.map(({ attributes }) => attributes[0]?.value.string_value)).toEqual([
      ...hostileTexts,
    ]);
    expect(read[1]?.gauge?.data_points.map(({ as_double }) => as_double)).toEqual([...specialValues]);
  });
});

it('a delta body says what was added since the one before', () => {
  const board = new Board();
  const views = board.counter(counter('hotstuff_test_views_total', 'Views.', [])).at();
  const sizes = board.histogram(histogram('hotstuff_test_size_bytes', 'Size.', [10], [])).at();
  const encoder = new OtlpMetricsEncoder(resource, 'delta', START_US);
  const told = (atUs: number): unknown[] => {
    const { metrics } = decode(encoder.encode(readSnapshot(board.snapshot(), atUs)));
    const sum = metrics.find(({ name }) => name === 'hotstuff_test_views_total')?.sum;
    const size = metrics.find(({ name }) => name === 'hotstuff_test_size_bytes')?.histogram;
    expect([sum?.aggregation_temporality, size?.aggregation_temporality]).toEqual([1, 1]);
    const [point] = sum?.data_points ?? [];
    return [point?.as_double, point?.start_time_unix_nano, size?.data_points[0]?.bucket_counts];
  };
  views.add(3);
  sizes.observe(5);
  expect(told(TAKEN_AT_US)).toEqual([3, `${START_US}000`, ['1', '0']]);
  views.add(4);
  sizes.observe(50, 2);
  expect(told(TAKEN_AT_US + 1_000_000)).toEqual([4, `${TAKEN_AT_US}000`, ['0', '2']]);
});
