/** What encoders make of a snapshot. */
import type { BodyParcel } from '../delivery/transport.js';
import type { MetricsSnapshot } from './snapshot.js';

/** Parcels of one snapshot. */
export interface Encoded {
  readonly parcels: readonly BodyParcel[];
  /** Values left out because the format cannot say them. */
  readonly omitted: number;
}

/** Turns a snapshot into parcels. May throw: that costs this snapshot, and is counted. */
export type Encode = (snapshot: MetricsSnapshot) => Encoded | Promise<Encoded>;

/** A parcel of `points` points. */
export function bodyParcel(body: Uint8Array, points: number): BodyParcel {
  return { body, points, bytes: body.byteLength };
}
