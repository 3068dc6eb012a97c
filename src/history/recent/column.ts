/**
 * What is kept of one part of a series: its values over a stretch of ticks, and where they fall. It is only ever appended
 * to behind what was handed out, so that a query that still reads it sees no change but in its newest value.
 *
 * Invariant: values of the ticks from `firstTick` to `endTick` are filled.
 */

/** A stretch of ticks of one part. */
export class Column {
  readonly firstTick: number;
  endTick: number;
  /** With room behind what is filled. */
  readonly values: Float64Array;
  /** When it was asked for last, in ticks. */
  askedTick: number;
  #from = 0;
  #to = 0;
  #view: Float64Array;
  /** Up to here falls are known. */
  #walkedTick: number;
  /** Ticks whose value is smaller than the one before. */
  readonly #falls: number[] = [];
  /** The first tick whose value is no number. */
  #nanTick = Infinity;

  constructor(firstTick: number, length: number, askedTick: number) {
    this.firstTick = firstTick;
    this.endTick = firstTick;
    this.values = new Float64Array(length);
    this.askedTick = askedTick;
    this.#view = this.values;
    this.#walkedTick = firstTick;
  }

  /** The ticks `[from, to)`, filled or to be filled; several queries at one time ask for the same. */
  view(from: number, to: number): Float64Array {
    if (this.#from === from && this.#to === to) return this.#view;
    this.#from = from;
    this.#to = to;
    return (this.#view = this.values.subarray(from - this.firstTick, to - this.firstTick));
  }

  /** Where the values of the ticks `[from, to)`, all filled, fall, counted from `from`; undefined with a NaN somewhere. */
  falls(from: number, to: number): readonly number[] | undefined {
    this.#walk();
    if (this.#nanTick < Infinity) return undefined;
    const falls = this.#falls;
    if (falls.length === 0) return NO_FALLS;
    const within: number[] = [];
    for (const tick of falls) if (tick > from && tick < to) within.push(tick - from);
    return within;
  }

  /** Forgets the value at `tick` and behind. */
  withdraw(tick: number): void {
    if (this.endTick <= tick) return;
    this.endTick = tick;
    this.#walkedTick = Math.min(this.#walkedTick, tick);
    while (this.#falls.length > 0 && this.#falls.at(-1)! >= tick) this.#falls.pop();
    if (this.#nanTick >= tick) this.#nanTick = Infinity;
  }

  #walk(): void {
    const { values, firstTick, endTick } = this;
    for (let i = this.#walkedTick - firstTick; i < endTick - firstTick; i++) {
      const value = values[i]!;
      if (value !== value) this.#nanTick = Math.min(this.#nanTick, firstTick + i);
      else if (i > 0 && value < values[i - 1]!) this.#falls.push(firstTick + i);
    }
    this.#walkedTick = endTick;
  }
}

const NO_FALLS: readonly number[] = [];
