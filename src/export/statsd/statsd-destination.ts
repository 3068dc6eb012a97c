/** A StatsD daemon as a destination: a parcel is a datagram, its points are the lines in it. */
import { bodyParcel, type Destination } from '../destination.js';
import { StatsdEncoder, type StatsdDialect } from './statsd-encoder.js';
import { StatsdTransport } from './statsd-transport.js';

const NEWLINE = 0x0a;

/** A destination over UDP. */
export function statsdDestination(host: string, port: number, dialect: StatsdDialect): Destination {
  const encoder = new StatsdEncoder(dialect);
  return {
    transport: new StatsdTransport(host, port),
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
