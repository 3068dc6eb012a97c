/**
 * Columns that queries have asked for, kept so that the next query reads only what was sampled since: rules ask for the
 * same series every few seconds. What nobody asks for any more is dropped; what would pass the bound is not kept.
 *
 * A kept column is only ever appended to behind what was handed out, so that a query that still reads it sees no change;
 * but for the newest value, which another may overtake that is younger by less than the interval of samplings.
 */
import { Column } from './column.js';
import type { Part } from '../parts.js';
import type { Track } from './roster.js';

/** Room for so many ticks more than were asked for. */
const SPARE_TICKS = 64;

/** The columns of all tracks. */
export class KeptColumns {
  readonly #maxBytes: number;
  /** Those that have columns. */
  readonly #tracks = new Set<Track>();
  #bytes = 0;

  /** @param maxBytes most memory for columns */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The column of a part with everything that is known of `[from, to)` filled in, and room for the rest; undefined when
   * there is no memory to keep one.
   */
  column(track: Track, part: Part, from: number, to: number): Column | undefined {
    const { columns } = track;
    const known = columns[part.index];
    if (known && known.firstTick <= from && known.endTick >= from) {
      known.askedTick = to;
      if (to - known.firstTick <= known.values.length) return known;
    }
    const length = to - from + SPARE_TICKS;
    const bytes = length * 8 - (known?.values.byteLength ?? 0);
    if (this.#bytes + bytes > this.#maxBytes) return undefined;
    this.#bytes += bytes;
    const column = new Column(from, length, to);
    if (known && known.firstTick <= from && known.endTick > from) {
      column.values.set(known.values.subarray(from - known.firstTick, known.endTick - known.firstTick));
      column.endTick = known.endTick;
    }
    this.#tracks.add(track);
    return (columns[part.index] = column);
  }

  /** Forgets the value at `tick`, the newest: another takes its place. */
  withdraw(tick: number): void {
    for (const { columns } of this.#tracks) for (const column of columns) column?.withdraw(tick);
  }

  /** Drops what was not asked for since `tick`. */
  drop(tick: number): void {
    for (const track of this.#tracks) {
      const { columns } = track;
      for (const [i, column] of columns.entries()) {
        if (!column || column.askedTick >= tick) continue;
        this.#bytes -= column.values.byteLength;
        columns[i] = undefined;
      }
      if (columns.every((column) => column === undefined)) this.#tracks.delete(track);
    }
  }
}
