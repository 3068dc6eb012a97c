/**
 * Where snapshots go: an encoder into parcels and the transport that takes them. Each kind of exporter
 * builds one; `Pushes` and the delivery do the rest. Loaded only when an exporter of its kind exists,
 * because the clients behind some of them are large.
 */
import type { BodyParcel, Transport } from '../delivery/transport.js';
import type { MetricsSnapshot } from './snapshot.js';

/** Parcels of one snapshot. */
export interface Encoded {
  readonly parcels: readonly BodyParcel[];
  /** Values left out because the format cannot say them. */
  readonly omitted: number;
}

/** A destination. */
export interface Destination {
  readonly transport: Transport<BodyParcel>;
  /** May throw: that costs this snapshot, and is counted. */
  readonly encode: (snapshot: MetricsSnapshot) => Encoded | Promise<Encoded>;
}

/** A parcel of `points` points. */
export function bodyParcel(body: Uint8Array, points: number): BodyParcel {
  return { body, points, bytes: body.byteLength };
}
