/**
 * Rows of the journal as columns: the times at which was sampled, and for each series asked for its values and the
 * stretches of ticks in which it was there. A series that is absent at a tick ended, which is what a stale marker
 * says in Prometheus; the tables of a segment keep it the same way, by rows that are not there.
 *
 * Where a process begins after a pause there is one empty tick an interval behind the last one: what a Prometheus
 * would have noted at the first scrape that found nobody.
 */
import { RowDecoder, type Applied } from './row-codec.js';

/** Milliseconds since the epoch, strictly rising; series are there only at ticks at which was sampled. */
export interface Ticks {
  readonly times: Float64Array;
  /** 1 where was sampled, 0 for an empty tick. */
  readonly isSampled: Uint8Array;
}

/** Values at times. */
export interface Samples {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** A record of the journal. */
export interface Recorded {
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** What is gathered of the rows. */
export interface TickColumnsOptions {
  /** Which series; all by default. */
  readonly wants?: (id: number) => boolean;
  /** Their numbers instead, where there are few. */
  readonly only?: readonly number[] | undefined;
  /** Rows after the first and up to the second time are kept; others only move on what the next is measured against. */
  readonly afterMs?: number;
  readonly untilMs?: number;
  /** How many ticks there will be at most, where it is known: columns of many series lie in common memory then. */
  readonly ticks?: number;
}

/** An interval may be late by so much before there was a pause. */
const PAUSE = 1.5;

/** Columns of a stretch of the journal. */
export class TickColumns {
  readonly #options: Required<Omit<TickColumnsOptions, 'only' | 'ticks'>>;
  readonly #only: readonly number[] | undefined;
  readonly #decoder = new RowDecoder();
  readonly #times: number[] = [];
  readonly #isSampled: number[] = [];
  readonly #columns = new Map<number, Column>();
  readonly #memory: ColumnMemory | undefined;
  /** Of all ticks, once they are asked for. */
  #allTimes: Float64Array | undefined;
  #lastMs = -Infinity;
  #broken = 0;

  constructor({
    wants = () => true,
    only,
    afterMs = -Infinity,
    untilMs = Infinity,
    ticks,
  }: TickColumnsOptions = {}) {
    this.#options = { wants, afterMs, untilMs };
    this.#only = only;
    this.#memory = ticks === undefined ? undefined : new ColumnMemory(ticks);
  }

  /** Rows that could not be read because one before them is missing. */
  get broken(): number {
    return this.#broken;
  }

  /** Takes the next record. */
  take(record: Recorded): Applied {
    const applied = this.#decoder.apply(record);
    if (applied.is === 'broken') this.#broken++;
    if (applied.is !== 'row' || !(applied.timeMs > this.#lastMs)) return applied;
    const { timeMs, intervalMs, begins } = applied;
    if (begins && timeMs - this.#lastMs > PAUSE * intervalMs && this.#lastMs !== -Infinity)
      this.#tick(this.#lastMs + intervalMs, false);
    this.#tick(timeMs, true);
    this.#lastMs = timeMs;
    return applied;
  }

  get ticks(): Ticks {
    return { times: Float64Array.from(this.#times), isSampled: Uint8Array.from(this.#isSampled) };
  }

  /** Ids of the series that were there, ascending. */
  ids(): number[] {
    return [...this.#columns.keys()].sort((a, b) => a - b);
  }

  /** The samples of a series. */
  samples(id: number): Samples {
    const column = this.#columns.get(id);
    if (column === undefined) return { times: new Float64Array(0), values: new Float64Array(0) };
    const values = column.values();
    const times = new Float64Array(values.length);
    for (let i = 0; i < times.length; i++) times[i] = this.#times[column.tick(i)]!;
    return { times, values };
  }

  /** The samples of a series as they lie here, without a copy: until the next record is taken. */
  view(id: number): Samples {
    const column = this.#columns.get(id);
    if (column?.stretch === undefined) return this.samples(id);
    const [first, values] = column.stretch;
    this.#allTimes ??= Float64Array.from(this.#times);
    return { times: this.#allTimes.subarray(first, first + values.length), values };
  }

  #tick(timeMs: number, isSampled: boolean): void {
    const { afterMs, untilMs, wants } = this.#options;
    if (!(timeMs > afterMs && timeMs <= untilMs)) return;
    const tick = this.#times.length;
    this.#times.push(timeMs);
    this.#allTimes = undefined;
    this.#isSampled.push(isSampled ? 1 : 0);
    if (!isSampled) return;
    for (const id of this.#only ?? this.#decoder.live()) {
      if (this.#only ? !this.#decoder.has(id) : !wants(id)) continue;
      let column = this.#columns.get(id);
      if (column === undefined) {
        column = new Column(tick, this.#memory?.next() ?? new Float64Array(FIRST_ROOM));
        this.#columns.set(id, column);
      }
      column.push(tick, this.#decoder.value(id));
    }
  }
}

/** Room at first: of most series a piece of an hour is asked for, or all of it. */
const FIRST_ROOM = 64;

/** Doubles in a piece: so large that the allocator gets it from the system, and the system gets it back. */
const PIECE = 1 << 17;

/** Room for columns, in large pieces: thousands of small ones would leave holes behind that nobody else fits in. */
class ColumnMemory {
  readonly #length: number;
  #piece = new Float64Array(0);
  #used = 0;

  /** @param length of a column */
  constructor(length: number) {
    this.#length = length;
  }

  next(): Float64Array {
    if (this.#used + this.#length > this.#piece.length) {
      this.#piece = new Float64Array(Math.max(PIECE, this.#length));
      this.#used = 0;
    }
    return this.#piece.subarray(this.#used, (this.#used += this.#length));
  }
}

/** The values of one series. Ticks are noted only from the first one on at which it was not there. */
class Column {
  readonly #firstTick: number;
  #values: Float64Array;
  #ticks: number[] | undefined;
  #length = 0;

  /** @param room for its values at first */
  constructor(firstTick: number, room: Float64Array) {
    this.#firstTick = firstTick;
    this.#values = room;
  }

  push(tick: number, value: number): void {
    if (this.#ticks === undefined && tick !== this.#firstTick + this.#length)
      this.#ticks = Array.from({ length: this.#length }, (_, i) => this.#firstTick + i);
    this.#ticks?.push(tick);
    if (this.#length === this.#values.length) {
      const values = new Float64Array(Math.max(FIRST_ROOM, 2 * this.#length));
      values.set(this.#values);
      this.#values = values;
    }
    this.#values[this.#length++] = value;
  }

  /** The first tick and the values, where none is missing in between. Not a copy. */
  get stretch(): readonly [firstTick: number, values: Float64Array] | undefined {
    if (this.#ticks !== undefined) return undefined;
    return [this.#firstTick, this.#values.subarray(0, this.#length)];
  }

  /** The tick of a value. */
  tick(index: number): number {
    return this.#ticks?.[index] ?? this.#firstTick + index;
  }

  /** A copy. */
  values(): Float64Array {
    return this.#values.slice(0, this.#length);
  }
}
