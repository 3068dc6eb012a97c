/**
 * Where parcels wait when memory is full or the process ends: on disk, in order, across restarts and
 * crashes. Bounded: the oldest make room for the newest, and are counted. A parcel is removed only
 * after the receiver acknowledged it, so a crash in between sends it once more, never not at all.
 */
import type { DropReason } from './account.js';
import type { Parcel } from './transport.js';

/** A parcel and when it was first offered, microseconds since the Unix epoch. */
export interface Stored<P extends Parcel> {
  readonly parcel: P;
  readonly offeredAtUs: number;
}

/** First in, first out. */
export interface Spool<P extends Parcel> {
  /** How many parcels and points wait, and their size. */
  readonly parcels: number;
  readonly points: number;
  readonly bytes: number;
  /** Puts a parcel at the end. Returns what had to be given up for it; never throws, never waits. */
  append(parcel: P, offeredAtUs: number): readonly { readonly reason: DropReason; readonly points: number }[];
  /** The oldest; undefined when it is empty or cannot be read. */
  peek(): Promise<Stored<P> | undefined>;
  /** Removes the oldest. */
  remove(): Promise<void>;
  /** Makes everything durable. */
  close(): Promise<void>;
}
