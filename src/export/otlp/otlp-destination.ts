/** An OTLP receiver as a destination, over http/protobuf: a snapshot is one request, its points are series. */
import { HttpTransport, type HttpDestination } from '../../delivery/http-transport.js';
import { bodyParcel, type Destination } from '../destination.js';
import { seriesCount } from '../snapshot.js';
import { OtlpMetricsEncoder, type OtlpResource, type Temporality } from './otlp-metrics.js';

/** @param startUs when counting began, microseconds since the Unix epoch */
export function otlpDestination(
  http: Omit<HttpDestination, 'contentType'>,
  resource: OtlpResource,
  temporality: Temporality,
  startUs: number,
): Destination {
  const encoder = new OtlpMetricsEncoder(resource, temporality, startUs);
  return {
    transport: new HttpTransport({ ...http, contentType: 'application/x-protobuf' }),
    encode: (snapshot) => ({
      parcels: [bodyParcel(encoder.encode(snapshot), seriesCount(snapshot))],
      omitted: 0,
    }),
  };
}
