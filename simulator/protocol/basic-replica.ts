/**
 * Basic (two-phase) HotStuff-2 (research 1.1, 1.2): one block per view, decided within it.
 *
 *   view v:   L_v --proposal(B, QC, DC)--> all --vote1--> L_v forms QC_v(B)
 *             L_v --prepare(QC_v)--> all lock it --vote2--> L_v+1 forms DC_v(B), and brings it along
 *
 * or, as the other documented form, vote2 goes to L_v, which broadcasts the DC (decide) and so
 * survives a crashed L_v+1. A DC commits its block and opens the next view; a QC does neither.
 *
 * Invariants beyond those of the core: vote2 only for the QC of the view that the replica is in and
 * has not given up, once, after the lock is durable. A late QC may be learnt and locked later, but
 * never voted for: otherwise a QC that was hidden until now could still become final.
 */
import type { Block, Qc } from './block.js';
import { Timer, type Effects, type Observer } from './effects.js';
import {
  Kind,
  type DecideMessage,
  type PrepareMessage,
  type VoteMessage,
  type VotingMessage,
} from './messages.js';
import type { Durable, ReplicaConfig } from './replica.js';
import { ReplicaCore } from './replica-core.js';
import { VoteCollector } from './vote-collector.js';

/** One replica of basic HotStuff-2. */
export class BasicReplica extends ReplicaCore {
  readonly #votes1: VoteCollector;
  readonly #votes2: VoteCollector;
  readonly #explicitDecide: boolean;
  readonly #votesLate: boolean;
  /** A certificate of this view was voted for in the second phase, or may have been before a crash. */
  #vote2View: number;
  #highDc: Qc | undefined;

  constructor(config: ReplicaConfig, durable: Durable, effects: Effects, observer: Observer) {
    super(config, durable, effects, observer);
    this.#explicitDecide = config.vote2To === 'leader';
    this.#votesLate = config.negativeControls?.lateVote2 === true;
    this.#votes1 = new VoteCollector(this, (view) => this.rotation.leader(view));
    this.#votes2 = new VoteCollector(this, (view) => this.#collector2(view));
    // The record does not say whether the last view was voted in or given up, so it counts as given up.
    this.#vote2View = durable.record?.votedView ?? 0;
    this.#highDc = durable.record?.highDc;
  }

  get highDc(): Qc | undefined {
    return this.#highDc;
  }

  protected get openedView(): number {
    return Math.max(this.#highDc?.view ?? 0, this.firstView - 1);
  }

  protected openedBy(block: Block): number {
    return block.dc?.view ?? 0;
  }

  protected lockFor(block: Block): Qc {
    return block.justify;
  }

  protected vote(block: Block): void {
    const { view, id, height } = block;
    const { opening } = this;
    const vote: VoteMessage = { kind: Kind.vote1, view, block: id, height, qc: undefined, opening };
    this.#cast(vote, block.justify.view, this.rotation.leader(view));
  }

  protected receiveVoting(from: number, message: VotingMessage): void {
    switch (message.kind) {
      case Kind.vote1:
        return this.#receiveVote1(from, message);
      case Kind.vote2:
        return this.#receiveVote2(from, message);
      case Kind.prepare:
        return this.#receivePrepare(from, message);
      case Kind.decide:
        return this.#receiveDecide(from, message);
    }
  }

  /** A certificate of a view that we have not reached: a quorum is there, so that we may follow. */
  protected certified(qc: Qc): void {
    if (qc.view > this.view) this.enter(qc.view, 'sync');
  }

  learnDc(dc: Qc, from: number): void {
    if (dc.view <= this.openedView || this.closing !== undefined) return;
    if (!this.isCertificate(dc))
      return this.observer.certificateRejected('dc', dc.view, from, this.faultOf(dc));
    if (from !== this.self) this.observer.dcReceived(dc, from);
    this.#highDc = dc;
    this.#commitBy(dc);
    if (dc.view >= this.view) this.enter(dc.view + 1, 'dc');
    this.fetchIfMissing(dc, from);
  }

  protected conclude(block: Block): void {
    if (block.dc !== undefined) this.#commitBy(block.dc);
    if (this.#highDc?.block === block.id) this.#commitBy(this.#highDc);
  }

  protected hasHeardEnough(): boolean {
    return this.leaderWaitUs === 0 || this.statuses.complete;
  }

  protected waitForStatuses(): void {
    this.effects.setTimer(Timer.wait, this.view, this.leaderWaitUs);
  }

  #receiveVote1(from: number, vote: VoteMessage): void {
    const qc = this.#votes1.add(from, vote);
    if (qc === undefined) return;
    this.observer.qcFormed(qc);
    this.learnQc(qc, this.self);
    const prepare: PrepareMessage = { kind: Kind.prepare, view: qc.view, qc };
    this.effects.broadcast(prepare);
    this.#voteFor(qc);
  }

  #receivePrepare(from: number, { qc }: PrepareMessage): void {
    if (this.rotation.leader(qc.view) !== from) return;
    if (!this.isCertificate(qc))
      return this.observer.certificateRejected('qc', qc.view, from, this.faultOf(qc));
    this.learnQc(qc, from);
    this.#voteFor(qc);
  }

  /** The second vote, for what the first votes certified. */
  #voteFor(qc: Qc): void {
    if (qc.view <= this.#vote2View || !this.#mayVoteFor(qc)) return;
    this.#vote2View = qc.view;
    this.safety.raiseVotedView(qc.view);
    this.safety.persist(qc, undefined, () => {
      if (!this.#mayVoteFor(qc)) return;
      const { view, block, height } = qc;
      const { opening } = this;
      this.#cast({ kind: Kind.vote2, view, block, height, qc, opening }, view, this.#collector2(view));
    });
  }

  #mayVoteFor(qc: Qc): boolean {
    return this.#votesLate || (qc.view === this.view && qc.view > this.safety.givenUpView);
  }

  #receiveVote2(from: number, vote: VoteMessage): void {
    const { qc } = vote;
    if (qc?.block !== vote.block || qc.view !== vote.view || !this.isCertificate(qc))
      return this.observer.voteRejected(vote, from, 'invalid_certificate');
    const dc = this.#votes2.add(from, vote);
    if (dc === undefined) return;
    this.observer.dcFormed(dc);
    if (this.#explicitDecide) {
      const decide: DecideMessage = { kind: Kind.decide, view: dc.view, qc, dc };
      this.effects.broadcast(decide);
    }
    this.learnQc(qc, this.self);
    this.learnDc(dc, this.self);
  }

  #receiveDecide(from: number, { qc, dc }: DecideMessage): void {
    this.learnQc(qc, from);
    this.learnDc(dc, from);
  }

  #cast(vote: VoteMessage, justifyView: number, to: number): void {
    this.observer.voteSent(vote, justifyView, this.lockView, to);
    if (to === this.self) this.receiveVoting(to, vote);
    else this.effects.send(to, vote);
  }

  #collector2(view: number): number {
    return this.rotation.leader(this.#explicitDecide ? view : view + 1);
  }

  #commitBy(dc: Qc): void {
    const block = this.tree.get(dc.block);
    if (block !== undefined) this.commitUpTo(block, dc);
  }
}
