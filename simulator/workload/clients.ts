/**
 * The clients of the chain: they submit transactions to all validators at once, when the arrivals say so, and remember
 * what they submitted by its number alone. A flash crowd makes them submit so many times as often.
 */
import type { Random } from '../../src/base/random.js';
import { arrivalsOf, type Arrivals } from './arrivals.js';
import type { TransactionModel } from './contracts.js';
import type { Submission } from './mempool.js';
import type { Workload } from './workload.js';

/** The clients of one run. */
export class Clients {
  readonly #arrivals: Arrivals;
  readonly #transactions: TransactionModel;
  readonly #wantsFee: boolean;
  readonly #wantsSender: boolean;
  /** Time of a message from a client to a validator. */
  readonly #distanceUs: number;
  #submitted = 0;
  #crowd = 1;

  constructor(workload: Workload, transactions: TransactionModel, random: Random, distanceUs: number) {
    this.#arrivals = arrivalsOf(workload.arrivals, random);
    this.#transactions = transactions;
    this.#wantsFee = workload.mempool.eviction === 'lowest_fee';
    this.#wantsSender = workload.mempool.perSender !== Infinity;
    this.#distanceUs = distanceUs;
  }

  /** They submit `factor` times as much from the next submission on. */
  set crowd(factor: number) {
    this.#crowd = factor;
  }

  /** Time to the next submission, microseconds; undefined: there is none. */
  nextUs(): number | undefined {
    return this.#arrivals.nextUs(this.#crowd);
  }

  /** What arrives now. */
  submit(nowUs: number): Submission {
    const transaction = ++this.#submitted;
    const transactions = this.#transactions;
    return {
      transaction,
      bytes: transactions.bytes(transaction),
      submittedAtUs: Math.max(0, nowUs - this.#distanceUs),
      fee: this.#wantsFee ? transactions.fee(transaction) : 0,
      sender: this.#wantsSender ? transactions.sender(transaction) : 0,
    };
  }
}
