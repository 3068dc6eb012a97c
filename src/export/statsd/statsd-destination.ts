/** A StatsD daemon as a destination: a parcel is a datagram, its points are the lines in it. */
import { bodyParcel, type Destination } from '../destination.js';
import { StatsdEncoder, type StatsdDialect } from './statsd-encoder.js';
import { StatsdTransport } from './statsd-transport.js';
import { UnixStreamTransport } from './unix-stream-transport.js';

const NEWLINE = 0x0a;

/** Where the daemon listens: over UDP, or on a Unix stream socket. */
export type StatsdAddress = { readonly host: string; readonly port: number } | { readonly socket: string };

/** A destination there. */
export function statsdDestination(address: StatsdAddress, dialect: StatsdDialect): Destination {
  const encoder = new StatsdEncoder(dialect);
  const transport =
    'socket' in address
      ? new UnixStreamTransport(address.socket)
      : new StatsdTransport(address.host, address.port);
  return {
    transport,
    encode: (snapshot) => {
      const { datagrams, omitted } = encoder.encode(snapshot);
      return { parcels: datagrams.map((datagram) => bodyParcel(datagram, linesIn(datagram))), omitted };
    },
  };
}

function linesIn(datagram: Buffer): number {
  let lines = 1;
  for (const byte of datagram) if (byte === NEWLINE) lines++;
  return lines;
}
