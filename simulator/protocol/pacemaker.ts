/**
 * When a replica leaves a view that makes no progress. HotStuff-2 leaves this open (research 1.4), so
 * it is a part of its own: a pacemaker owns the view timer and the wishes, and moves the replica
 * through `PacemakerHost`. Certificates of votes always move a replica by themselves.
 *
 * A pacemaker never votes, never touches the lock, and sends a wish only after the replica has made
 * durable that it gave the view up.
 */
import type { Qc, Tc } from './block.js';
import type { Committee } from './committee.js';
import type { CertificateFault, Effects, Observer, ViewTrigger } from './effects.js';
import type { TcMessage, WishMessage } from './messages.js';
import type { Rotation } from './rotation.js';

/** What a pacemaker needs of its replica. */
export interface PacemakerHost {
  readonly self: number;
  readonly epoch: number;
  readonly committee: Committee;
  readonly rotation: Rotation;
  readonly effects: Effects;
  readonly observer: Observer;
  /** The view that the replica is in. */
  readonly view: number;
  /** The highest certificate that the replica knows. */
  readonly highQc: Qc;
  /** The highest double certificate that it knows; only where the protocol has them. */
  readonly highDc: Qc | undefined;
  /** Moves to a higher view. */
  enter(view: number, trigger: ViewTrigger): void;
  /** Never sign in `view` or below again; once durable, `Pacemaker.givenUp(view)` follows. */
  giveUp(view: number): void;
  /** Why a certificate is not one here. */
  faultOf(certificate: { readonly epoch: number }): CertificateFault;
  /** Takes a certificate that came along. */
  learnQc(qc: Qc, from: number): void;
  /** Takes a double certificate that came along. */
  learnDc(dc: Qc, from: number): void;
}

/** Moves a replica on when certificates do not. */
export interface Pacemaker {
  /** The highest timeout certificate known. */
  readonly highTc: Tc | undefined;
  /** The timer that the next view would run under, microseconds. */
  timeoutUs(trigger: ViewTrigger): number;
  /** The replica is now in `view`; starts the timer. */
  entered(view: number, trigger: ViewTrigger): void;
  /** The view timer fired. */
  expired(view: number): void;
  /** Giving `view` up is durable. */
  givenUp(view: number): void;
  /** A wish arrived. */
  receiveWish(from: number, wish: WishMessage): void;
  /** A timeout certificate arrived on its own. */
  receiveTc(from: number, message: TcMessage): void;
  /** A timeout certificate came with another message. */
  learnTc(tc: Tc, from: number): void;
}

/** How long views may take. */
export interface TimerOptions {
  /** The first timer, microseconds. */
  readonly viewTimeoutUs: number;
  /** What each consecutive failed view multiplies the timer by. */
  readonly backoffFactor: number;
  /** Where it stops growing, microseconds. */
  readonly maxTimeoutUs: number;
}

/** min(t0 * b^k, max), whole microseconds. */
export function backedOff(options: TimerOptions, failures: number): number {
  const grown = options.viewTimeoutUs * options.backoffFactor ** failures;
  return Math.round(Math.min(grown, options.maxTimeoutUs));
}
