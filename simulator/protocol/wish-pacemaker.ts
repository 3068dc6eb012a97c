/**
 * What both pacemakers share: ballots of wishes, certificates made of them or received, and the
 * answer to a replica that lags behind. A wish carries the sender's highest certificates; an answer
 * goes only to senders that are behind, so that a view that fails for all costs no extra messages.
 *
 * Invariant: the replica enters a view by a timeout certificate only when a quorum wished for it.
 */
import type { Tc } from './block.js';
import { BallotBook, type Ballot } from './ballot.js';
import type { ViewTrigger } from './effects.js';
import { Kind, type TcMessage, type WishMessage } from './messages.js';
import { backedOff, type Pacemaker, type PacemakerHost, type TimerOptions } from './pacemaker.js';

/** Wishes for this many views are counted at a time: more than honest replicas can be apart in. */
const BALLOTS = 64;

/** All wishes for one view are on the same subject. */
const SUBJECT = 0;

/** The common half of a pacemaker; a subclass says what an expired timer and a formed certificate do. */
export abstract class WishPacemaker implements Pacemaker {
  protected readonly host: PacemakerHost;
  protected readonly timers: TimerOptions;
  /** Views in a row that failed here. */
  protected failures = 0;
  readonly #wishes: BallotBook;
  #highTc: Tc | undefined;

  /** @param restored the certificate found on disk */
  constructor(host: PacemakerHost, timers: TimerOptions, restored: Tc | undefined) {
    this.host = host;
    this.timers = timers;
    this.#highTc = restored;
    this.#wishes = new BallotBook(host.committee, BALLOTS);
  }

  get highTc(): Tc | undefined {
    return this.#highTc;
  }

  timeoutUs(trigger: ViewTrigger): number {
    return backedOff(this.timers, trigger === 'qc' || trigger === 'dc' ? 0 : this.failures);
  }

  entered(view: number, trigger: ViewTrigger): void {
    if (trigger === 'qc' || trigger === 'dc') this.failures = 0;
    this.#wishes.forget(view);
    this.startTimer(view, trigger);
  }

  abstract expired(view: number): void;
  abstract givenUp(view: number): void;

  receiveWish(from: number, wish: WishMessage): void {
    this.host.observer.wishReceived(wish.view, from, wish.highQc.view);
    this.host.learnQc(wish.highQc, from);
    if (wish.dc !== undefined) this.host.learnDc(wish.dc, from);
    if (wish.tc !== undefined) this.learnTc(wish.tc, from);
    const { view } = this.host;
    if (wish.view > view) this.countWish(from, wish.view);
    else if (wish.view < view || wish.repeated) this.#answer(from);
  }

  receiveTc(from: number, message: TcMessage): void {
    this.host.learnQc(message.highQc, from);
    if (message.dc !== undefined) this.host.learnDc(message.dc, from);
    if (message.tc !== undefined) this.learnTc(message.tc, from);
  }

  learnTc(tc: Tc, from: number): void {
    if (tc.view <= this.host.view) return;
    if (tc.epoch !== this.host.epoch || !this.host.committee.isQuorum(tc.signers)) {
      this.host.observer.certificateRejected('tc', tc.view, from, this.host.faultOf(tc));
      return;
    }
    this.#highTc = tc;
    this.host.observer.tcReceived(tc, from);
    this.onCertificate(tc, false);
    this.host.enter(tc.view, 'tc');
  }

  /** Counts a wish, also our own, and forms the certificate when it completes the quorum. */
  protected countWish(from: number, view: number): void {
    const ballot = this.#wishes.open(view);
    if (ballot === undefined) return;
    if (ballot.add(from, SUBJECT) === 'closed') this.#form(view, ballot);
    else this.onWishCounted(view, ballot.powerOf(SUBJECT));
  }

  /** The wish message for `view` with what we know. */
  protected wish(view: number, repeated: boolean): WishMessage {
    const { highQc, highDc: dc } = this.host;
    return { kind: Kind.wish, view, highQc, dc, tc: this.#highTc, repeated };
  }

  /** The timeout certificate on its own. */
  protected tcMessage(): TcMessage {
    const { view, highQc, highDc: dc } = this.host;
    return { kind: Kind.tc, view, tc: this.#highTc, highQc, dc };
  }

  /** Starts the timer of a view just entered. */
  protected abstract startTimer(view: number, trigger: ViewTrigger): void;

  /** A wish for `view` was counted, which now has `power` behind it but no quorum. */
  protected abstract onWishCounted(view: number, power: number): void;

  /** A certificate was formed here or received for the first time; the replica has not entered yet. */
  protected abstract onCertificate(tc: Tc, formedHere: boolean): void;

  #form(view: number, ballot: Ballot): void {
    if (view <= this.host.view || ballot.quorum === undefined) return;
    const tc = { view, epoch: this.host.epoch, signers: ballot.quorum };
    this.#highTc = tc;
    this.host.observer.tcFormed(tc);
    this.onCertificate(tc, true);
    this.host.enter(view, 'tc');
  }

  #answer(to: number): void {
    if (to !== this.host.self) this.host.effects.send(to, this.tcMessage());
  }
}
