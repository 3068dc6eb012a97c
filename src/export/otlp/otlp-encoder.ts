/** Snapshots as OTLP requests: a snapshot is one request, its points are series. */
import { bodyParcel, type Encode } from '../encoded.js';
import { seriesCount } from '../snapshot.js';
import { OtlpMetricsEncoder, type OtlpResource, type Temporality } from './otlp-metrics.js';

/** @param startUs when counting began, microseconds since the Unix epoch */
export function otlpEncoder(resource: OtlpResource, temporality: Temporality, startUs: number): Encode {
  const encoder = new OtlpMetricsEncoder(resource, temporality, startUs);
  return (snapshot) => ({
    parcels: [bodyParcel(encoder.encode(snapshot), seriesCount(snapshot))],
    omitted: 0,
  });
}
