/**
 * How long proposals of each validator usually take to a node, by the block's own timestamp and the node's clock: the
 * least of the newest ones, and how far their median is above it. With the difference of the two clocks in it, which
 * does not matter to whoever compares with it. Bounded: a few numbers per proposer.
 */

const KEPT = 16;
const MOST_PROPOSERS = 4_096;
interface Ring {
  readonly us: number[];
  next: number;
}

/** The transit times of one node. */
export class TransitTimes {
  readonly #byProposer = new Map<string, Ring>();

  note(proposer: string, us: number): void {
    const ring = this.#byProposer.get(proposer);
    if (ring !== undefined) {
      ring.us[ring.next] = us;
      ring.next = (ring.next + 1) % KEPT;
    } else if (this.#byProposer.size < MOST_PROPOSERS) this.#byProposer.set(proposer, { us: [us], next: 1 });
  }

  /** Undefined while none is known. */
  usual(proposer: string): { readonly leastUs: number; readonly spreadUs: number } | undefined {
    const us = this.#byProposer.get(proposer)?.us;
    if (us === undefined) return undefined;
    const sorted = [...us].sort((a, b) => a - b);
    const leastUs = sorted[0] ?? 0;
    return { leastUs, spreadUs: (sorted[sorted.length >> 1] ?? leastUs) - leastUs };
  }

  clear(): void {
    this.#byProposer.clear();
  }
}
