/**
 * An OTLP receiver of logs that decodes what it gets with protobufjs, from the message definitions of OpenTelemetry's specification
 * written out here: none of our code, and none of the exporter's, reads what it wrote.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import type { Tag } from './received-span.js';

const definitions = `
syntax = "proto3";
message ExportLogsServiceRequest { repeated ResourceLogs resource_logs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeLogs { InstrumentationScope scope = 1; repeated LogRecord log_records = 2; }
message InstrumentationScope { string name = 1; string version = 2; }
message LogRecord {
  fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; AnyValue body = 5; repeated KeyValue attributes = 6;
  uint32 dropped_attributes_count = 7; fixed32 flags = 8; bytes trace_id = 9; bytes span_id = 10; fixed64 observed_time_unix_nano = 11;
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; ArrayValue array_value = 5; }
}
message ArrayValue { repeated AnyValue values = 1; }
`;

const Request = protobuf.parse(definitions, { keepCase: false }).root.lookupType('ExportLogsServiceRequest');

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
  resourceLogs: {
    resource: { attributes: KeyValue[] };
    scopeLogs: { scope: { name: string }; logRecords: PlainRecord[] }[];
  }[];
}
interface PlainRecord {
  timeUnixNano: string;
  severityNumber: number;
  severityText: string;
  body: AnyValue;
  attributes?: KeyValue[];
  traceId?: string;
  spanId?: string;
}

/** One line as it was received. */
export interface ReceivedLine {
  readonly atUs: number;
  readonly severity: number;
  readonly level: string;
  readonly message: string;
  /** Of the line and of its resource. */
  readonly tags: Readonly<Record<string, Tag>>;
  /** Empty where there is none. */
  readonly traceId: string;
  readonly spanId: string;
}

/** A receiver on a free port; answers with `status`, which may be changed. */
export class OtlpLogReceiver {
  readonly lines: ReceivedLine[] = [];
  status = 200;
  requests = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<OtlpLogReceiver> {
    const server = createServer();
    const receiver = new OtlpLogReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        receiver.requests++;
        const body = Buffer.concat(chunks);
        const isZipped = request.headers['content-encoding'] === 'gzip';
        if (receiver.status === 200) receiver.lines.push(...decodeLogs(isZipped ? gunzipSync(body) : body));
        response.writeHead(receiver.status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/logs`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** The lines of a request. */
export function decodeLogs(body: Uint8Array): ReceivedLine[] {
  const plain = Request.toObject(Request.decode(body), { longs: String, bytes: String }) as Plain;
  return plain.resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) => logRecords.map((record) => received(record, resource.attributes))),
  );
}

function received(record: PlainRecord, resource: KeyValue[]): ReceivedLine {
  const tags: Record<string, Tag> = {};
  for (const { key, value } of [...resource, ...(record.attributes ?? [])]) tags[key] = tagOf(value);
  return {
    atUs: Number(record.timeUnixNano.slice(0, -3)),
    severity: record.severityNumber,
    level: record.severityText,
    message: String(record.body.stringValue),
    tags,
    traceId: hex(record.traceId),
    spanId: hex(record.spanId),
  };
}

function tagOf({ stringValue, boolValue, intValue, doubleValue, arrayValue }: AnyValue): Tag {
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(tagOf).join();
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? '';
}

function hex(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
