/** Snapshots as line protocol, several thousand lines to a write; points are lines. */
import { bodyParcel, type Encode } from '../encoded.js';
import { encodeLines, type Precision } from './line-protocol.js';

/** What InfluxDB advises for one write. */
const LINES_PER_WRITE = 5_000;

/** Lines with timestamps of this precision. */
export function influxEncoder(precision: Precision): Encode {
  return (snapshot) => {
    const { lines, omitted } = encodeLines(snapshot, precision);
    const parcels = [];
    for (let at = 0; at < lines.length; at += LINES_PER_WRITE) {
      const part = lines.slice(at, at + LINES_PER_WRITE);
      parcels.push(bodyParcel(Buffer.from(part.join('\n')), part.length));
    }
    return { parcels, omitted };
  };
}
