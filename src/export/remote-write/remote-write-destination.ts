/** A Prometheus remote-write receiver as a destination: its points are samples. */
import { HttpTransport, type HttpDestination } from '../../delivery/http-transport.js';
import { bodyParcel, type Destination } from '../destination.js';
import { remoteWriteHeaders, writeBodies, type ExternalLabels } from './write-request.js';

/** A destination; bodies are compressed by the protocol's own means. */
export function remoteWriteDestination(
  http: Omit<HttpDestination, 'contentType' | 'gzip' | 'method'>,
  externalLabels: ExternalLabels,
): Destination {
  return {
    transport: new HttpTransport({
      ...http,
      contentType: 'application/x-protobuf',
      headers: () => ({ ...http.headers?.(), ...remoteWriteHeaders }),
    }),
    encode: (snapshot) => ({
      parcels: writeBodies(snapshot, externalLabels).map(({ body, samples }) => bodyParcel(body, samples)),
      omitted: 0,
    }),
  };
}
