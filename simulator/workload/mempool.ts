/**
 * The waiting transactions of one node, first come first served, bounded. It lives in memory: a
 * crash empties it. A transaction leaves when a block with it is committed here; the block makers
 * skip those that are already in an uncommitted ancestor.
 */

/** What a committed transaction had been through. */
export interface Admission {
  /** Virtual times, microseconds from the start of the run. */
  readonly admittedAtUs: number;
  readonly submittedAtUs: number;
}

/** One node's pool. */
export class Mempool {
  readonly capacity: number;
  readonly #waiting = new Map<number, Admission & { readonly bytes: number }>();
  #bytes = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Bytes of the waiting transactions. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the transaction waits here. */
  has(transaction: number): boolean {
    return this.#waiting.has(transaction);
  }

  /** When the oldest one was admitted, or undefined. */
  get oldestUs(): number | undefined {
    return this.#waiting.values().next().value?.admittedAtUs;
  }

  /** Takes a transaction in; false when the pool is full. */
  admit(transaction: number, bytes: number, submittedAtUs: number, nowUs: number): boolean {
    if (this.#waiting.size >= this.capacity) return false;
    this.#waiting.set(transaction, { admittedAtUs: nowUs, submittedAtUs, bytes });
    this.#bytes += bytes;
    return true;
  }

  /** Removes a transaction and says what it had been through; undefined when it was not here. */
  remove(transaction: number): Admission | undefined {
    const admission = this.#waiting.get(transaction);
    if (admission === undefined) return undefined;
    this.#waiting.delete(transaction);
    this.#bytes -= admission.bytes;
    return admission;
  }

  /** The first `limit` transactions, oldest first, that `taken` does not have. */
  pick(limit: number, taken: ReadonlySet<number>): number[] {
    const picked: number[] = [];
    for (const transaction of this.#waiting.keys()) {
      if (picked.length >= limit) break;
      if (!taken.has(transaction)) picked.push(transaction);
    }
    return picked;
  }
}
