/**
 * Snapshots as documents of any format, ours or an operator's own: sent by HTTP to a URL, or handed to a
 * transport. One snapshot is one parcel; its points are its series.
 */
import { HttpTransport, type HttpDestination } from '../delivery/http-transport.js';
import type { BodyParcel, Transport } from '../delivery/transport.js';
import { bodyParcel, type Destination } from './destination.js';
import { seriesCount, type MetricsExporter } from './snapshot.js';

/** Whatever `exporter` makes, by `transport`. */
export function documentDestination(
  exporter: MetricsExporter,
  transport: Transport<BodyParcel>,
): Destination {
  return {
    transport,
    encode: async (snapshot) => ({
      parcels: [bodyParcel(await exporter.export(snapshot), seriesCount(snapshot))],
      omitted: 0,
    }),
  };
}

/** The same, to a URL. */
export function httpDocuments(
  exporter: MetricsExporter,
  http: Omit<HttpDestination, 'contentType'>,
): Destination {
  return documentDestination(exporter, new HttpTransport({ ...http, contentType: exporter.contentType }));
}
