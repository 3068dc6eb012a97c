/** A Prometheus remote-write receiver as a destination: its points are samples. */
import { HttpTransport, type HttpDestination } from '../../delivery/http-transport.js';
import type { Destination } from '../destination.js';
import { remoteWriteHeaders } from './remote-write-headers.js';
import type { ExternalLabels } from './write-request.js';

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
    encoder: { kind: 'remote_write', externalLabels },
  };
}
