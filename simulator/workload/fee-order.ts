/**
 * Waiting transactions by fee: what pays least is thrown out first, what pays most is taken first, and among equal
 * fees the oldest comes first in both. Fees are few, so that a sorted list of them is enough.
 */

/** Transactions in the order of their fees. */
export class FeeOrder {
  /** Distinct fees, ascending. */
  readonly #fees: number[] = [];
  readonly #byFee = new Map<number, Set<number>>();

  /** The oldest of those with the least fee; undefined when nothing waits. */
  get first(): number | undefined {
    return this.ascending().next().value ?? undefined;
  }

  add(transaction: number, fee: number): void {
    let same = this.#byFee.get(fee);
    if (same === undefined) {
      same = new Set();
      this.#byFee.set(fee, same);
      this.#fees.splice(this.#placeOf(fee), 0, fee);
    }
    same.add(transaction);
  }

  remove(transaction: number, fee: number): void {
    const same = this.#byFee.get(fee);
    if (same?.delete(transaction) !== true || same.size > 0) return;
    this.#byFee.delete(fee);
    this.#fees.splice(this.#placeOf(fee), 1);
  }

  /** The least fee first. */
  *ascending(): Generator<number, undefined> {
    for (const fee of this.#fees) yield* this.#byFee.get(fee) ?? [];
    return undefined;
  }

  /** The highest fee first. */
  *descending(): Generator<number> {
    for (let at = this.#fees.length - 1; at >= 0; at--) yield* this.#byFee.get(this.#fees[at] ?? 0) ?? [];
  }

  /** Where a fee stands, or would. */
  #placeOf(fee: number): number {
    let low = 0;
    let high = this.#fees.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#fees[middle] ?? 0) < fee) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
