/** An OTLP receiver as a destination, over http/protobuf. */
import { HttpTransport, type HttpDestination } from '../../delivery/http-transport.js';
import type { Destination } from '../destination.js';
import type { OtlpResource, Temporality } from './otlp-metrics.js';

/** @param startUs when counting began, microseconds since the Unix epoch */
export function otlpDestination(
  http: Omit<HttpDestination, 'contentType'>,
  resource: OtlpResource,
  temporality: Temporality,
  startUs: number,
): Destination {
  return {
    transport: new HttpTransport({ ...http, contentType: 'application/x-protobuf' }),
    encoder: { kind: 'otlp', resource, temporality, startUs },
  };
}
