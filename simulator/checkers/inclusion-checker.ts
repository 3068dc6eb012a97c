/**
 * Watches that every transaction that a validator admitted is committed once (research 1.7, L3): never
 * twice, and at the end of the run it is on the chain, still waits where it was admitted, or was evicted there. Pools are
 * lost in a crash, so that only validators which ran all the time answer for what they admitted.
 *
 * Memory: one number a transaction, for the whole run.
 */
import type { Block } from '../protocol/block.js';
import { GrowingTable } from './growing-table.js';
import type { ViolationLog } from './violation.js';

const INCLUDED = 1_000_000_000;

/** The rule L3. */
export class InclusionChecker {
  readonly #log: ViolationLog;
  /** By transaction: the first that admitted it, or that it is on the chain. */
  readonly #states = new GrowingTable();
  #highest = 0;

  constructor(log: ViolationLog) {
    this.#log = log;
  }

  /** A validator has taken a transaction into its pool. */
  admitted(validator: number, transaction: number): void {
    this.#highest = Math.max(this.#highest, transaction);
    if (this.#states.get(transaction) === -1) this.#states.set(transaction, validator);
  }

  /** A validator has thrown a transaction out of its pool, and does not answer for it any more. */
  evicted(validator: number, transaction: number): void {
    if (this.#states.get(transaction) === validator) this.#states.set(transaction, -1);
  }

  /** The chain became longer by `block`. */
  included(atUs: number, block: Block): void {
    const { view, height, proposer } = block;
    for (const transaction of block.payload.transactions) {
      if (this.#states.get(transaction) === INCLUDED)
        this.#log.add('L3', atUs, {
          validators: [proposer],
          view,
          height,
          detail: `transaction ${transaction} is on the chain already`,
        });
      this.#states.set(transaction, INCLUDED);
    }
  }

  /** @param waits whether a validator still has the transaction; true for one that was down meanwhile */
  finished(atUs: number, waits: (validator: number, transaction: number) => boolean): void {
    for (let transaction = 1; transaction <= this.#highest; transaction++) {
      const state = this.#states.get(transaction);
      if (state === -1 || state === INCLUDED || waits(state, transaction)) continue;
      const detail = `transaction ${transaction} is neither on the chain nor in the pool`;
      this.#log.add('L3', atUs, { validators: [state], detail });
    }
  }
}
