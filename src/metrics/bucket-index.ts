/**
 * Finds the bucket of a value without guessing: the top bits of a float (exponent and two bits of the
 * mantissa) index a table of where to begin, and at most a few comparisons are left. Halving instead
 * costs a mispredicted branch or two for every value, twice the time of all the rest.
 *
 * Shared by all series of a metric. Bounds ascend; a bound belongs to the bucket that it closes.
 */

const scratch = new Float64Array(1);
const halves = new Uint32Array(scratch.buffer);
/** Which half holds sign and exponent on this machine. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
/** 20 mantissa bits lie in the high half; the top two of them stay. */
const SHIFT = 18;

function keyOf(value: number): number {
  scratch[0] = value;
  return halves[HIGH]! >>> SHIFT;
}

/** The bounds of a histogram, ready to be searched. */
export class BucketIndex {
  readonly bounds: Float64Array;
  readonly #first: number;
  readonly #last: number;
  /** By key, from the first bound's on: the first bound that a value of this key may belong to. */
  readonly #begin: Uint16Array;
  readonly #base: number;

  constructor(bounds: readonly number[]) {
    this.bounds = Float64Array.from(bounds);
    // Keys ascend with the values of one sign only: what is not positive is found from the first bound on.
    const positive = bounds.findIndex((bound) => bound > 0);
    const smallest = positive === -1 ? Number.POSITIVE_INFINITY : bounds[positive]!;
    this.#first = smallest;
    this.#last = bounds.at(-1) ?? Number.NEGATIVE_INFINITY;
    this.#base = keyOf(smallest);
    const keys = smallest <= this.#last ? keyOf(this.#last) - this.#base + 1 : 0;
    this.#begin = new Uint16Array(keys);
    for (let i = 0; i < keys; i++) {
      const lowest = lowestOf(this.#base + i);
      this.#begin[i] = bounds.findIndex((bound) => bound >= lowest);
    }
  }

  /** Position of the first bound that is not below `value`, which is finite; the number of bounds when none is. */
  locate(value: number): number {
    const { bounds } = this;
    if (value > this.#last) return bounds.length;
    let position = value < this.#first ? 0 : this.#begin[keyOf(value) - this.#base]!;
    while (bounds[position]! < value) position++;
    return position;
  }
}

/** The lowest value of a key. */
function lowestOf(key: number): number {
  halves[HIGH] = key << SHIFT;
  halves[1 - HIGH] = 0;
  return scratch[0]!;
}
