/**
 * Where snapshots go: what encodes them into parcels and the transport that takes them. Each kind of exporter
 * builds one; `Pushes`, the encoders and the delivery do the rest. Loaded only when an exporter of its
 * kind exists, because the clients behind some of them are large.
 */
import type { BodyParcel, Transport } from '../delivery/transport.js';
import type { EncoderSpec } from './encoder-spec.js';

/** A destination. */
export interface Destination {
  readonly transport: Transport<BodyParcel>;
  readonly encoder: EncoderSpec;
}
