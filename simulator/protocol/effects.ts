/**
 * What a replica asks of its host, and what it states. A replica has no clock, no network and no
 * disk: it is driven by inputs (start, receive, expired, persisted, built) and answers with these
 * calls, in an order that is part of the protocol: nothing signed is sent before it is durable.
 *
 * The host must not call back into the replica from inside an effect; it does so afterwards.
 */
import type { Opening, Block, Qc, Tc } from './block.js';
import type { EpochSet } from './epoch.js';
import type { Message, VoteMessage } from './messages.js';

/** Timers of a replica; setting one replaces the one of the same name. */
export const Timer = { view: 0, wait: 1, sync: 2 } as const;

/** Number of a timer. */
export type TimerName = (typeof Timer)[keyof typeof Timer];

/** What must survive a crash before a signature leaves. */
export interface SafetyRecord {
  readonly lock: Qc;
  /** Highest view in which this replica signed anything: proposal, vote or wish to leave. */
  readonly votedView: number;
  /** The epoch that the record is of; absent in the first. */
  readonly epoch?: number | undefined;
  /** The certificates that prove the view lawful, so that a restarted replica can take others along. */
  readonly highQc: Qc;
  readonly highDc: Qc | undefined;
  readonly highTc: Tc | undefined;
  /** The block voted for, kept so that a certified block is never lost by all. */
  readonly block: Block | undefined;
}

/** A record that is not durable yet, and what to do once it is. */
export interface Pending {
  readonly oldLock: Qc;
  readonly lock: Qc;
  readonly then: () => void;
}

/** What a replica asks its host to do. */
export interface Effects {
  /** Sends to one other replica. */
  send(to: number, message: Message): void;
  /** Sends to all other replicas. */
  broadcast(message: Message): void;
  /** Calls `expired(timer, view)` after `delayUs`. */
  setTimer(timer: TimerName, view: number, delayUs: number): void;
  /** Makes `record` durable, then calls `persisted()`; calls are answered in order. */
  persist(record: SafetyRecord): void;
  /** Makes a block for `view` upon `parent`, then calls `built(block)`. */
  build(view: number, parent: Block, justify: Qc, dc: Qc | undefined): void;
  /**
   * Blocks became final at once, ascending without a gap: the last one by certificates of its own, or
   * as the last of its epoch by those of `tip`, which trails it.
   */
  commit(blocks: readonly Block[], syncing: boolean, tip?: Block): void;
}

/** What let a replica enter a view. */
export type ViewTrigger = 'start' | 'qc' | 'tc' | 'timer' | 'dc' | 'sync';

/** Why a message was refused. */
export type Rejection =
  | 'below_lock'
  | 'duplicate'
  | 'future_view'
  | 'invalid_block'
  | 'invalid_certificate'
  | 'stale_epoch'
  | 'stale_view'
  | 'unknown_validator'
  | 'wrong_leader';

/** Why a certificate was refused. */
export type CertificateFault = 'below_quorum' | 'stale_epoch';

/** What a replica states about itself, after the fact is durable where it must be. */
export interface Observer {
  /** A new epoch begins here, or the process starts in one. */
  epochEntered(set: EpochSet, opening: Opening): void;
  viewEntered(view: number, trigger: ViewTrigger, leader: number, timeoutUs: number): void;
  viewTimedOut(view: number, leader: number, timeoutUs: number, consecutive: number): void;
  leaderWaited(view: number, path: 'responsive' | 'waited', statuses: number): void;
  statusSent(view: number, lockView: number): void;
  statusReceived(view: number, from: number, lockView: number): void;
  proposalSent(block: Block): void;
  proposalReceived(block: Block, from: number): void;
  proposalRejected(block: Block, from: number, reason: Rejection): void;
  voteSent(vote: VoteMessage, justifyView: number, lockView: number, to: number): void;
  voteReceived(vote: VoteMessage, from: number, late: boolean): void;
  voteRejected(vote: VoteMessage, from: number, reason: Rejection): void;
  qcFormed(qc: Qc): void;
  qcReceived(qc: Qc, from: number): void;
  dcFormed(dc: Qc): void;
  dcReceived(dc: Qc, from: number): void;
  certificateRejected(kind: 'qc' | 'dc' | 'tc', view: number, from: number, reason: CertificateFault): void;
  lockUpdated(lock: Qc, oldView: number): void;
  highQcUpdated(qc: Qc): void;
  wishSent(view: number, highQcView: number): void;
  wishReceived(view: number, from: number, highQcView: number): void;
  tcFormed(tc: Tc): void;
  tcReceived(tc: Tc, from: number): void;
  blockPruned(block: Block): void;
  syncStarted(fromHeight: number, toHeight: number): void;
  syncCompleted(fromHeight: number, toHeight: number, blocks: number): void;
  /** Certificates make a block final that conflicts with a final one: more than f are faulty. */
  safetyViolated(view: number, height: number): void;
  byzantineDetected(kind: 'double_vote' | 'double_proposal', validator: number, view: number): void;
}
