/**
 * What a replica must never forget and never take back: its lock, the highest view it signed anything in, and the
 * views that it gave up. Nothing signed leaves before lock and voted view are durable.
 *
 * Invariants: the lock's view and the voted view never decrease, over restarts too; what waits for the disk happens in
 * the order in which it was asked for, and not at all where the view was given up meanwhile.
 */
import { genesisQc, type Block, type Qc } from './block.js';
import type { Observer, Pending, SafetyRecord } from './effects.js';

/** Hands a record to the disk; the keeper hears by `persisted` that it is durable. */
type Write = (lock: Qc, votedView: number, block: Block | undefined) => void;

/** The safety record of one replica. */
export class SafetyKeeper {
  readonly #observer: Observer;
  readonly #write: Write;
  readonly #pending: Pending[] = [];
  #lock: Qc;
  #votedView: number;
  #givenUpView = 0;

  /** @param record found on the disk */
  constructor(record: SafetyRecord | undefined, observer: Observer, write: Write) {
    this.#observer = observer;
    this.#write = write;
    this.#lock = record?.lock ?? genesisQc;
    this.#votedView = record?.votedView ?? 0;
  }

  get lockView(): number {
    return this.#lock.view;
  }

  get votedView(): number {
    return this.#votedView;
  }

  /** Views up to here were given up: no vote that was still waiting for the disk may leave. */
  get givenUpView(): number {
    return this.#givenUpView;
  }

  /** Nothing may be signed in views below; the next record makes it durable. */
  raiseVotedView(view: number): void {
    this.#votedView = Math.max(this.#votedView, view);
  }

  /** Signs nothing in `view` any more; `then`, once that is durable. */
  giveUp(view: number, then: () => void): void {
    this.#givenUpView = view;
    if (this.#votedView >= view && this.#pending.length === 0) return then();
    this.raiseVotedView(view);
    this.persist(this.#lock, undefined, then);
  }

  /** Locks `lock` for a vote on `block`; once durable, and unless the view was given up, does `then`. */
  sign(block: Block, lock: Qc, then: () => void): void {
    this.#votedView = block.view;
    this.persist(lock, block, () => {
      if (block.view > this.#givenUpView) then();
    });
  }

  /** Makes `lock`, where it is higher than the lock so far, and what else is to survive durable. */
  persist(lock: Qc, block: Block | undefined, then: () => void): void {
    const oldLock = this.#lock;
    if (lock.view > oldLock.view) this.#lock = lock;
    this.#pending.push({ oldLock, lock: this.#lock, then });
    this.#write(this.#lock, this.#votedView, block);
  }

  /** The oldest record under way is durable. */
  persisted(): void {
    const pending = this.#pending.shift();
    if (pending === undefined) return;
    const { lock, oldLock } = pending;
    if (lock.view > oldLock.view) this.#observer.lockUpdated(lock, oldLock.view);
    pending.then();
  }
}
