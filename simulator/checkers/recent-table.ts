/**
 * A table of numbers by view or height that holds the newest 65,536 and so stays as small as that however
 * long a run is. What lies further back is forgotten: `forgot` tells it apart from what never was.
 */

/** The most entries; a power of two. */
export const REMEMBERED = 65_536;

/** No index that is ever asked for. */
const NO_INDEX = -0x80000000;

/** Numbers by index, the newest only. */
export class RecentTable {
  #indices: Int32Array;
  #values: Float64Array;
  #newest = 0;

  /** @param capacity to begin with; a power of two */
  constructor(capacity = 1024) {
    this.#indices = new Int32Array(capacity).fill(NO_INDEX);
    this.#values = new Float64Array(capacity);
  }

  /** Entries that there is room for now. */
  get capacity(): number {
    return this.#values.length;
  }

  /** The number at `index`, -1 when none was set, or none that is remembered. */
  get(index: number): number {
    const at = index & (this.#values.length - 1);
    return this.#indices[at] === index ? (this.#values[at] as number) : -1;
  }

  /** Whether `index` is too far back to be remembered. */
  forgot(index: number): boolean {
    return index <= this.#newest - REMEMBERED;
  }

  /** Sets the number at `index`, an integer below 2^31; nothing when it is too far back. */
  set(index: number, value: number): void {
    if (index > this.#newest) this.#newest = index;
    else if (this.forgot(index)) return;
    let at = index & (this.#values.length - 1);
    // Another one has its place: an older one is far enough back only when there is all the room there may be.
    while (this.#indices[at] !== NO_INDEX && this.#indices[at] !== index && this.capacity < REMEMBERED) {
      this.#grow();
      at = index & (this.#values.length - 1);
    }
    this.#indices[at] = index;
    this.#values[at] = value;
  }

  #grow(): void {
    const indices = this.#indices;
    const values = this.#values;
    const capacity = values.length * 2;
    this.#indices = new Int32Array(capacity).fill(NO_INDEX);
    this.#values = new Float64Array(capacity);
    for (let from = 0; from < values.length; from++) {
      const index = indices[from] as number;
      if (index === NO_INDEX) continue;
      this.#indices[index & (capacity - 1)] = index;
      this.#values[index & (capacity - 1)] = values[from] as number;
    }
  }
}
