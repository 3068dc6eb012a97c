/**
 * Spans by OTLP over http/protobuf, the default: serialized by OpenTelemetry's own transformer, sent by the house's HTTP
 * transport, which reads `Retry-After` and tells a refusal from a failure.
 */
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { HttpTransport, type HttpDestination } from '../delivery/http-transport.js';
import type { BodyParcel } from '../delivery/transport.js';
import { ReadableSpans, type TracingIdentity } from './readable-span.js';
import type { SpanDestination } from './span-destination.js';

const PARCEL_SPANS = 512;

/** An OTLP receiver. */
export function otlpSpans(
  http: Omit<HttpDestination, 'contentType'>,
  identity: TracingIdentity,
): SpanDestination<BodyParcel> {
  const readable = new ReadableSpans(identity);
  return {
    transport: new HttpTransport({ ...http, contentType: 'application/x-protobuf' }),
    parcelSpans: PARCEL_SPANS,
    pack: (spans) => {
      const body =
        ProtobufTraceSerializer.serializeRequest(spans.map((span) => readable.of(span))) ?? new Uint8Array(0);
      return { body, points: spans.length, bytes: body.byteLength };
    },
  };
}
