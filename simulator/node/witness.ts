/**
 * Hears what one replica states and passes it on: to the run's digest, to the checkers, to the tally,
 * and to the node's own events where it has hooks. Without hooks it costs next to nothing.
 */
import { Code } from '../core/digest.js';
import type { Opening, Block, Qc, Tc } from '../protocol/block.js';
import type { CertificateFault, Observer, Rejection, ViewTrigger } from '../protocol/effects.js';
import type { EpochSet } from '../protocol/epoch.js';
import { Kind, type VoteMessage } from '../protocol/messages.js';
import type { ConsensusReporter } from './consensus-reporter.js';
import type { NodeWorld } from './world.js';

const triggerCodes: Readonly<Record<ViewTrigger, number>> = {
  start: 0,
  qc: 1,
  tc: 2,
  timer: 3,
  dc: 4,
  sync: 5,
};

/** The observer of one replica. */
export class Witness implements Observer {
  readonly #world: NodeWorld;
  readonly #node: number;
  readonly #events: ConsensusReporter | undefined;

  constructor(world: NodeWorld, node: number, events: ConsensusReporter | undefined) {
    this.#world = world;
    this.#node = node;
    this.#events = events;
  }

  epochEntered(set: EpochSet, opening: Opening): void {
    const { nowUs, digest } = this.#world;
    digest.record(Code.epochEntered, nowUs, this.#node, set.epoch, opening.view, opening.root.id);
    this.#world.epochEntered(this.#node, set.epoch, opening.view);
    this.#events?.epochEntered(set, opening);
  }

  viewEntered(view: number, trigger: ViewTrigger, leader: number, timeoutUs: number): void {
    const { nowUs, digest, safety, leaderWait, tally } = this.#world;
    digest.record(Code.viewEntered, nowUs, this.#node, view, triggerCodes[trigger], leader);
    safety.viewEntered(nowUs, this.#node, view);
    leaderWait?.viewEntered(nowUs, this.#node);
    tally.viewEntered(nowUs, view);
    this.#world.viewEntered(this.#node, view, trigger);
    this.#events?.viewEntered(view, trigger, leader, timeoutUs);
  }

  viewTimedOut(view: number, leader: number, timeoutUs: number, consecutive: number): void {
    this.#world.digest.record(Code.viewTimedOut, this.#world.nowUs, this.#node, view, consecutive, 0);
    this.#world.tally.viewTimedOut(view);
    this.#events?.viewTimedOut(view, leader, timeoutUs, consecutive);
  }

  leaderWaited(view: number, path: 'responsive' | 'waited', statuses: number): void {
    this.#world.leaderWait?.freeToPropose(this.#world.nowUs, this.#node, view, path);
    this.#events?.leaderWaited(view, path, statuses);
  }

  statusSent(view: number, lockView: number): void {
    this.#events?.statusSent(view, lockView);
  }

  statusReceived(view: number, from: number, lockView: number): void {
    this.#world.leaderWait?.statusReceived(this.#node, view, from);
    this.#events?.statusReceived(view, from, lockView);
  }

  proposalSent(block: Block): void {
    const { nowUs, digest, safety, tally } = this.#world;
    digest.record(Code.proposed, nowUs, this.#node, block.view, block.id, block.justify.view);
    safety.proposed(nowUs, this.#node, block);
    this.#world.leaderWait?.proposed(nowUs, this.#node, block);
    tally.proposed();
    this.#events?.proposalSent(block);
  }

  proposalReceived(block: Block, from: number): void {
    this.#events?.proposalReceived(block, from);
  }

  proposalRejected(block: Block, from: number, reason: Rejection): void {
    this.#events?.proposalRejected(block, from, reason);
  }

  voteSent(vote: VoteMessage, justifyView: number, lockView: number, to: number): void {
    const { nowUs, digest, safety } = this.#world;
    const second = vote.kind === Kind.vote2;
    digest.record(second ? Code.votedAgain : Code.voted, nowUs, this.#node, vote.view, vote.block, lockView);
    if (second) safety.votedAgain(nowUs, this.#node, vote.view);
    else safety.voted(nowUs, this.#node, vote.view, justifyView);
    this.#events?.voteSent(vote, justifyView, lockView, to);
  }

  voteReceived(vote: VoteMessage, from: number, late: boolean): void {
    this.#events?.voteReceived(vote, from, late);
  }

  voteRejected(vote: VoteMessage, from: number, reason: Rejection): void {
    this.#events?.voteRejected(vote, from, reason);
  }

  qcFormed(qc: Qc): void {
    const { nowUs, digest, safety } = this.#world;
    digest.record(Code.certified, nowUs, this.#node, qc.view, qc.block, qc.height);
    safety.certified(nowUs, this.#node, qc);
    this.#events?.qcFormed(qc);
  }

  qcReceived(qc: Qc, from: number): void {
    this.#events?.qcReceived(qc, from);
  }

  dcFormed(dc: Qc): void {
    const { nowUs, digest, safety } = this.#world;
    digest.record(Code.doubleCertified, nowUs, this.#node, dc.view, dc.block, dc.height);
    safety.doubleCertified(nowUs, this.#node, dc);
    this.#events?.dcFormed(dc);
  }

  dcReceived(dc: Qc, from: number): void {
    this.#events?.dcReceived(dc, from);
  }

  certificateRejected(kind: 'qc' | 'dc' | 'tc', view: number, from: number, reason: CertificateFault): void {
    this.#events?.certificateRejected(kind, view, from, reason);
  }

  lockUpdated(lock: Qc, oldView: number): void {
    this.#world.safety.locked(this.#world.nowUs, this.#node, lock);
    this.#events?.lockUpdated(lock, oldView);
  }

  highQcUpdated(qc: Qc): void {
    this.#events?.highQcUpdated(qc);
  }

  wishSent(view: number, highQcView: number): void {
    this.#events?.wishSent(view, highQcView);
  }

  wishReceived(view: number, from: number, highQcView: number): void {
    this.#events?.wishReceived(view, from, highQcView);
  }

  tcFormed(tc: Tc): void {
    this.#world.digest.record(Code.timeoutCertified, this.#world.nowUs, this.#node, tc.view, 0, 0);
    this.#world.timeoutCertified(this.#node, tc.view);
    this.#events?.tcFormed(tc);
  }

  tcReceived(tc: Tc, from: number): void {
    this.#world.timeoutCertified(this.#node, tc.view);
    this.#events?.tcReceived(tc, from);
  }

  blockPruned(block: Block): void {
    this.#events?.blockPruned(block);
  }

  syncStarted(fromHeight: number, toHeight: number): void {
    this.#events?.syncStarted(fromHeight, toHeight);
  }

  syncCompleted(fromHeight: number, toHeight: number, blocks: number): void {
    this.#events?.syncCompleted(fromHeight, toHeight, blocks);
  }

  safetyViolated(view: number, height: number): void {
    this.#events?.safetyViolated(view, height);
  }

  byzantineDetected(kind: 'double_vote' | 'double_proposal', validator: number, view: number): void {
    this.#events?.byzantineDetected(kind, validator, view);
  }
}
