/**
 * Decides which events of a type are kept when the source samples: a hash of a counter, so that the same
 * calls keep the same events, and so that no rhythm of the caller's can hide (every k-th would keep only
 * the hits of a cache that hits and misses in turn). Over 2^32 events it keeps exactly its share.
 */
export class Sampler {
  readonly #threshold: number;
  #count: number;

  /**
   * @param rate share kept, 0 < rate <= 1
   * @param phase where counting starts, so that event types do not sample in step
   */
  constructor(rate: number, phase: number) {
    this.#threshold = rate * 4_294_967_296;
    this.#count = Math.imul(phase, 0x9e3779b9) >>> 0;
  }

  /** Whether the next event is kept. */
  keep(): boolean {
    // The finalizer of MurmurHash3: a bijection of 32 bits that spreads a counter evenly.
    let hash = (this.#count = (this.#count + 1) >>> 0);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0 < this.#threshold;
  }
}
