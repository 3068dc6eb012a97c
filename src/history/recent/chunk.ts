/**
 * A block of up to 64 samplings. While it fills, a sampling is one row: one copy of the board's array. A full block
 * is turned once into columns, so that reading a series afterwards touches memory in order.
 *
 * Invariants: times rise strictly; a full chunk is never written again.
 */

/** Samplings in a full chunk. */
export const CHUNK_ROWS = 64;

/** Columns turned at a time: a block of rows and columns that stays in the nearest cache. */
const BLOCK = 8;

/** States: filling (rows) -> full (columns). */
export class Chunk {
  /** Index of its first sampling, counted since the window began. */
  readonly firstTick: number;
  /** Milliseconds since the epoch; as many as `rows` count. */
  readonly times = new Float64Array(CHUNK_ROWS);
  #rows = 0;
  #width: number;
  #data: Float64Array;
  #isTurned = false;

  /**
   * @param width slots that a row has room for
   * @param data room for as many rows as a chunk has
   */
  constructor(firstTick: number, width: number, data: Float64Array) {
    this.firstTick = firstTick;
    this.#width = width;
    this.#data = data;
  }

  get rows(): number {
    return this.#rows;
  }

  get width(): number {
    return this.#width;
  }

  get bytes(): number {
    return this.#data.byteLength + this.times.byteLength;
  }

  /** The memory of a chunk that nobody reads any more, for one that follows. */
  get memory(): Float64Array {
    return this.#data;
  }

  /** Makes room for wider rows. */
  widen(width: number): void {
    const data = new Float64Array(CHUNK_ROWS * width);
    for (let row = 0; row < this.#rows; row++) {
      const from = row * this.#width;
      data.set(this.#data.subarray(from, from + this.#width), row * width);
    }
    this.#data = data;
    this.#width = width;
  }

  /** Adds a sampling: the first `used` of `values`, no more than the width. */
  append(timeMs: number, values: Float64Array, used: number): void {
    this.#data.set(used === values.length ? values : values.subarray(0, used), this.#rows * this.#width);
    this.times[this.#rows++] = timeMs;
  }

  /**
   * Turns a full chunk into columns.
   * @param spare as large as this chunk's memory
   * @returns the memory that is free now
   */
  turn(spare: Float64Array): Float64Array {
    const rows = this.#data;
    const width = this.#width;
    for (let first = 0; first < width; first += BLOCK) {
      const end = Math.min(width, first + BLOCK);
      for (let row = 0; row < CHUNK_ROWS; row++)
        for (let slot = first; slot < end; slot++) spare[slot * CHUNK_ROWS + row] = rows[row * width + slot]!;
    }
    this.#data = spare;
    this.#isTurned = true;
    return rows;
  }

  /** Copies a slot's values of the rows `[from, to)` to `out` at `at`. */
  copy(slot: number, from: number, to: number, out: Float64Array, at: number): void {
    const data = this.#data;
    const step = this.#isTurned ? 1 : this.#width;
    let source = this.#isTurned ? slot * CHUNK_ROWS + from : from * step + slot;
    for (let row = from; row < to; row++, source += step) out[at++] = data[source]!;
  }

  /** Adds a slot's values of the rows `[from, to)` to those in `out` at `at`. */
  add(slot: number, from: number, to: number, out: Float64Array, at: number): void {
    const data = this.#data;
    const step = this.#isTurned ? 1 : this.#width;
    let source = this.#isTurned ? slot * CHUNK_ROWS + from : from * step + slot;
    for (let row = from; row < to; row++, source += step) out[at++]! += data[source]!;
  }
}
