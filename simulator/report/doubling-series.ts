/**
 * Counts along a range whose end is not known beforehand, in a fixed number of buckets: when the range
 * outgrows them, neighbours are merged and every bucket is twice as wide. Memory never grows.
 */

/** Several counters per bucket of time or of views. */
export class DoublingSeries {
  readonly #buckets: number;
  readonly #counters: number;
  readonly #counts: Uint32Array;
  #width: number;
  #used = 0;

  /** @param buckets an even number  @param width of the first buckets  @param counters per bucket */
  constructor(buckets: number, width: number, counters: number) {
    this.#buckets = buckets;
    this.#counters = counters;
    this.#width = width;
    this.#counts = new Uint32Array(buckets * counters);
  }

  /** Width of a bucket now. */
  get width(): number {
    return this.#width;
  }

  /** Buckets up to the last one that was ever added to. */
  get used(): number {
    return this.#used;
  }

  /** Adds one to `counter` at `position` >= 0. */
  add(position: number, counter: number): void {
    while (position >= this.#buckets * this.#width) this.#double();
    const bucket = Math.floor(position / this.#width);
    const at = bucket * this.#counters + counter;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    if (bucket >= this.#used) this.#used = bucket + 1;
  }

  count(bucket: number, counter: number): number {
    return this.#counts[bucket * this.#counters + counter] ?? 0;
  }

  #double(): void {
    const counts = this.#counts;
    const row = this.#counters;
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      const to = (bucket >>> 1) * row;
      for (let counter = 0; counter < row; counter++) {
        const count = counts[bucket * row + counter] ?? 0;
        if (bucket % 2 === 0) counts[to + counter] = count;
        else counts[to + counter] = (counts[to + counter] ?? 0) + count;
      }
    }
    counts.fill(0, (this.#buckets / 2) * row);
    this.#width *= 2;
    this.#used = (this.#used + 1) >>> 1;
  }
}
