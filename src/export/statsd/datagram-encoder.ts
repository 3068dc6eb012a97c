/** Snapshots as StatsD datagrams: a parcel is a datagram, its points are the lines in it. */
import { bodyParcel, type Encode } from '../encoded.js';
import { StatsdEncoder, type StatsdDialect } from './statsd-encoder.js';

const NEWLINE = 0x0a;

/** Datagrams in the words of one daemon. */
export function datagramEncoder(dialect: StatsdDialect): Encode {
  const encoder = new StatsdEncoder(dialect);
  return (snapshot) => {
    const { datagrams, omitted } = encoder.encode(snapshot);
    return { parcels: datagrams.map((datagram) => bodyParcel(datagram, linesIn(datagram))), omitted };
  };
}

function linesIn(datagram: Buffer): number {
  let lines = 1;
  for (const byte of datagram) if (byte === NEWLINE) lines++;
  return lines;
}
