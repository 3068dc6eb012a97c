/** A StatsD daemon as a destination. */
import type { Destination } from '../destination.js';
import type { StatsdDialect } from './statsd-encoder.js';
import { StatsdTransport } from './statsd-transport.js';
import { UnixStreamTransport } from './unix-stream-transport.js';

/** Where the daemon listens: over UDP, or on a Unix stream socket. */
export type StatsdAddress = { readonly host: string; readonly port: number } | { readonly socket: string };

/** A destination there; its points are lines. */
export function statsdDestination(address: StatsdAddress, dialect: StatsdDialect): Destination {
  const transport =
    'socket' in address
      ? new UnixStreamTransport(address.socket)
      : new StatsdTransport(address.host, address.port);
  return { transport, encoder: { kind: 'statsd', dialect } };
}
