/**
 * The flat store under the board: one Float64Array that grows, and runs of slots in it. A run that was
 * given back is zeroed and handed out again to the next series of the same width.
 */
export class Slots {
  /** All values of the process. Grows by replacement: always read it through the owner. */
  values: Float64Array;
  #used = 0;
  readonly #free = new Map<number, number[]>();

  /** @param capacity slots to begin with */
  constructor(capacity = 1024) {
    this.values = new Float64Array(capacity);
  }

  /** Slots handed out so far, free ones included: what a copy must cover. */
  get used(): number {
    return this.#used;
  }

  /** A zeroed run of `width` slots. */
  allocate(width: number): number {
    const reused = this.#free.get(width)?.pop();
    if (reused !== undefined) return reused;
    const start = this.#used;
    this.#used += width;
    if (this.#used > this.values.length) {
      const grown = new Float64Array(Math.max(this.values.length * 2, this.#used));
      grown.set(this.values);
      this.values = grown;
    }
    return start;
  }

  /** Gives a run back. The caller promises that nobody writes to it any more. */
  release(start: number, width: number): void {
    this.values.fill(0, start, start + width);
    const free = this.#free.get(width);
    if (free) free.push(start);
    else this.#free.set(width, [start]);
  }
}
