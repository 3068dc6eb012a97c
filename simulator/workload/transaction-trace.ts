/**
 * A recorded load: when each transaction comes and, where the trace says so, how large it is, who sends it, what it
 * calls and what it pays. Kept as columns of numbers, about 50 bytes a transaction, never more than `TRACE_LIMIT` of them.
 *
 * Invariants: times never go back; the transaction with number k is row k - 1; after the last row nothing comes.
 */
import { createHash } from 'node:crypto';
import { contractNames } from './contract-models.js';

/** Transactions that a trace may hold. */
export const TRACE_LIMIT = 1_000_000;

/** One transaction of a trace; what is absent is drawn as for any other transaction. */
export interface TracedTransaction {
  /** Arrival, whole microseconds from the start of the run. */
  readonly atUs: number;
  readonly bytes?: number | undefined;
  /** Fuel that it uses; by default drawn for its contract. */
  readonly fuel?: number | undefined;
  /** What it pays for each unit of fuel. */
  readonly fee?: number | undefined;
  /** Any name; equal names are one sender. */
  readonly sender?: string | undefined;
  /** One of the simulated chain's contracts. */
  readonly contract?: string | undefined;
}

/** Says that a row leaves a value open. */
const OPEN = -1;

/** Appends rows and reads them by position. */
export class TransactionTrace {
  /** Where it came from, for people. */
  readonly source: string;
  readonly #atUs: number[] = [];
  readonly #bytes: number[] = [];
  readonly #fuel: number[] = [];
  readonly #fees: number[] = [];
  readonly #senders: number[] = [];
  readonly #contracts: number[] = [];
  readonly #senderNumbers = new Map<string, number>();

  /** @param source for messages and run ids, such as the name of the file */
  constructor(source: string) {
    this.source = source;
  }

  /** A trace from rows that are in order of time. */
  static of(rows: readonly TracedTransaction[], source = 'rows'): TransactionTrace {
    const trace = new TransactionTrace(source);
    for (const row of rows) trace.add(row);
    return trace;
  }

  get size(): number {
    return this.#atUs.length;
  }

  /** Arrival of the last row; 0 where there is none. */
  get endUs(): number {
    return this.#atUs.at(-1) ?? 0;
  }

  /** Appends a row, which the caller has checked. */
  add({ atUs, bytes = OPEN, fuel = OPEN, fee = OPEN, sender, contract }: TracedTransaction): void {
    this.#atUs.push(atUs);
    this.#bytes.push(bytes);
    this.#fuel.push(fuel);
    this.#fees.push(fee);
    this.#senders.push(sender === undefined ? OPEN : this.#numberOf(sender));
    this.#contracts.push(contract === undefined ? OPEN : contractNames.indexOf(contract));
  }

  /** When row `at` comes; undefined beyond the end. */
  atUs(at: number): number | undefined {
    return this.#atUs[at];
  }

  bytes(at: number): number | undefined {
    return stated(this.#bytes[at]);
  }

  fuel(at: number): number | undefined {
    return stated(this.#fuel[at]);
  }

  fee(at: number): number | undefined {
    return stated(this.#fees[at]);
  }

  /** The number of the sender's name, from 0. */
  sender(at: number): number | undefined {
    return stated(this.#senders[at]);
  }

  /** Position among the contracts. */
  contract(at: number): number | undefined {
    return stated(this.#contracts[at]);
  }

  /** What names a run that uses it: equal traces have equal text. */
  toJSON(): { readonly rows: number; readonly sha256: string } {
    const hash = createHash('sha256');
    const columns = [this.#atUs, this.#bytes, this.#fuel, this.#fees, this.#senders, this.#contracts];
    for (const column of columns) hash.update(Float64Array.from(column));
    return { rows: this.size, sha256: hash.digest('hex') };
  }

  #numberOf(sender: string): number {
    const known = this.#senderNumbers.get(sender);
    if (known !== undefined) return known;
    this.#senderNumbers.set(sender, this.#senderNumbers.size);
    return this.#senderNumbers.size - 1;
  }
}

function stated(value: number | undefined): number | undefined {
  return value === OPEN ? undefined : value;
}
