/**
 * How many spans may leave: so many per view, and so many per second with one second's worth at once. What
 * is beyond it is dropped here, so that a storm of failed views costs neither this process nor the
 * receiver more than was agreed.
 */
import type { Clock } from '../base/clock.js';

/** Bounds. */
export interface SpanLimits {
  readonly perView: number;
  readonly perSecond: number;
}

/** What was let through, and what was not, by reason. */
export interface Admitted {
  readonly admitted: number;
  readonly overView: number;
  readonly overRate: number;
}

/** Counts spans against their bounds. */
export class SpanBudget {
  readonly #limits: SpanLimits;
  readonly #clock: Pick<Clock, 'monoUs'>;
  #left: number;
  #atUs: number;

  constructor(limits: SpanLimits, clock: Pick<Clock, 'monoUs'>) {
    this.#limits = limits;
    this.#clock = clock;
    this.#left = limits.perSecond;
    this.#atUs = clock.monoUs();
  }

  /** How many of the `spans` of one view may leave now. */
  admit(spans: number): Admitted {
    const { perView, perSecond } = this.#limits;
    const nowUs = this.#clock.monoUs();
    this.#left = Math.min(perSecond, this.#left + ((nowUs - this.#atUs) / 1e6) * perSecond);
    this.#atUs = nowUs;
    const fitting = Math.min(spans, perView);
    const admitted = Math.min(fitting, Math.floor(this.#left));
    this.#left -= admitted;
    return { admitted, overView: spans - fitting, overRate: fitting - admitted };
  }
}
