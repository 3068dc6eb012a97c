/** A table of numbers by index that grows as needed: one number a view or a height, nothing else. */
export class GrowingTable {
  #values: Float64Array;

  constructor(capacity = 1024) {
    this.#values = new Float64Array(capacity).fill(-1);
  }

  /** The number at `index`, -1 when none was set. */
  get(index: number): number {
    return this.#values[index] ?? -1;
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const grown = new Float64Array(Math.max(index + 1, this.#values.length * 2)).fill(-1);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[index] = value;
  }
}
