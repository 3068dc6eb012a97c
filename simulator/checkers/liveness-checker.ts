/**
 * Watches that a run makes progress while it must (research 1.7, L1): with at most f validators
 * faulty and the network calm, a block is committed within n + 2 consecutive views (round robin; a
 * window that long holds three honest leaders in a row), and in bounded time. Counting starts
 * anew with every fault that begins or ends.
 */
import type { ViolationLog } from './violation.js';

/** What progress is measured by. */
interface LivenessLimits {
  /** A commit is due within so many views. */
  readonly windowViews: number;
  /** The most that may be faulty. */
  readonly maxFaulty: number;
  /** The longest a view may take: its largest timer, the leader's wait and some delays. */
  readonly longestViewUs: number;
}

/** The liveness rule L1. */
export class LivenessChecker {
  readonly #log: ViolationLog;
  readonly #limits: LivenessLimits;
  #faulty = 0;
  #highestView = 0;
  #sinceView = 0;
  #sinceUs = 0;
  #reported = false;

  constructor(log: ViolationLog, limits: LivenessLimits) {
    this.#log = log;
    this.#limits = limits;
  }

  /** A fault began or ended; `faulty` validators are faulty now. */
  faultsChanged(atUs: number, faulty: number): void {
    this.#faulty = faulty;
    this.#restart(atUs);
  }

  viewEntered(atUs: number, view: number): void {
    if (view <= this.#highestView) return;
    this.#highestView = view;
    this.#check(atUs);
  }

  /** The chain as a whole became longer. */
  committed(atUs: number): void {
    this.#restart(atUs);
  }

  /** To be called at the end of the run. */
  finished(atUs: number): void {
    this.#check(atUs);
  }

  #restart(atUs: number): void {
    this.#sinceView = this.#highestView;
    this.#sinceUs = atUs;
    this.#reported = false;
  }

  #check(atUs: number): void {
    if (this.#reported || this.#faulty > this.#limits.maxFaulty) return;
    const views = this.#highestView - this.#sinceView;
    const spentUs = atUs - this.#sinceUs;
    const { windowViews, longestViewUs } = this.#limits;
    if (views <= windowViews && spentUs <= windowViews * longestViewUs) return;
    this.#reported = true;
    this.#log.add('L1', atUs, {
      validators: [],
      view: this.#highestView,
      detail: `${views} views and ${spentUs} us without a commit, ${this.#faulty} faulty`,
    });
  }
}
