/**
 * Requests of OTLP as the OpenTelemetry SDK for JavaScript writes them: its own serializers over its own records. None of our
 * code encodes anything here.
 */
import type { HrTime } from '@opentelemetry/api';
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { DomainEvent, HelloEvent } from '../../src/events/vocabulary.js';

type LogRecords = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0];
type Attributes = LogRecords[number]['attributes'];

/** How a request is written. */
export type Written = 'protobuf' | 'json';

/** Media types by how a request is written. */
export const mediaTypes: Readonly<Record<Written, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** A log record that states an event of ours: its name, and its fields as attributes. */
export function recordOf(event: DomainEvent | HelloEvent, resource = resourceOf({})): LogRecords[number] {
  const { type, node: _node, ts_us, ...fields } = event;
  const time: HrTime = [Math.floor(ts_us / 1e6), (ts_us % 1e6) * 1000];
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) attributes[`hotstuff.${name}`] = typeof value === 'bigint' ? `${value}` : value;
  return {
    hrTime: time,
    hrTimeObserved: time,
    eventName: type,
    attributes: attributes as Attributes,
    resource,
    instrumentationScope: { name: 'node' },
    droppedAttributesCount: 0,
  };
}

/** A resource of the SDK. */
export function resourceOf(
  attributes: Readonly<Record<string, string>>,
): ReturnType<typeof resourceFromAttributes> {
  return resourceFromAttributes(attributes);
}

/** A request of log records. */
export function logsRequest(records: LogRecords, written: Written): Buffer {
  const serializer = written === 'json' ? JsonLogsSerializer : ProtobufLogsSerializer;
  return Buffer.from(serializer.serializeRequest(records)!);
}

/** Posts a body to a receiver. */
export async function post(
  url: string,
  body: Uint8Array,
  written: Written,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; headers: Headers; body: Buffer }> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': mediaTypes[written], ...headers },
    body: new Uint8Array(body),
  });
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}
