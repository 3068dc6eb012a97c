/**
 * Watches that validators move together and at the network's speed (research 1.7):
 *
 *   L2  once a validator holds a timeout certificate, all that are not faulty are in its view, or above,
 *       within the time that one view may take
 *   L4  without faults, a view that was entered by a certificate and ends by one takes at most the time
 *       of its messages, whatever timers and waits are set to
 *
 * L4 is judged only where that time is known: ideal machines, unlimited uplinks, nothing lost.
 */
import type { ViewTrigger } from '../protocol/effects.js';
import type { ViolationLog } from './violation.js';

/** What is promised. */
interface PaceLimits {
  readonly validators: number;
  readonly longestViewUs: number;
  /** The longest that the messages of a view take; undefined: not known. */
  readonly responsiveUs: number | undefined;
  /** What the first view of an epoch may take longer. */
  readonly announceUs: number;
  /** Positions of the set; all by default. */
  readonly members?: readonly number[] | undefined;
}

/** How many of the longest views it may take after a fault until everybody has what it missed. */
const SETTLING_VIEWS = 8;

/** The rules L2 and L4. */
export class PaceChecker {
  readonly #log: ViolationLog;
  readonly #limits: PaceLimits;
  readonly #views: Float64Array;
  readonly #epochs: Float64Array;
  #members: ReadonlySet<number>;
  #firstView = 1;
  #faulty: ReadonlySet<number> = new Set();
  #settledUs = 0;
  #promised: { readonly epoch: number; readonly view: number; readonly byUs: number } | undefined;
  #newest = { view: 0, atUs: 0, responsive: false, isFirst: false };

  constructor(log: ViolationLog, limits: PaceLimits) {
    this.#log = log;
    this.#limits = limits;
    this.#views = new Float64Array(limits.validators);
    this.#epochs = new Float64Array(limits.validators);
    this.#members = new Set(limits.members ?? this.#views.keys());
  }

  /** A fault began or ended. */
  faultsChanged(atUs: number, faulty: ReadonlySet<number>): void {
    this.#faulty = faulty;
    this.#promised = undefined;
    this.#settledUs = atUs + SETTLING_VIEWS * this.#limits.longestViewUs;
  }

  /** Other validators are of the set from now on. */
  setChanged(members: readonly number[]): void {
    this.#members = new Set(members);
  }

  /** A validator goes on in an epoch, whose first view is `view`; views are compared within an epoch. */
  epochEntered(validator: number, epoch: number, view: number): void {
    this.#firstView = view;
    if (validator >= this.#limits.validators || this.#epochs[validator] === epoch) return;
    this.#epochs[validator] = epoch;
    this.#views[validator] = 0;
  }

  viewEntered(atUs: number, validator: number, view: number, trigger: ViewTrigger): void {
    this.checkPromise(atUs);
    if (validator < this.#limits.validators) this.#views[validator] = view;
    const before = this.#newest;
    if (view <= before.view) return;
    const calm = this.#faulty.size === 0 && before.atUs >= this.#settledUs;
    // By the certificate that opens views in its protocol: a double one in the basic form.
    const responsive = trigger === 'qc' || trigger === 'dc';
    this.#newest = { view, atUs, responsive, isFirst: view === this.#firstView };
    const { responsiveUs, announceUs } = this.#limits;
    if (responsiveUs === undefined || !calm || !responsive) return;
    const mostUs = before.isFirst ? responsiveUs + announceUs : responsiveUs;
    if (!before.responsive || view !== before.view + 1 || atUs - before.atUs <= mostUs) return;
    const detail = `took ${atUs - before.atUs} us, its messages ${mostUs} us at most`;
    this.#log.add('L4', atUs, { validators: [validator], view: before.view, detail });
  }

  /** A validator holds a timeout certificate for `view`. */
  timeoutCertified(atUs: number, validator: number, view: number): void {
    this.checkPromise(atUs);
    if (this.#promised !== undefined || this.#faulty.has(validator)) return;
    const epoch = this.#epochs[validator] ?? 0;
    this.#promised = { epoch, view, byUs: atUs + this.#limits.longestViewUs };
  }

  /** Judges L2 once its time is over. */
  checkPromise(atUs: number): void {
    const promised = this.#promised;
    if (promised === undefined || atUs <= promised.byUs) return;
    this.#promised = undefined;
    const { epoch, view } = promised;
    const behind: number[] = [];
    this.#views.forEach((at, validator) => {
      const theirs = this.#epochs[validator] ?? 0;
      if (this.#faulty.has(validator) || !this.#members.has(validator)) return;
      if (theirs < epoch || (theirs === epoch && at < view)) behind.push(validator);
    });
    if (behind.length === 0) return;
    const detail = `certified ${this.#limits.longestViewUs} us ago, not entered by all`;
    this.#log.add('L2', atUs, { validators: behind, view, detail });
  }
}
