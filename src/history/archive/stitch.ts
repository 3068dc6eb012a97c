/**
 * Joins what segments and journal hold of a series, and puts a stale marker wherever it was absent at a tick: a query
 * then sees what a Prometheus that sampled at the same times would hold.
 */
import { writeStale } from '../../promql/series.js';
import { resolutionMs, type Level } from './layout.js';
import type { Samples } from './tick-columns.js';

/** A stretch of time in which all series were sampled at the same ticks. */
export interface Piece {
  /** Of all ticks within the range, empty ones included. */
  readonly ticks: Float64Array;
  /** Whether some of them are empty. */
  readonly hasEmpty: boolean;
  readonly columns: ReadonlyMap<number, PieceColumn>;
}

/** A series in a piece. */
export interface PieceColumn extends Samples {
  readonly level: Level;
  /** It has a sample at every tick that is not empty. */
  readonly isWhole: boolean;
}

/** The samples of a series over pieces in order of time; undefined where it has none. */
export function stitch(id: number, pieces: readonly Piece[]): Samples | undefined {
  const out = new Column();
  let isLive = false;
  for (const piece of pieces) {
    const [firstTick] = piece.ticks;
    if (firstTick === undefined) continue;
    const column = piece.columns.get(id);
    if (column === undefined || column.times.length === 0) {
      if (isLive) out.end(firstTick);
      isLive = false;
      continue;
    }
    const bucket = bucketOf(column.level);
    if (isLive && bucket(column.times[0]!) !== bucket(firstTick)) out.end(firstTick);
    if (column.isWhole && !piece.hasEmpty) {
      out.append(column);
      isLive = true;
    } else isLive = walk(out, piece, column, bucket);
  }
  return out.samples();
}

/** Appends row by row. @returns whether the series is still there at the last tick */
function walk(
  out: Column,
  { ticks }: Piece,
  { level, times, values }: PieceColumn,
  bucket: (timeMs: number) => number,
): boolean {
  let tick = 0;
  for (let i = 0; i < times.length; i++) {
    const time = times[i]!;
    out.push(time, values[i]!);
    while (tick < ticks.length && ticks[tick]! <= time) tick++;
    const next = ticks[tick];
    if (next === undefined) return i === times.length - 1;
    const follows = times[i + 1];
    const isGone =
      (level !== 'samples' && bucket(next) === bucket(time)) ||
      follows === undefined ||
      bucket(follows) !== bucket(next);
    if (isGone) out.end(next);
  }
  return false;
}

function bucketOf(level: Level): (timeMs: number) => number {
  const resolution = resolutionMs[level];
  return resolution === 0 ? (timeMs) => timeMs : (timeMs) => Math.ceil(timeMs / resolution);
}

/** Times and values that grow. */
class Column {
  #times = new Float64Array(256);
  #values = new Float64Array(256);
  #used = 0;

  push(time: number, value: number): void {
    this.#ensure(1);
    this.#times[this.#used] = time;
    this.#values[this.#used++] = value;
  }

  /** A stale marker. */
  end(time: number): void {
    this.#ensure(1);
    this.#times[this.#used] = time;
    writeStale(this.#values, this.#used++);
  }

  append({ times, values }: Samples): void {
    this.#ensure(times.length);
    this.#times.set(times, this.#used);
    this.#values.set(values, this.#used);
    this.#used += times.length;
  }

  samples(): Samples | undefined {
    if (this.#used === 0) return undefined;
    return { times: this.#times.slice(0, this.#used), values: this.#values.slice(0, this.#used) };
  }

  #ensure(more: number): void {
    const needed = this.#used + more;
    if (needed <= this.#times.length) return;
    const length = Math.max(needed, this.#times.length * 2);
    const times = new Float64Array(length);
    times.set(this.#times.subarray(0, this.#used));
    const values = new Float64Array(length);
    values.set(this.#values.subarray(0, this.#used));
    this.#times = times;
    this.#values = values;
  }
}
