/**
 * A clock for a simulation that goes on step by step and lets its observers catch up after each. It moves only when it is
 * waited for; a wait is over when everybody has caught up, however long that takes.
 */
import { ManualClock, type Timer } from '../../src/base/clock.js';

const STEP_US = 50_000;

/** Whoever is waited for. */
export interface Follower {
  /** @param nowUs virtual time, microseconds since the Unix epoch */
  caughtUp?(nowUs: number): Promise<void>;
}

/** Time in steps. */
export class WaitingClock extends ManualClock {
  readonly #followers: readonly Follower[];

  /** @param startUs what time it is at the start */
  constructor(followers: readonly Follower[], startUs: number) {
    super(startUs);
    this.#followers = followers;
  }

  /** Calls `action` at the end of the step in which it is due, once all have caught up. */
  override after(delayUs: number, action: () => void): Timer {
    let isStopped = false;
    void this.#allCaughtUp().then(() => {
      if (isStopped) return;
      this.advance(Math.ceil(Math.max(1, delayUs) / STEP_US) * STEP_US);
      action();
    });
    return { stop: () => (isStopped = true) };
  }

  async #allCaughtUp(): Promise<void> {
    for (const one of this.#followers) await one.caughtUp?.(this.nowUs());
  }
}
