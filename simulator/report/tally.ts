/**
 * Counts what a run did, for its result: views, blocks, latencies. It watches all validators from
 * outside; "the chain" is what the first validator to commit has.
 */
import { RecentTable } from '../checkers/recent-table.js';
import { DurationHistogram } from '../core/histogram.js';
import type { Block } from '../protocol/block.js';

/** A running mean. */
class Mean {
  #sum = 0;
  #count = 0;

  /** The mean so far; undefined before the first value. */
  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }

  add(value: number): void {
    this.#sum += value;
    this.#count++;
  }
}

/** Counts of one run. */
export class Tally {
  viewsEntered = 0;
  viewsTimedOut = 0;
  blocksProposed = 0;
  /** Times that the chain as a whole became longer. */
  commitEvents = 0;
  /** Length of the chain: distinct blocks committed. */
  chainHeight = 0;
  highestView = 0;
  readonly committedBy: Float64Array;
  /** From the first entry of a view to the first entry of the next. */
  readonly viewPeriod = new DurationHistogram();
  /** From a block's proposal to its commit, once per validator; catching up is left out. */
  readonly commit = new DurationHistogram();
  /** From a block's proposal to its first commit anywhere. */
  readonly firstCommit = new DurationHistogram();
  /** Views from a block's own to the one that its commit opens. */
  readonly intervalViews = new Mean();
  readonly #firstEntered = new RecentTable();
  readonly #timedOut = new RecentTable();

  constructor(validators: number) {
    this.committedBy = new Float64Array(validators);
  }

  viewEntered(nowUs: number, view: number): void {
    if (this.#firstEntered.get(view) !== -1 || this.#firstEntered.forgot(view)) return;
    this.#firstEntered.set(view, nowUs);
    this.viewsEntered++;
    const before = view > 1 ? this.#firstEntered.get(view - 1) : -1;
    if (before !== -1) this.viewPeriod.add(nowUs - before);
    this.highestView = Math.max(this.highestView, view);
  }

  viewTimedOut(view: number): void {
    if (this.#timedOut.get(view) !== -1 || this.#firstEntered.forgot(view)) return;
    this.#timedOut.set(view, 1);
    this.viewsTimedOut++;
  }

  proposed(): void {
    this.blocksProposed++;
  }

  /** Returns whether this is the block's first commit anywhere. */
  committed(nowUs: number, validator: number, block: Block, syncing: boolean): boolean {
    this.committedBy[validator] = (this.committedBy[validator] as number) + 1;
    const latencyUs = nowUs - block.proposedAtUs;
    if (!syncing) this.commit.add(latencyUs);
    if (block.height <= this.chainHeight) return false;
    this.chainHeight = block.height;
    this.firstCommit.add(latencyUs);
    return true;
  }

  /** One call for each time that the chain became longer, by however many blocks. */
  chainGrew(): void {
    this.commitEvents++;
  }
}
