/**
 * The stretch of a series that a range function sees at each step: after the left edge, up to and
 * including the right one (ranges are open on the left since Prometheus 3). Both edges only move forward,
 * so a series is walked once, however much the windows overlap.
 *
 * One object serves all series of a selector in turn; nothing in it may be kept between two of them.
 */
import { advanceAfter, firstAfter, isStale, type Series } from './series.js';
import { timeAt, type Grid } from './frame.js';

/** When a range selector looks. */
export interface RangeShift {
  readonly rangeMs: number;
  readonly offsetMs: number;
  /** One window for all steps, ending (before the offset) at this time. */
  readonly atMs: number | undefined;
}

const NO_COLUMN = new Float64Array(0);

/** The windows of one series. */
export class Windows {
  readonly grid: Grid;
  readonly rangeMs: number;
  /** By step: the first sample inside, and the first one behind. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  times: Float64Array = NO_COLUMN;
  values: Float64Array = NO_COLUMN;
  readonly #offsetMs: number;
  readonly #atMs: number | undefined;
  /** The column whose edges stand in `first` and `end`: series sampled together share one. */
  #edged: Float64Array | undefined;
  #visited = 0;
  #resets: readonly number[] | undefined;

  constructor(grid: Grid, shift: RangeShift) {
    this.grid = grid;
    this.rangeMs = shift.rangeMs;
    this.#offsetMs = shift.offsetMs;
    this.#atMs = shift.atMs;
    this.first = new Int32Array(grid.steps);
    this.end = new Int32Array(grid.steps);
  }

  /** Where the window of a step ends, inclusive. */
  endMs(step: number): number {
    return (this.#atMs ?? timeAt(this.grid, step)) - this.#offsetMs;
  }

  /** Moves on to a series; gives how many samples its windows hold in all. */
  open({ times, values, falls }: Pick<Series, 'times' | 'values' | 'falls'>): number {
    this.#resets = falls;
    this.times = times;
    this.values = values;
    const visited = this.#edged === times ? this.#visited : this.#edges();
    if (falls !== undefined) return visited;
    const { steps } = this.grid;
    if (visited === 0 || !hasNaN(values, this.first[0]!, this.end[steps - 1]!)) return visited;
    if (!this.#dropStale()) return visited;
    return this.#edges();
  }

  /** Whether it is known without a walk where a counter went down. */
  get knowsResets(): boolean {
    return this.#resets !== undefined;
  }

  /** Where a counter went down: the index behind each fall, over all windows at least, ascending. */
  get resets(): readonly number[] {
    if (this.#resets !== undefined) return this.#resets;
    const { values } = this;
    const found: number[] = [];
    const end = this.end[this.grid.steps - 1]!;
    for (let i = this.first[0]! + 1; i < end; i++) if (values[i]! < values[i - 1]!) found.push(i);
    this.#resets = found;
    return found;
  }

  #edges(): number {
    const { times, first, end, grid } = this;
    let visited = 0;
    let low = 0;
    let high = 0;
    for (let step = 0; step < grid.steps; step++) {
      const endMs = this.endMs(step);
      if (step === 0) {
        low = firstAfter(times, endMs - this.rangeMs, 0, times.length);
        high = firstAfter(times, endMs, low, times.length);
      } else {
        low = advanceAfter(times, endMs - this.rangeMs, low);
        high = advanceAfter(times, endMs, Math.max(low, high));
      }
      first[step] = low;
      end[step] = high;
      visited += high - low;
    }
    this.#edged = times;
    this.#visited = visited;
    return visited;
  }

  #dropStale(): boolean {
    const { times, values } = this;
    const from = this.first[0]!;
    const to = this.end[this.grid.steps - 1]!;
    const keptTimes = new Float64Array(to - from);
    const keptValues = new Float64Array(to - from);
    let kept = 0;
    for (let i = from; i < to; i++) {
      if (isStale(values, i)) continue;
      keptTimes[kept] = times[i]!;
      keptValues[kept++] = values[i]!;
    }
    if (kept === to - from) return false;
    this.times = keptTimes.subarray(0, kept);
    this.values = keptValues.subarray(0, kept);
    return true;
  }
}

function hasNaN(values: Float64Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (values[i] !== values[i]) return true;
  return false;
}
