/**
 * What counts as slow: a view that took longer than a quantile of the views before it. The quantile moves: it is read
 * from the last views, anew every few of them, so that a chain whose timer was changed is judged by its new pace.
 *
 * Says nothing before it has seen enough. Memory is fixed.
 */

const VIEWS = 512;
const LEAST_VIEWS = 128;
const READ_EVERY = 32;

/** Watches the duration of healthy views. */
export class SlowViews {
  readonly #quantile: number;
  readonly #durations = new Float64Array(VIEWS);
  #seen = 0;
  #limitUs = Number.POSITIVE_INFINITY;

  /** @param quantile above 0, at most 1; 1 calls nothing slow */
  constructor(quantile: number) {
    this.#quantile = quantile;
  }

  /** What is longer is slow; infinite while too little was seen. */
  get limitUs(): number {
    return this.#limitUs;
  }

  /** Whether `durationUs` is slow beside those before it, which it then joins. */
  isSlow(durationUs: number): boolean {
    const isSlow = durationUs > this.#limitUs;
    this.#durations[this.#seen++ % VIEWS] = durationUs;
    if (this.#quantile < 1 && this.#seen >= LEAST_VIEWS && this.#seen % READ_EVERY === 0) this.#read();
    return isSlow;
  }

  #read(): void {
    const sorted = this.#durations.slice(0, Math.min(this.#seen, VIEWS)).sort();
    this.#limitUs = sorted[Math.ceil(this.#quantile * sorted.length) - 1] ?? Number.POSITIVE_INFINITY;
  }
}
