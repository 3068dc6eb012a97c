/**
 * Rows of the journal: every `archive_interval` the values of all series, as what changed since the row before. A key
 * row holds everything; one comes at the start, with every hour, after any loss, and every few minutes, so that
 * one lost record costs minutes at most.
 *
 *   kind (1 byte: 1 key, 2 changes) | flags | time (8) | interval (8) | gone: count, id gaps | (id gap * 2 + form, value)*
 *
 * Ids ascend; a gap is the difference to the id before. Form 0: the whole number by which the value grew, zigzag, seven
 * bits a byte; form 1: the value as it is, 8 bytes. In a key row everything grows from 0.
 */
import { ByteSink, ByteSource } from './bytes.js';

/** What the first byte of a record says. */
export const recordKinds = { key: 1, changes: 2, view: 3, exemplars: 4 } as const;

const BEGINS = 1;
const GROWN = 0;
const WHOLE_VALUE = 1;
/** Zigzag doubles a number, and 2^53 is where numbers end. */
const MOST_GROWTH = 2 ** 51;

/** Values of series at one time, by ascending id. */
export interface Row {
  readonly timeMs: number;
  readonly ids: Int32Array;
  /** As many as ids. */
  readonly values: Float64Array;
}

/** The last value of every id, and which are there. */
class Standing {
  values = new Float64Array(1024);
  live = new Uint8Array(1024);
  ids: Int32Array = new Int32Array(0);

  hold(id: number): void {
    if (id < this.live.length) return;
    const length = 2 ** Math.ceil(Math.log2(id + 1));
    const values = new Float64Array(length);
    values.set(this.values);
    const live = new Uint8Array(length);
    live.set(this.live);
    this.values = values;
    this.live = live;
  }
}

/** Writes rows, each against the one before. */
export class RowEncoder {
  readonly #sink = new ByteSink();
  #standing = new Standing();
  readonly #intervalMs: number;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** A row that needs none before it; `begins` says that a process begins with it. The bytes hold until the next call. */
  key(row: Row, begins = false): Uint8Array {
    this.#standing = new Standing();
    return this.#encode(recordKinds.key, begins ? BEGINS : 0, row);
  }

  /** What changed since the row before. The bytes hold until the next call. */
  changes(row: Row): Uint8Array {
    return this.#encode(recordKinds.changes, 0, row);
  }

  #encode(kind: number, flags: number, row: Row): Uint8Array {
    const sink = this.#sink;
    sink.clear();
    sink.byte(kind);
    sink.byte(flags);
    sink.float(row.timeMs);
    sink.float(this.#intervalMs);
    this.#writeGone(row.ids);
    this.#writeChanged(row);
    return sink.bytes;
  }

  #writeGone(ids: Int32Array): void {
    const standing = this.#standing;
    const gone: number[] = [];
    // The list is the same object while the same series are there.
    if (standing.ids !== ids) {
      const present = new Set(ids);
      for (const id of standing.ids) if (!present.has(id)) gone.push(id);
      standing.ids = ids;
    }
    this.#sink.unsigned(gone.length);
    let before = 0;
    for (const id of gone) {
      this.#sink.unsigned(id - before);
      standing.live[id] = 0;
      standing.values[id] = 0;
      before = id;
    }
  }

  #writeChanged({ ids, values }: Row): void {
    const sink = this.#sink;
    const standing = this.#standing;
    if (ids.length > 0) standing.hold(ids.at(-1)!);
    const { live, values: last } = standing;
    let before = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      const value = values[i]!;
      const known = last[id]!;
      if (live[id] === 1 && Object.is(value, known)) continue;
      const growth = value - known;
      const isGrowth =
        Number.isInteger(value) &&
        Number.isInteger(known) &&
        Math.abs(growth) < MOST_GROWTH &&
        known + growth === value &&
        !Object.is(value, -0);
      sink.unsigned((id - before) * 2 + (isGrowth ? GROWN : WHOLE_VALUE));
      if (isGrowth) sink.unsigned(growth < 0 ? -growth * 2 - 1 : growth * 2);
      else sink.float(value);
      last[id] = value;
      live[id] = 1;
      before = id;
    }
  }
}

/** What a record did. */
export type Applied =
  | { readonly is: 'row'; readonly timeMs: number; readonly intervalMs: number; readonly begins: boolean }
  /** A row that needs one that is missing. */
  | { readonly is: 'broken' }
  | { readonly is: 'other' };

/** Reads rows in order; between rows it knows every value. */
export class RowDecoder {
  readonly #standing = new Standing();
  #isWhole = false;
  #nextSequence = -1;

  /** The value of a series that is there. */
  value(id: number): number {
    return this.#standing.values[id] ?? Number.NaN;
  }

  /** Whether a series was in the last row. */
  has(id: number): boolean {
    return this.#standing.live[id] === 1;
  }

  /** Ids of all series of the last row. */
  *live(): Generator<number> {
    const { live } = this.#standing;
    for (let id = 0; id < live.length; id++) if (live[id] === 1) yield id;
  }

  /** Takes the next record. Never throws: what does not hold is broken. */
  apply({ sequence, payload }: { readonly sequence: number; readonly payload: Uint8Array }): Applied {
    const isNext = sequence === this.#nextSequence;
    this.#nextSequence = sequence + 1;
    const kind = payload[0];
    if (!isNext) this.#isWhole = false;
    if (kind !== recordKinds.key && kind !== recordKinds.changes) return { is: 'other' };
    if (kind === recordKinds.key) {
      this.#standing.live.fill(0);
      this.#standing.values.fill(0);
      this.#isWhole = true;
    } else if (!this.#isWhole) return { is: 'broken' };
    const source = new ByteSource(payload);
    source.byte();
    const flags = source.byte();
    const timeMs = source.float();
    const intervalMs = source.float();
    this.#readGone(source);
    this.#readChanged(source);
    return { is: 'row', timeMs, intervalMs, begins: (flags & BEGINS) !== 0 };
  }

  #readGone(source: ByteSource): void {
    let id = 0;
    for (let count = source.unsigned(); count > 0 && !source.isAtEnd; count--) {
      id += source.unsigned();
      this.#standing.live[id] = 0;
      this.#standing.values[id] = 0;
    }
  }

  #readChanged(source: ByteSource): void {
    const standing = this.#standing;
    let id = 0;
    while (!source.isAtEnd) {
      const head = source.unsigned();
      id += Math.floor(head / 2);
      standing.hold(id);
      standing.live[id] = 1;
      if (head % 2 === GROWN) {
        const growth = source.unsigned();
        standing.values[id]! += growth % 2 === 1 ? -(growth + 1) / 2 : growth / 2;
      } else standing.values[id] = source.float();
    }
  }
}
