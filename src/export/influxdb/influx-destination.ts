/** InfluxDB as a destination: snapshots as line protocol, several thousand lines to a write. */
import { bodyParcel, type Destination } from '../destination.js';
import { InfluxTransport, type InfluxServer } from './influx-transport.js';
import { encodeLines } from './line-protocol.js';

/** What InfluxDB advises for one write. */
const LINES_PER_WRITE = 5_000;

/** A destination; its points are lines. */
export function influxDestination(server: InfluxServer): Destination {
  return {
    transport: new InfluxTransport(server),
    encode: (snapshot) => {
      const { lines, omitted } = encodeLines(snapshot, server.precision);
      const parcels = [];
      for (let at = 0; at < lines.length; at += LINES_PER_WRITE) {
        const part = lines.slice(at, at + LINES_PER_WRITE);
        parcels.push(bodyParcel(Buffer.from(part.join('\n')), part.length));
      }
      return { parcels, omitted };
    },
  };
}
