/**
 * The board as it was taken for the exporters that fall due together, and what each makes of it. It is turned
 * into a readable snapshot at most once, and only where somebody reads it on this thread.
 */
import type { Snapshot } from '../metrics/board.js';
import type { Encoded } from './encoded.js';
import { readSnapshot, type MetricsSnapshot } from './snapshot.js';

/** A copy of the board and when it was made. */
export class Taken {
  readonly board: Snapshot;
  /** Microseconds since the Unix epoch. */
  readonly takenAtUs: number;
  #snapshot: MetricsSnapshot | undefined;

  constructor(board: Snapshot, takenAtUs: number) {
    this.board = board;
    this.takenAtUs = takenAtUs;
  }

  get snapshot(): MetricsSnapshot {
    return (this.#snapshot ??= readSnapshot(this.board, this.takenAtUs));
  }
}

/** What became of a snapshot, and how long that took. */
export interface EncodedTaken extends Encoded {
  /** Microseconds, choosing included. */
  readonly tookUs: number;
}

/** Encodes one exporter's part. Rejects with what an encoder threw. */
export type EncodeTaken = (taken: Taken) => Promise<EncodedTaken>;
