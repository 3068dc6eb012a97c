/**
 * An OTLP receiver that decodes what it gets with protobufjs, from the message definitions of OpenTelemetry's specification
 * written out here: none of our code, and none of the exporter's, reads what it wrote.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import type { ReceivedSpan, Tag } from './received-span.js';

const definitions = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { InstrumentationScope scope = 1; repeated Span spans = 2; }
message InstrumentationScope { string name = 1; string version = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
  repeated Link links = 13; Status status = 15;
}
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; ArrayValue array_value = 5; }
}
message ArrayValue { repeated AnyValue values = 1; }
`;

const Request = protobuf.parse(definitions, { keepCase: false }).root.lookupType('ExportTraceServiceRequest');

interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  arrayValue?: { values?: AnyValue[] };
}
interface KeyValue {
  key: string;
  value: AnyValue;
}
interface Plain {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: { scope: { name: string; version: string }; spans: PlainSpan[] }[];
  }[];
}
interface PlainSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: KeyValue[];
  links?: { traceId: string; spanId: string }[];
  status?: { code?: number; message?: string };
}

/** A receiver on a free port. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const isZipped = request.headers['content-encoding'] === 'gzip';
        receiver.spans.push(...decodeOtlp(isZipped ? gunzipSync(body) : body));
        response.writeHead(200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/traces`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** The spans of a request. */
export function decodeOtlp(body: Uint8Array): ReceivedSpan[] {
  const plain = Request.toObject(Request.decode(body), { longs: String, bytes: String }) as Plain;
  return plain.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => received(span, resource.attributes))),
  );
}

function received(span: PlainSpan, resource: KeyValue[]): ReceivedSpan {
  const tags: Record<string, Tag> = {};
  for (const { key, value } of [...(span.attributes ?? []), ...resource]) tags[key] = tagOf(value);
  const startUs = micros(span.startTimeUnixNano);
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentId: span.parentSpanId ? hex(span.parentSpanId) : '',
    name: span.name,
    startUs,
    durationUs: micros(span.endTimeUnixNano) - startUs,
    tags,
    error: span.status?.code === 2 ? (span.status.message ?? '') : undefined,
    links: (span.links ?? []).map(({ traceId, spanId }) => `${hex(traceId)}:${hex(spanId)}`).sort(),
  };
}

function tagOf({ stringValue, boolValue, intValue, doubleValue, arrayValue }: AnyValue): Tag {
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(tagOf).join();
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? '';
}

/** Nanoseconds must be whole microseconds: they are ours. */
function micros(nanos: string): number {
  if (!nanos.endsWith('000')) throw new Error(`${nanos} ns is not a whole number of microseconds`);
  return Number(nanos.slice(0, -3));
}

function hex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
