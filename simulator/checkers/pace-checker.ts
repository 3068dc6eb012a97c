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
}

/** How many of the longest views it may take after a fault until everybody has what it missed. */
const SETTLING_VIEWS = 8;

/** The rules L2 and L4. */
export class PaceChecker {
  readonly #log: ViolationLog;
  readonly #limits: PaceLimits;
  readonly #views: Float64Array;
  #faulty: ReadonlySet<number> = new Set();
  #settledUs = 0;
  #promised: { readonly view: number; readonly byUs: number } | undefined;
  #newest = { view: 0, atUs: 0, responsive: false };

  constructor(log: ViolationLog, limits: PaceLimits) {
    this.#log = log;
    this.#limits = limits;
    this.#views = new Float64Array(limits.validators);
  }

  /** A fault began or ended. */
  faultsChanged(atUs: number, faulty: ReadonlySet<number>): void {
    this.#faulty = faulty;
    this.#promised = undefined;
    this.#settledUs = atUs + SETTLING_VIEWS * this.#limits.longestViewUs;
  }

  viewEntered(atUs: number, validator: number, view: number, trigger: ViewTrigger): void {
    this.checkPromise(atUs);
    if (validator < this.#limits.validators) this.#views[validator] = view;
    const before = this.#newest;
    if (view <= before.view) return;
    const calm = this.#faulty.size === 0 && before.atUs >= this.#settledUs;
    // By the certificate that opens views in its protocol: a double one in the basic form.
    const responsive = trigger === 'qc' || trigger === 'dc';
    this.#newest = { view, atUs, responsive };
    const { responsiveUs } = this.#limits;
    if (responsiveUs === undefined || !calm || !responsive) return;
    if (!before.responsive || view !== before.view + 1 || atUs - before.atUs <= responsiveUs) return;
    const detail = `took ${atUs - before.atUs} us, its messages ${responsiveUs} us at most`;
    this.#log.add('L4', atUs, { validators: [validator], view: before.view, detail });
  }

  /** A validator holds a timeout certificate for `view`. */
  timeoutCertified(atUs: number, validator: number, view: number): void {
    this.checkPromise(atUs);
    if (this.#promised !== undefined || this.#faulty.has(validator)) return;
    this.#promised = { view, byUs: atUs + this.#limits.longestViewUs };
  }

  /** Judges L2 once its time is over. */
  checkPromise(atUs: number): void {
    const promised = this.#promised;
    if (promised === undefined || atUs <= promised.byUs) return;
    this.#promised = undefined;
    const { view } = promised;
    const behind: number[] = [];
    this.#views.forEach((at, validator) => {
      if (at < view && !this.#faulty.has(validator)) behind.push(validator);
    });
    if (behind.length === 0) return;
    const detail = `certified ${this.#limits.longestViewUs} us ago, not entered by all`;
    this.#log.add('L2', atUs, { validators: behind, view, detail });
  }
}
