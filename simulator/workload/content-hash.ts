/**
 * Hashes of block contents and states, as two 32-bit words. They are not cryptographic: nobody in
 * the simulation attacks hashes, but equal contents must give equal and different ones different words.
 */

/** Two words of a hash. */
export interface ContentHash {
  readonly high: number;
  readonly low: number;
}

/** A state, and what a block with these words and this fuel makes of it. */
interface Transition {
  readonly before: ContentHash;
  readonly high: number;
  readonly low: number;
  readonly fuel: number;
  readonly after: ContentHash;
}

/**
 * State roots: pure functions of the root before and of a block. All validators execute the same blocks one
 * after the other, so that the newest transition answers nearly always.
 */
export class StateRoots {
  #newest: Transition | undefined;

  /** The root after a block with the hash words `high` and `low` that asks for `fuel`. */
  after(before: ContentHash, high: number, low: number, fuel: number): ContentHash {
    const newest = this.#newest;
    if (newest?.before === before && newest.high === high && newest.low === low && newest.fuel === fuel)
      return newest.after;
    const after = new ContentHasher(before.high, before.low).add(high).add(low).add(fuel).value();
    this.#newest = { before, high, low, fuel, after };
    return after;
  }
}

/** The root before the first block. */
export const firstRoot: ContentHash = { high: 0, low: 0 };

/** Mixes numbers into a running hash (two lanes of murmur3's finaliser, differently seeded). */
export class ContentHasher {
  #high: number;
  #low: number;

  constructor(high: number, low: number) {
    this.#high = high;
    this.#low = low;
  }

  /** Adds one integer; its low 32 bits count. */
  add(value: number): this {
    this.#high = mix(this.#high ^ value, 0x85ebca6b);
    this.#low = mix(this.#low + Math.imul(value, 0x9e3779b1), 0xc2b2ae35);
    return this;
  }

  value(): ContentHash {
    return { high: this.#high, low: this.#low };
  }
}

function mix(word: number, multiplier: number): number {
  let z = Math.imul(word ^ (word >>> 15), multiplier);
  z = Math.imul(z ^ (z >>> 13), 0x27d4eb2f) + 0x165667b1;
  return (z ^ (z >>> 16)) >>> 0;
}

/** 16 hexadecimal digits. */
export function hashText(hash: ContentHash): string {
  return hash.high.toString(16).padStart(8, '0') + hash.low.toString(16).padStart(8, '0');
}

/** Hash of a block upon `parent`: of all that makes it different from another. */
export function hashOfBlock(
  parent: { readonly hashHigh: number; readonly hashLow: number },
  about: readonly number[],
  transactions: Int32Array,
): ContentHash {
  const hasher = new ContentHasher(parent.hashHigh, parent.hashLow);
  for (const value of about) hasher.add(value);
  for (const transaction of transactions) hasher.add(transaction);
  return hasher.value();
}
