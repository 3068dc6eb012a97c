/**
 * The newest syncs of one disk that took unusually long: a disk has its bad moments without any fault, and whoever
 * asks later why a validator was late asks here. Memory is bounded; nothing follows from it in the run.
 */

/** Shorter ones hold no view up. */
const LONG_US = 16_000;

/** Long syncs remembered: minutes of a usual disk, seconds of a stalled one, whose fault is known anyhow. */
const REMEMBERED = 16;

/** Remembers them. */
export class LongSyncs {
  readonly #fromUs = new Float64Array(REMEMBERED);
  readonly #toUs = new Float64Array(REMEMBERED);
  #next = 0;

  /** A sync lasts so long; known when it begins. */
  note(fromUs: number, toUs: number): void {
    if (toUs - fromUs < LONG_US) return;
    this.#fromUs[this.#next] = fromUs;
    this.#toUs[this.#next] = toUs;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** How long the longest took of those that touch the span, microseconds; 0 when none does. */
  longestUs(fromUs: number, toUs: number): number {
    let longestUs = 0;
    for (let i = 0; i < REMEMBERED; i++) {
      const [beganUs = 0, endedUs = 0] = [this.#fromUs[i], this.#toUs[i]];
      if (beganUs <= toUs && endedUs > fromUs) longestUs = Math.max(longestUs, endedUs - beganUs);
    }
    return longestUs;
  }
}
