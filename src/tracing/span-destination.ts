/** Where spans go: how they become parcels, and the transport that takes those. Each protocol builds one. */
import type { Parcel, Transport } from '../delivery/transport.js';
import type { ViewSpan } from './view-span.js';

/** A destination of spans. */
export interface SpanDestination<P extends Parcel> {
  readonly transport: Transport<P>;
  /** Most spans that one parcel should hold. */
  readonly parcelSpans: number;
  /** One parcel of these spans. May throw: that costs these spans, and is counted. */
  pack(spans: readonly ViewSpan[]): P;
}
