/**
 * Sums over a sliding window of the clock. Adding is one addition and asks for no time; the window
 * moves when `advance` is called, which the collection tick does. Memory is fixed.
 *
 * A figure exists only when the window behind it was watched without a break for a twelfth of its
 * length; `restart` forgets the past after a gap. The window reaches back to the newest sample that is
 * at least `windowUs` old, so it may be longer by a sixtieth, never shorter once it is full.
 */

const SAMPLES = 64;
const SAMPLES_PER_WINDOW = 60;
const LEAST_SHARE = 1 / 12;

/** A running total, and how much it grew within the window. */
export class SlidingTotal {
  readonly #windowUs: number;
  readonly #times = new Float64Array(SAMPLES);
  readonly #totals = new Float64Array(SAMPLES);
  #oldest = 0;
  #samples = 0;
  #total = 0;
  #nowUs = 0;

  /** @param startUs the time from which on additions are complete; 0 while the clock knows no time yet */
  constructor(windowUs: number, startUs: number) {
    this.#windowUs = windowUs;
    if (startUs > 0) this.#sample(startUs);
  }

  add(amount: number): void {
    this.#total += amount;
  }

  /** Moves the window so that it ends at `nowUs`. */
  advance(nowUs: number): void {
    if (nowUs < this.#nowUs) this.restart();
    this.#nowUs = nowUs;
    if (this.#samples === 0) return this.#sample(nowUs);
    while (this.#samples > 1 && this.#times[this.#at(1)]! <= nowUs - this.#windowUs) {
      this.#oldest = this.#at(1);
      this.#samples--;
    }
    const newestUs = this.#times[this.#at(this.#samples - 1)]!;
    if (nowUs - newestUs >= this.#windowUs / SAMPLES_PER_WINDOW) this.#sample(nowUs);
  }

  /** Forgets what was added: the next `advance` begins a new watch. */
  restart(): void {
    this.#samples = 0;
  }

  /** Growth within the window; undefined while too little of it has been watched. */
  get growth(): number | undefined {
    return this.#spanUs === undefined ? undefined : this.#total - this.#totals[this.#oldest]!;
  }

  /** Growth per second within the window; undefined while too little of it has been watched. */
  get perSecond(): number | undefined {
    const spanUs = this.#spanUs;
    return spanUs === undefined ? undefined : (this.#total - this.#totals[this.#oldest]!) / (spanUs / 1e6);
  }

  /** Whether the whole window has been watched. */
  get isFull(): boolean {
    return (this.#spanUs ?? 0) >= this.#windowUs;
  }

  get #spanUs(): number | undefined {
    if (this.#samples === 0) return undefined;
    const spanUs = this.#nowUs - this.#times[this.#oldest]!;
    return spanUs >= this.#windowUs * LEAST_SHARE ? spanUs : undefined;
  }

  #at(position: number): number {
    return (this.#oldest + position) % SAMPLES;
  }

  #sample(nowUs: number): void {
    const at = this.#at(this.#samples);
    this.#times[at] = nowUs;
    this.#totals[at] = this.#total;
    this.#samples++;
  }
}

/** `part` of `whole` by growth in their windows; undefined while either is, or nothing grew. */
export function ratioOf(part: SlidingTotal, whole: SlidingTotal): number | undefined {
  const of = whole.growth;
  const growth = part.growth;
  return growth === undefined || of === undefined || of === 0 ? undefined : growth / of;
}
