/**
 * Pacemaker (A) of research 1.4, after Lewis-Pye: views are grouped into epochs. Inside an epoch a
 * failed view ends by the local timer and costs no message. At the last view of an epoch a replica
 * whose timer fires stays, and sends a wish for the first view of the next epoch to its first f + 1
 * leaders. A leader with a quorum of wishes broadcasts the certificate. Each time the timer fires again
 * the wish is repeated, to all: after a crash the others may be epochs away, and whoever is ahead answers.
 *
 * A certificate of votes crosses an epoch boundary like any other view. The timer does not grow
 * inside an epoch, since replicas would drift apart: the factor is fixed when an epoch is entered.
 */
import type { Tc } from './block.js';
import { Timer } from './effects.js';
import { backedOff, type PacemakerHost, type TimerOptions } from './pacemaker.js';
import { WishPacemaker } from './wish-pacemaker.js';

/** Epochs of f + 1 views, so that each has an honest leader; view 1 is the first of the first. */
export class EpochPacemaker extends WishPacemaker {
  readonly #epochViews: number;
  /** The last view that gave up by its timer. */
  #expiredView = 0;
  #epoch = -1;
  #epochTimeoutUs = 0;

  constructor(host: PacemakerHost, timers: TimerOptions, restored: Tc | undefined) {
    super(host, timers, restored);
    this.#epochViews = host.committee.weakSize;
  }

  override timeoutUs(): number {
    const epoch = this.#epochOf(this.host.view);
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      // Epochs without any progress, not views: within one epoch all must keep the same timer.
      this.#epochTimeoutUs = backedOff(this.timers, Math.floor(this.failures / this.#epochViews));
    }
    return this.#epochTimeoutUs;
  }

  protected startTimer(view: number): void {
    this.host.effects.setTimer(Timer.view, view, this.timeoutUs());
  }

  expired(view: number): void {
    if (view !== this.host.view) return;
    const first = this.#expiredView !== view;
    this.#expiredView = view;
    if (!first) {
      this.#wishForNextEpoch(view, true);
      this.startTimer(view);
      return;
    }
    this.failures++;
    this.host.observer.viewTimedOut(view, this.host.rotation.leader(view), this.timeoutUs(), this.failures);
    if (this.#isLast(view)) this.startTimer(view);
    this.host.giveUp(view);
  }

  givenUp(view: number): void {
    if (view !== this.host.view) return;
    if (this.#isLast(view)) this.#wishForNextEpoch(view, false);
    else this.host.enter(view + 1, 'timer');
  }

  protected onWishCounted(): void {
    // No amplification: wishes go to leaders only.
  }

  protected onCertificate(tc: Tc, formedHere: boolean): void {
    if (!formedHere) return;
    const message = { ...this.tcMessage(), view: tc.view };
    this.host.effects.broadcast(message);
  }

  #wishForNextEpoch(view: number, repeated: boolean): void {
    const { host } = this;
    const wish = this.wish(view + 1, repeated);
    const leaders = new Set<number>();
    for (let next = 1; next <= this.#epochViews; next++) leaders.add(host.rotation.leader(view + next));
    if (repeated) host.effects.broadcast(wish);
    else for (const leader of leaders) if (leader !== host.self) host.effects.send(leader, wish);
    host.observer.wishSent(view + 1, host.highQc.view);
    // Last, because our own wish may complete the quorum and move the replica on.
    if (repeated || leaders.has(host.self)) this.countWish(host.self, view + 1);
  }

  #epochOf(view: number): number {
    return Math.floor((view - 1) / this.#epochViews);
  }

  #isLast(view: number): boolean {
    return view % this.#epochViews === 0;
  }
}
