/** What encoders make of a snapshot. */
import type { BodyParcel } from '../delivery/transport.js';

/** Parcels of one snapshot. */
export interface Encoded {
  readonly parcels: readonly BodyParcel[];
  /** Values left out because the format cannot say them. */
  readonly omitted: number;
}

/** A parcel of `points` points. */
export function bodyParcel(body: Uint8Array, points: number): BodyParcel {
  return { body, points, bytes: body.byteLength };
}
