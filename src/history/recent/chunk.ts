/**
 * A block of up to 64 samplings. While it fills, a sampling is one row: one copy of the board's array. A full block
 * is turned once into columns, so that reading a series afterwards touches memory in order; in several turns of hand,
 * because all at once would hold up everything else.
 *
 * Invariants: times rise strictly; the values of a chunk that is being turned, or was, never change.
 */

/** Samplings in a full chunk. */
export const CHUNK_ROWS = 64;

/** Columns turned at a time: a block of rows and columns that stays in the nearest cache. */
const BLOCK = 8;

/** States: filling (rows) -> turning (columns first, then rows) -> turned (columns). */
export class Chunk {
  /** Index of its first sampling, counted since the window began. */
  readonly firstTick: number;
  /** Milliseconds since the epoch; as many as `rows` count. */
  readonly times = new Float64Array(CHUNK_ROWS);
  #rows = 0;
  #width: number;
  #data: Float64Array;
  /** Slots below this are read from the columns. */
  #turned = 0;
  #columns: Float64Array | undefined;

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

  /** Takes back the last sampling of a chunk that is not being turned. */
  withdraw(): void {
    this.#rows--;
  }

  /**
   * Begins to turn a full chunk into columns.
   * @param spare as large as this chunk's memory
   */
  beginTurn(spare: Float64Array): void {
    this.#columns = spare;
  }

  /**
   * Turns as many slots more.
   * @returns the memory that is free now, when all are turned
   */
  turn(slots: number): Float64Array | undefined {
    const rows = this.#data;
    const columns = this.#columns!;
    const width = this.#width;
    const last = Math.min(width, this.#turned + slots);
    for (let first = this.#turned; first < last; first += BLOCK) {
      const end = Math.min(last, first + BLOCK);
      for (let row = 0; row < CHUNK_ROWS; row++)
        for (let slot = first; slot < end; slot++)
          columns[slot * CHUNK_ROWS + row] = rows[row * width + slot]!;
    }
    this.#turned = last;
    if (last < width) return undefined;
    this.#data = columns;
    return rows;
  }

  /** Copies a slot's values of the rows `[from, to)` to `out` at `at`. */
  copy(slot: number, from: number, to: number, out: Float64Array, at: number): void {
    if (slot < this.#turned) {
      const columns = this.#columns!;
      let source = slot * CHUNK_ROWS + from;
      for (let row = from; row < to; row++) out[at++] = columns[source++]!;
      return;
    }
    const data = this.#data;
    const width = this.#width;
    let source = from * width + slot;
    for (let row = from; row < to; row++, source += width) out[at++] = data[source]!;
  }

  /** Adds a slot's values of the rows `[from, to)` to those in `out` at `at`. */
  add(slot: number, from: number, to: number, out: Float64Array, at: number): void {
    if (slot < this.#turned) {
      const columns = this.#columns!;
      let source = slot * CHUNK_ROWS + from;
      for (let row = from; row < to; row++) out[at++]! += columns[source++]!;
      return;
    }
    const data = this.#data;
    const width = this.#width;
    let source = from * width + slot;
    for (let row = from; row < to; row++, source += width) out[at++]! += data[source]!;
  }
}
