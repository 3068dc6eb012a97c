/**
 * What leaves the process, and the port through which it leaves. A transport is thin: it sends one
 * parcel once and says what became of it. Queueing, order, retries, deadlines and accounting are the
 * delivery's. A transport may throw or hang: both count as a failed attempt.
 */

/** Something to be delivered whole. */
export interface Parcel {
  /** How many points (samples, spans, alerts, events) it holds; what the accounting counts. */
  readonly points: number;
  /** Its size, for bounds on memory and disk. */
  readonly bytes: number;
}

/** A parcel that is ready to be sent: what transports take, and what a spool can keep. */
export interface BodyParcel extends Parcel {
  readonly body: Uint8Array;
}

/** What became of one attempt. */
export type Receipt =
  | { readonly outcome: 'delivered'; readonly answer?: string }
  /** The receiver cannot take it now. `afterUs`: what it asked for, if it did. */
  | {
      readonly outcome: 'retry';
      readonly reason: RetryReason;
      readonly detail: string;
      readonly afterUs?: number;
    }
  /** The receiver will never take it: sending it again would be a storm. */
  | { readonly outcome: 'refused'; readonly detail: string };

/** Why an attempt may be repeated. */
export type RetryReason = 'unreachable' | 'timeout' | 'busy' | 'failed';

/** The way to one destination. */
export interface Transport<P extends Parcel> {
  /** `signal` is aborted when the deadline of the attempt has passed. */
  send(parcel: P, signal: AbortSignal): Promise<Receipt>;
  /** Lets go of sockets. */
  close?(): Promise<void>;
}
