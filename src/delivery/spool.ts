/**
 * Where parcels wait while their receiver is away, when memory is full and when the process ends: on
 * disk, in order, across restarts and crashes. Bounded: the oldest make room for the newest, and are
 * counted; while an attempt at the very oldest lasts it is held, and stays. A parcel is removed only after
 * the receiver answered, so a crash in between sends it once more, never not at all.
 */
import type { DropReason } from './account.js';
import type { Parcel } from './transport.js';

/** A parcel and when it was first offered, microseconds since the Unix epoch. */
export interface Stored<P extends Parcel> {
  readonly parcel: P;
  readonly offeredAtUs: number;
}

/** Hears of parcels that were in the spool and had to be given up. */
export type Dropped = (reason: DropReason, points: number) => void;

/** First in, first out. Nothing throws and nothing rejects. */
export interface Spool<P extends Parcel> {
  /** How many parcels and points wait, and their size. */
  readonly parcels: number;
  readonly points: number;
  readonly bytes: number;
  /** Whoever owns the spool says where losses are told; called once, before anything else. */
  tell(dropped: Dropped): void;
  /** Puts a parcel at the end; it is durable soon after. Says why it cannot, if so: then nothing has changed. */
  append(parcel: P, offeredAtUs: number): 'spool_full' | 'spool_failed' | undefined;
  /** The oldest, which is held from now on; undefined when it is empty or cannot be read now. */
  peek(): Promise<Stored<P> | undefined>;
  /** The oldest is under way without having been peeked. */
  hold(): void;
  /** The oldest is not under way any more. */
  release(): void;
  /** Removes the oldest. */
  remove(): void;
  /** Makes everything durable. */
  close(): Promise<void>;
}
