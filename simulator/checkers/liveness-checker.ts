/**
 * Watches that a run makes progress while it must (research 1.7). L1: with at most f validators
 * faulty and the network calm, a block is committed within the views that protocol and rotation need
 * (see liveness-limits), and in bounded time. Counting starts
 * anew with every fault that begins or ends. L2 and L4 are the pace checker's, which hears the same.
 */
import type { ViewTrigger } from '../protocol/effects.js';
import { PaceChecker } from './pace-checker.js';
import type { ViolationLog } from './violation.js';

/** What progress is measured by. */
interface LivenessLimits {
  readonly validators: number;
  /** A commit is due within so many views. */
  readonly windowViews: number;
  /** The most that may be faulty. */
  readonly maxFaulty: number;
  /** The longest a view may take: its largest timer, the leader's wait and some delays. */
  readonly longestViewUs: number;
  /** The longest that the messages of a view without faults take; undefined: not known. */
  readonly responsiveUs?: number | undefined;
  /** How long the first leader of an epoch may take to hear that it began; one delay. */
  readonly announceUs?: number | undefined;
  /** Positions of the set; all by default. */
  readonly members?: readonly number[] | undefined;
}

/** What a change of the validator set changes. */
type SetLimits = Required<Pick<LivenessLimits, 'windowViews' | 'maxFaulty'>> & {
  readonly members: readonly number[];
};

/** The liveness rules L1, L2 and L4. */
export class LivenessChecker {
  readonly #log: ViolationLog;
  #limits: LivenessLimits;
  readonly #pace: PaceChecker;
  #faultySet: ReadonlySet<number> = new Set();
  #faulty = 0;
  #highestView = 0;
  #sinceView = 0;
  #sinceUs = 0;
  #reported = false;

  constructor(log: ViolationLog, limits: LivenessLimits) {
    this.#log = log;
    this.#limits = limits;
    const { responsiveUs, announceUs = 0 } = limits;
    this.#pace = new PaceChecker(log, { ...limits, responsiveUs, announceUs });
  }

  /** A fault began or ended; `faulty` validators are faulty now: all, when the network is. */
  faultsChanged(atUs: number, faulty: ReadonlySet<number>): void {
    this.#faultySet = faulty;
    this.#pace.faultsChanged(atUs, faulty);
    this.#countFaulty();
    this.#restart(atUs);
  }

  /** An epoch began somewhere for the first time, since its last block before is final: with other limits. */
  setChanged(atUs: number, limits: SetLimits): void {
    this.#limits = { ...this.#limits, ...limits };
    this.#pace.setChanged(limits.members);
    this.#countFaulty();
    this.#restart(atUs);
  }

  /** A validator goes on in an epoch, whose first view is `view`. */
  epochEntered(validator: number, epoch: number, view: number): void {
    this.#pace.epochEntered(validator, epoch, view);
  }

  /** A validator holds a timeout certificate for `view`. */
  timeoutCertified(atUs: number, validator: number, view: number): void {
    this.#pace.timeoutCertified(atUs, validator, view);
  }

  viewEntered(atUs: number, validator: number, view: number, trigger: ViewTrigger): void {
    this.#pace.viewEntered(atUs, validator, view, trigger);
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
    this.#pace.checkPromise(atUs);
    this.#check(atUs);
  }

  #countFaulty(): void {
    const { members } = this.#limits;
    const faulty = this.#faultySet;
    this.#faulty = members?.filter((member) => faulty.has(member)).length ?? faulty.size;
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
