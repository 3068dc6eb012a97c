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

/** Begin of a column of which one value is kept. */
const STILL = -1;
const NONE = new Float64Array(0);
const NOWHERE = new Int32Array(0);

/**
 * States: filling (rows) -> turning (columns first, then rows) -> turned (columns). Most series of a quiet network do not
 * move for a minute: of a column that holds one value all along only that is kept.
 */
export class Chunk {
  /** Index of its first sampling, counted since the window began. */
  readonly firstTick: number;
  /** Milliseconds since the epoch; as many as `rows` count. */
  readonly times = new Float64Array(CHUNK_ROWS);
  #rows = 0;
  #width: number;
  /** Rows; undefined once all are turned. */
  #data: Float64Array | undefined;
  /** Slots below this are read from the columns. */
  #turned = 0;
  #columns: Float64Array = NONE;
  /** Columns that move, so far. */
  #moving = 0;
  /** By slot: where its column begins in `#columns`, or STILL. */
  #starts: Int32Array = NOWHERE;
  /** By slot: the one value of a column that stands still. */
  #still: Float64Array = NONE;

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
    const rows = this.#data?.byteLength ?? 0;
    const columns = this.#columns.byteLength + this.#starts.byteLength + this.#still.byteLength;
    return rows + columns + this.times.byteLength;
  }

  /** Makes room for wider rows. */
  widen(width: number): void {
    const data = new Float64Array(CHUNK_ROWS * width);
    for (let row = 0; row < this.#rows; row++) {
      const from = row * this.#width;
      data.set(this.#data!.subarray(from, from + this.#width), row * width);
    }
    this.#data = data;
    this.#width = width;
  }

  /** Adds a sampling: the first `used` of `values`, no more than the width. */
  append(timeMs: number, values: Float64Array, used: number): void {
    this.#data!.set(used === values.length ? values : values.subarray(0, used), this.#rows * this.#width);
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
    this.#starts = new Int32Array(this.#width);
    this.#still = new Float64Array(this.#width);
  }

  /**
   * Turns as many slots more.
   * @returns when all are turned: memory that is free now, each piece of it as large as the chunk's was
   */
  turn(slots: number): readonly Float64Array[] | undefined {
    const rows = this.#data!;
    const width = this.#width;
    const last = Math.min(width, this.#turned + slots);
    for (let first = this.#turned; first < last; first += BLOCK)
      this.#turnBlock(rows, first, Math.min(last, first + BLOCK));
    this.#turned = last;
    if (last < width) return undefined;
    const spare = this.#columns;
    this.#columns = spare.slice(0, this.#moving * CHUNK_ROWS);
    this.#data = undefined;
    return [rows, spare];
  }

  /** Writes the columns of some neighbours behind those that move, and keeps those of them that do. */
  #turnBlock(rows: Float64Array, first: number, end: number): void {
    const columns = this.#columns;
    const width = this.#width;
    const start = this.#moving * CHUNK_ROWS;
    for (let row = 0; row < CHUNK_ROWS; row++)
      for (let slot = first; slot < end; slot++)
        columns[start + (slot - first) * CHUNK_ROWS + row] = rows[row * width + slot]!;
    for (let slot = first; slot < end; slot++) {
      const at = start + (slot - first) * CHUNK_ROWS;
      const value = columns[at]!;
      if (standsStill(columns, at)) {
        this.#starts[slot] = STILL;
        this.#still[slot] = value;
        continue;
      }
      const place = this.#moving++ * CHUNK_ROWS;
      if (place !== at) columns.copyWithin(place, at, at + CHUNK_ROWS);
      this.#starts[slot] = place;
    }
  }

  /** Copies a slot's values of the rows `[from, to)` to `out` at `at`. */
  copy(slot: number, from: number, to: number, out: Float64Array, at: number): void {
    if (slot < this.#turned) {
      const start = this.#starts[slot]!;
      if (start === STILL) {
        out.fill(this.#still[slot]!, at, at + to - from);
        return;
      }
      const columns = this.#columns;
      let source = start + from;
      for (let row = from; row < to; row++) out[at++] = columns[source++]!;
      return;
    }
    const data = this.#data!;
    const width = this.#width;
    let source = from * width + slot;
    for (let row = from; row < to; row++, source += width) out[at++] = data[source]!;
  }

  /** Adds a slot's values of the rows `[from, to)` to those in `out` at `at`. */
  add(slot: number, from: number, to: number, out: Float64Array, at: number): void {
    if (slot < this.#turned) {
      const start = this.#starts[slot]!;
      if (start === STILL) {
        const value = this.#still[slot]!;
        if (value !== 0) for (let row = from; row < to; row++) out[at++]! += value;
        return;
      }
      const columns = this.#columns;
      let source = start + from;
      for (let row = from; row < to; row++) out[at++]! += columns[source++]!;
      return;
    }
    const data = this.#data!;
    const width = this.#width;
    let source = from * width + slot;
    for (let row = from; row < to; row++, source += width) out[at++]! += data[source]!;
  }
}

/** Whether a column holds one value all along, bit for bit but for the payload of a NaN. */
function standsStill(columns: Float64Array, at: number): boolean {
  const value = columns[at]!;
  for (let i = at + 1; i < at + CHUNK_ROWS; i++) if (!Object.is(columns[i], value)) return false;
  return true;
}
