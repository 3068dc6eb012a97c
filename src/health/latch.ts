/**
 * Hysteresis: a level is entered when a value has been beyond its bound for long enough, and left when the value has
 * been well within it for long enough. A pure state machine per check and subject; time comes in with each value.
 *
 *   within -> beyond (since) -> entered -> back within (since) -> left
 *
 * No value (`undefined`) holds everything as it is for as long as an issue takes to settle, and ends it then: what cannot be
 * measured any more is no data.
 */
import type { Level } from './rule.js';

/** Settings of a latch. */
export interface LatchOptions {
  readonly level: Level;
  readonly worse: 'above' | 'below';
  /** Share of the bound by which a value must be back within it. */
  readonly slack: number;
  /** How long it must be back. */
  readonly settleUs: number;
}

/** One level of one check of one subject. */
export class Latch {
  readonly #options: LatchOptions;
  #beyondSinceUs: number | undefined;
  #withinSinceUs: number | undefined;
  #enteredAtUs: number | undefined;

  constructor(options: LatchOptions) {
    this.#options = options;
  }

  /** Since when the level holds; undefined while it does not. */
  get enteredAtUs(): number | undefined {
    return this.#enteredAtUs;
  }

  /** Takes the value of now. @returns whether it is beyond the bound */
  take(value: number | undefined, nowUs: number): boolean {
    const isBeyond = value !== undefined && this.#isBeyond(value, 0);
    if (isBeyond) this.#beyond(nowUs);
    else if (value === undefined || !this.#isBeyond(value, this.#options.slack)) this.#within(nowUs);
    // Between the two bounds nothing changes, and nothing is counted towards a change.
    else this.#beyondSinceUs = this.#withinSinceUs = undefined;
    return isBeyond;
  }

  /** Takes everything back at once: the subject may not be judged now. */
  reset(): void {
    this.#beyondSinceUs = this.#withinSinceUs = this.#enteredAtUs = undefined;
  }

  #beyond(nowUs: number): void {
    this.#withinSinceUs = undefined;
    this.#beyondSinceUs ??= nowUs;
    const { forUs = 0 } = this.#options.level;
    if (this.#enteredAtUs === undefined && nowUs - this.#beyondSinceUs >= forUs)
      this.#enteredAtUs = this.#beyondSinceUs;
  }

  #within(nowUs: number): void {
    this.#beyondSinceUs = undefined;
    this.#withinSinceUs ??= nowUs;
    if (nowUs - this.#withinSinceUs >= this.#options.settleUs) this.#enteredAtUs = undefined;
  }

  #isBeyond(value: number, slack: number): boolean {
    const { enter } = this.#options.level;
    // The bound itself must be able to clear: counts that are bounded by 0 have no value below it.
    return this.#options.worse === 'above' ? value > enter * (1 - slack) : value < enter * (1 + slack);
  }
}
