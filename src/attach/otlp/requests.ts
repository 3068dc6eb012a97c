/**
 * The messages of OTLP that a receiver reads, as of opentelemetry-proto 1.x: what is not listed here is passed over, as
 * protobuf asks of readers. Beside each the type of what the readers make of it.
 */
import { message, type Message, type MessageField } from './message.js';

/** A value of an attribute or a body. */
export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
  readonly bytesValue?: Uint8Array;
}

/** An attribute. */
export interface KeyValue {
  readonly key?: string;
  readonly value?: AnyValue;
}

const anyValue = recursive('AnyValue', (self) => {
  const keyValue = message('KeyValue', { key: [1, 'string'], value: [2, self] });
  return {
    stringValue: [1, 'string'],
    boolValue: [2, 'bool'],
    intValue: [3, 'int64'],
    doubleValue: [4, 'double'],
    arrayValue: [5, message('ArrayValue', { values: [1, self, 'list'] })],
    kvlistValue: [6, message('KeyValueList', { values: [1, keyValue, 'list'] })],
    bytesValue: [7, 'bytes'],
  };
});
const keyValue = message('KeyValue', { key: [1, 'string'], value: [2, anyValue] });
const resource = message('Resource', { attributes: [1, keyValue, 'list'] });
const scope = message('InstrumentationScope', { name: [1, 'string'], version: [2, 'string'] });

/** Who speaks. */
export interface Resource {
  readonly attributes?: readonly KeyValue[];
}

/** Which library speaks. */
export interface Scope {
  readonly name?: string;
  readonly version?: string;
}

/** A log record. Times in microseconds. */
export interface LogRecord {
  readonly timeUnixNano?: number;
  readonly observedTimeUnixNano?: number;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: AnyValue;
  readonly attributes?: readonly KeyValue[];
  readonly traceId?: string;
  readonly spanId?: string;
  readonly eventName?: string;
}

const logRecord = message('LogRecord', {
  timeUnixNano: [1, 'nanos'],
  severityNumber: [2, 'enum'],
  severityText: [3, 'string'],
  body: [5, anyValue],
  attributes: [6, keyValue, 'list'],
  traceId: [9, 'hex'],
  spanId: [10, 'hex'],
  observedTimeUnixNano: [11, 'nanos'],
  eventName: [12, 'string'],
});

/** An event of a span. */
export interface SpanEvent {
  readonly timeUnixNano?: number;
  readonly name?: string;
  readonly attributes?: readonly KeyValue[];
}

/** A span. Times in microseconds. */
export interface Span {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano?: number;
  readonly endTimeUnixNano?: number;
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly SpanEvent[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

const spanEvent = message('Span.Event', {
  timeUnixNano: [1, 'nanos'],
  name: [2, 'string'],
  attributes: [3, keyValue, 'list'],
});
const span = message('Span', {
  traceId: [1, 'hex'],
  spanId: [2, 'hex'],
  parentSpanId: [4, 'hex'],
  name: [5, 'string'],
  kind: [6, 'enum'],
  startTimeUnixNano: [7, 'nanos'],
  endTimeUnixNano: [8, 'nanos'],
  attributes: [9, keyValue, 'list'],
  events: [11, spanEvent, 'list'],
  status: [15, message('Status', { message: [2, 'string'], code: [3, 'enum'] })],
});

/** What every point of a metric has. Times in microseconds. */
export interface Point {
  readonly attributes?: readonly KeyValue[];
  readonly startTimeUnixNano?: number;
  readonly timeUnixNano?: number;
  /** 1: there is no value. */
  readonly flags?: number;
}

/** A point of a gauge or a sum. */
export interface NumberPoint extends Point {
  readonly asDouble?: number;
  readonly asInt?: number | string;
}

/** A point of a histogram with its own bounds. */
export interface HistogramPoint extends Point {
  readonly count?: number | string;
  readonly sum?: number;
  readonly bucketCounts?: readonly (number | string)[];
  readonly explicitBounds?: readonly number[];
  readonly min?: number;
  readonly max?: number;
}

/** Half of an exponential histogram. */
export interface ExponentialBuckets {
  readonly offset?: number;
  readonly bucketCounts?: readonly (number | string)[];
}

/** A point of an exponential histogram. */
export interface ExponentialPoint extends Point {
  readonly count?: number | string;
  readonly sum?: number;
  readonly scale?: number;
  readonly zeroCount?: number | string;
  readonly positive?: ExponentialBuckets;
  readonly negative?: ExponentialBuckets;
  readonly min?: number;
  readonly max?: number;
  readonly zeroThreshold?: number;
}

/** A point of a summary. */
export interface SummaryPoint extends Point {
  readonly count?: number | string;
  readonly sum?: number;
  readonly quantileValues?: readonly { readonly quantile?: number; readonly value?: number }[];
}

/** A metric; exactly one of the last five is there. */
export interface OtlpMetric {
  readonly name?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly gauge?: { readonly dataPoints?: readonly NumberPoint[] };
  readonly sum?: {
    readonly dataPoints?: readonly NumberPoint[];
    readonly aggregationTemporality?: number;
    readonly isMonotonic?: boolean;
  };
  readonly histogram?: {
    readonly dataPoints?: readonly HistogramPoint[];
    readonly aggregationTemporality?: number;
  };
  readonly exponentialHistogram?: {
    readonly dataPoints?: readonly ExponentialPoint[];
    readonly aggregationTemporality?: number;
  };
  readonly summary?: { readonly dataPoints?: readonly SummaryPoint[] };
}

const numberPoint = message('NumberDataPoint', {
  startTimeUnixNano: [2, 'nanos'],
  timeUnixNano: [3, 'nanos'],
  asDouble: [4, 'double'],
  asInt: [6, 'sfixed64'],
  attributes: [7, keyValue, 'list'],
  flags: [8, 'uint32'],
});
const histogramPoint = message('HistogramDataPoint', {
  startTimeUnixNano: [2, 'nanos'],
  timeUnixNano: [3, 'nanos'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  bucketCounts: [6, 'fixed64', 'list'],
  explicitBounds: [7, 'double', 'list'],
  attributes: [9, keyValue, 'list'],
  flags: [10, 'uint32'],
  min: [11, 'double'],
  max: [12, 'double'],
});
const buckets = message('Buckets', { offset: [1, 'sint32'], bucketCounts: [2, 'uint64', 'list'] });
const exponentialPoint = message('ExponentialHistogramDataPoint', {
  attributes: [1, keyValue, 'list'],
  startTimeUnixNano: [2, 'nanos'],
  timeUnixNano: [3, 'nanos'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  scale: [6, 'sint32'],
  zeroCount: [7, 'fixed64'],
  positive: [8, buckets],
  negative: [9, buckets],
  flags: [10, 'uint32'],
  min: [12, 'double'],
  max: [13, 'double'],
  zeroThreshold: [14, 'double'],
});
const quantile = message('ValueAtQuantile', { quantile: [1, 'double'], value: [2, 'double'] });
const summaryPoint = message('SummaryDataPoint', {
  startTimeUnixNano: [2, 'nanos'],
  timeUnixNano: [3, 'nanos'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  quantileValues: [6, quantile, 'list'],
  attributes: [7, keyValue, 'list'],
  flags: [8, 'uint32'],
});
const metric = message('Metric', {
  name: [1, 'string'],
  description: [2, 'string'],
  unit: [3, 'string'],
  gauge: [5, message('Gauge', { dataPoints: [1, numberPoint, 'list'] })],
  sum: [
    7,
    message('Sum', {
      dataPoints: [1, numberPoint, 'list'],
      aggregationTemporality: [2, 'enum'],
      isMonotonic: [3, 'bool'],
    }),
  ],
  histogram: [
    9,
    message('Histogram', { dataPoints: [1, histogramPoint, 'list'], aggregationTemporality: [2, 'enum'] }),
  ],
  exponentialHistogram: [
    10,
    message('ExponentialHistogram', {
      dataPoints: [1, exponentialPoint, 'list'],
      aggregationTemporality: [2, 'enum'],
    }),
  ],
  summary: [11, message('Summary', { dataPoints: [1, summaryPoint, 'list'] })],
});

/** The three kinds of requests. */
export const signals = ['traces', 'metrics', 'logs'] as const;

/** One of `signals`. */
export type Signal = (typeof signals)[number];

/** What one resource says of one signal. */
export interface ResourceRecords<T> {
  readonly resource: Resource;
  readonly scopes: readonly { readonly scope: Scope; readonly records: readonly T[] }[];
}

/** The requests by signal: the messages, and under which names their parts lie. */
export const requests: Readonly<
  Record<
    Signal,
    { readonly message: Message; readonly of: readonly [resource: string, scope: string, record: string] }
  >
> = {
  traces: request('ExportTraceServiceRequest', ['resourceSpans', 'scopeSpans', 'spans'], span),
  metrics: request('ExportMetricsServiceRequest', ['resourceMetrics', 'scopeMetrics', 'metrics'], metric),
  logs: request('ExportLogsServiceRequest', ['resourceLogs', 'scopeLogs', 'logRecords'], logRecord),
};

function request(name: string, of: readonly [string, string, string], record: Message) {
  const ofScope = message(`${of[1]}`, { scope: [1, scope], [of[2]]: [2, record, 'list'] });
  const ofResource = message(`${of[0]}`, { resource: [1, resource], [of[1]]: [2, ofScope, 'list'] });
  return { message: message(name, { [of[0]]: [1, ofResource, 'list'] }), of };
}

/** A message whose fields hold messages of its own kind. */
function recursive(name: string, fields: (self: Message) => Parameters<typeof message>[1]): Message {
  const byNumber: (MessageField | undefined)[] = [];
  const byName = new Map<string, MessageField>();
  const self: Message = { name, byNumber, byName };
  const whole = message(name, fields(self));
  byNumber.push(...whole.byNumber);
  for (const [key, field] of whole.byName) byName.set(key, field);
  return self;
}
