/**
 * How often something may be done for one reason: so many times at once, and so many more per second. Each reason has
 * an allowance of its own, so that a storm of one never uses up what another needs.
 */

/** What is left, by reason. The reasons are few, and named by whoever asks. */
export class Allowances {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #monoUs: () => number;
  readonly #left = new Map<string, { count: number; atUs: number }>();

  /** @param monoUs a clock that never goes back */
  constructor(burst: number, perSecond: number, monoUs: () => number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#monoUs = monoUs;
  }

  /** Takes one. @returns false when there is none */
  take(reason: string): boolean {
    const nowUs = this.#monoUs();
    const left = this.#left.get(reason) ?? { count: this.#burst, atUs: nowUs };
    this.#left.set(reason, left);
    const earned = ((nowUs - left.atUs) / 1e6) * this.#perSecond;
    left.count = Math.min(this.#burst, left.count + earned);
    left.atUs = nowUs;
    if (left.count < 1) return false;
    left.count--;
    return true;
  }
}
