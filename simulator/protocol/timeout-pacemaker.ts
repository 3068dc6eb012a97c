/**
 * Pacemaker (B) of research 1.4: every failed view ends by a timeout certificate of its own. A replica
 * whose timer fires gives the view up and broadcasts a wish for the next; a quorum of wishes is a
 * certificate that everybody forms by itself; f + 1 wishes make a replica join (Bracha amplification).
 *
 * Messages per failed view: n - 1 per live replica, and one status each to the new leader. While a
 * view is stuck the wish is repeated, under a timer that keeps growing up to its cap.
 */
import { Timer, type ViewTrigger } from './effects.js';
import { backedOff } from './pacemaker.js';
import { WishPacemaker } from './wish-pacemaker.js';

/** Timeout certificate per view, all to all. */
export class TimeoutPacemaker extends WishPacemaker {
  /** How often the timer fired in this view. */
  #expiries = 0;
  /** The highest view wished for. */
  #wished = 0;

  protected startTimer(view: number, trigger: ViewTrigger): void {
    this.#expiries = 0;
    this.host.effects.setTimer(Timer.view, view, this.timeoutUs(trigger));
  }

  expired(view: number): void {
    if (view !== this.host.view) return;
    this.#expiries++;
    const leader = this.host.rotation.leader(view);
    if (this.#expiries === 1) {
      const timeoutUs = backedOff(this.timers, this.failures);
      this.failures++;
      this.host.observer.viewTimedOut(view, leader, timeoutUs, this.failures);
    }
    const next = backedOff(this.timers, this.failures + this.#expiries - 1);
    this.host.effects.setTimer(Timer.view, view, next);
    if (this.#wished <= view) this.host.giveUp(view);
    else if (this.#expiries > 1) this.#send(this.#wished, true);
  }

  givenUp(view: number): void {
    // Something else may have moved the replica while the disk was busy.
    if (view < this.host.view || this.#wished > view) return;
    this.#wished = view + 1;
    this.#send(this.#wished, false);
  }

  protected onWishCounted(view: number, power: number): void {
    if (this.#wished < view && power >= this.host.committee.weakPower) this.host.giveUp(view - 1);
  }

  protected onCertificate(): void {
    // Everybody forms the certificate from the same wishes; laggards get it with proposal or answer.
  }

  #send(view: number, repeated: boolean): void {
    this.host.effects.broadcast(this.wish(view, repeated));
    this.host.observer.wishSent(view, this.host.highQc.view);
    if (!repeated) this.countWish(this.host.self, view);
  }
}
