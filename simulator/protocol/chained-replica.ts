/**
 * Chained HotStuff-2 (research 1.2, 1.3, 1.5). One proposal and one vote per replica and view; the
 * vote goes to the leader of the next view, whose certificate is the next proposal's justify.
 *
 *   view v:   L_v --proposal(B_v, QC_v-1)--> all --vote--> L_v+1 forms QC_v
 *   commit B_w when QC_w and QC_w+1 exist and B_w+1 is the child of B_w
 *
 * Invariants: the view never decreases; at most one signature per view (a leader's proposal is its
 * vote); a vote needs rank(justify) >= rank(lock); the lock never decreases; nothing signed is sent
 * before lock and voted view are durable; blocks commit in height order, each once.
 */
import { genesisQc, type Block, type Qc, type Tc } from './block.js';
import { BallotBook } from './ballot.js';
import { BlockTree } from './block-tree.js';
import { CatchUp, type CatchUpHost } from './catch-up.js';
import type { Committee } from './committee.js';
import {
  Timer,
  type Effects,
  type Observer,
  type Rejection,
  type TimerName,
  type ViewTrigger,
} from './effects.js';
import { EpochPacemaker } from './epoch-pacemaker.js';
import {
  Kind,
  type Message,
  type ProposalMessage,
  type StatusMessage,
  type VoteMessage,
} from './messages.js';
import type { Pacemaker, PacemakerHost } from './pacemaker.js';
import type { Durable, Replica, ReplicaConfig } from './replica.js';
import type { Rotation } from './rotation.js';
import { StatusBook } from './status-book.js';
import { TimeoutPacemaker } from './timeout-pacemaker.js';

/** A collector keeps this many ballots, so that late votes are still recognised as such. */
const BALLOTS = 8;

/** Votes further ahead than this are refused: they cannot be honest unless we are far behind. */
const FUTURE_VIEWS = 1000;

/** What to do once the record is durable. */
type Pending =
  | { readonly kind: 'propose'; readonly block: Block; readonly tc: Tc | undefined; readonly oldLock: Qc }
  | { readonly kind: 'vote'; readonly block: Block; readonly oldLock: Qc }
  | { readonly kind: 'give_up'; readonly view: number };

/** One chained HotStuff-2 replica. */
export class ChainedReplica implements Replica, PacemakerHost, CatchUpHost {
  readonly self: number;
  readonly size: number;
  readonly committee: Committee;
  readonly rotation: Rotation;
  readonly effects: Effects;
  readonly observer: Observer;
  readonly tree: BlockTree;
  readonly syncTimeoutUs: number;
  readonly #leaderWaitUs: number;
  readonly #pacemaker: Pacemaker;
  readonly #catchUp: CatchUp;
  readonly #votes: BallotBook;
  readonly #statuses: StatusBook;
  readonly #pending: Pending[] = [];
  #view = 0;
  #lock: Qc = genesisQc;
  #highQc: Qc = genesisQc;
  #votedView = 0;
  /** Views up to here were given up: no vote that was still waiting for the disk may leave. */
  #givenUpView = 0;
  /** The view that we are making, or have made, a proposal for. */
  #proposingView = 0;
  /** The leader is free to propose but the block to extend is missing. */
  #blockedOnParent = false;
  /** The proposal accepted last, to notice a second one. */
  #accepted: { view: number; block: number } = { view: 0, block: 0 };
  /** A proposal for a view that we have not reached by our own timer yet. */
  #early: { from: number; proposal: ProposalMessage } | undefined;
  /** The view of the proposal in hand: entering it needs no status to its leader. */
  #inHand = 0;

  constructor(config: ReplicaConfig, durable: Durable, effects: Effects, observer: Observer) {
    this.self = config.self;
    this.committee = config.committee;
    this.size = config.committee.size;
    this.rotation = config.rotation;
    this.effects = effects;
    this.observer = observer;
    this.syncTimeoutUs = config.timers.viewTimeoutUs;
    this.#leaderWaitUs = config.leaderWaitUs;
    this.tree = new BlockTree(durable.ledger);
    this.#votes = new BallotBook(config.committee, BALLOTS);
    this.#statuses = new StatusBook(config.committee);
    this.#catchUp = new CatchUp(this);
    const { record } = durable;
    this.#pacemaker =
      config.pacemaker === 'timeout'
        ? new TimeoutPacemaker(this, config.timers, record?.highTc)
        : new EpochPacemaker(this, config.timers, record?.highTc);
    if (record !== undefined) {
      this.#lock = record.lock;
      this.#highQc = record.highQc;
      this.#votedView = record.votedView;
    }
    for (const block of durable.blocks) if (this.tree.has(block.parent)) this.tree.add(block);
  }

  get view(): number {
    return this.#view;
  }

  get highQc(): Qc {
    return this.#highQc;
  }

  get lockView(): number {
    return this.#lock.view;
  }

  get votedView(): number {
    return this.#votedView;
  }

  get committedHeight(): number {
    return this.tree.ledger.head.height;
  }

  get syncing(): boolean {
    return this.#catchUp.active;
  }

  openPathTo(block: Block): readonly Block[] {
    return this.tree.pathTo(block);
  }

  start(): void {
    // Both are views that we may be in lawfully: a certificate opens the next one.
    this.enter(Math.max(this.#votedView, this.#highQc.view + 1), 'start');
    this.#fetchIfMissing(this.#highQc, this.self);
  }

  receive(from: number, message: Message): void {
    switch (message.kind) {
      case Kind.proposal:
        return this.#receiveProposal(from, message);
      case Kind.vote1:
        return this.#receiveVote(from, message);
      case Kind.status:
        return this.#receiveStatus(from, message);
      case Kind.wish:
        return this.#pacemaker.receiveWish(from, message);
      case Kind.tc:
        return this.#pacemaker.receiveTc(from, message);
      case Kind.syncRequest:
        return this.#catchUp.serve(from, message);
      case Kind.syncResponse:
        this.#catchUp.receive(from, message);
        return this.#afterAdoption();
    }
  }

  expired(timer: TimerName, view: number): void {
    if (timer === Timer.view) this.#pacemaker.expired(view);
    else if (timer === Timer.sync) this.#catchUp.expired(view);
    else if (view === this.#view) this.#freeToPropose('waited');
  }

  persisted(): void {
    const pending = this.#pending.shift();
    if (pending === undefined) return;
    if (pending.kind === 'give_up') return this.#pacemaker.givenUp(pending.view);
    const { block, oldLock } = pending;
    if (block.justify.view > oldLock.view) this.observer.lockUpdated(block.justify, oldLock.view);
    if (block.view <= this.#givenUpView) return;
    if (pending.kind === 'propose') {
      this.effects.broadcast({ kind: Kind.proposal, view: block.view, block, tc: pending.tc });
      this.observer.proposalSent(block);
    }
    this.#sendVote(block);
  }

  built(block: Block): void {
    if (block.view !== this.#view || block.view <= this.#votedView) return;
    const highTc = this.#pacemaker.highTc;
    const tc = highTc !== undefined && highTc.view > block.justify.view + 1 ? highTc : undefined;
    this.#accepted = { view: block.view, block: block.id };
    this.tree.add(block);
    const oldLock = this.#sign(block);
    this.#persist({ kind: 'propose', block, tc, oldLock }, block);
  }

  // --- views

  enter(view: number, trigger: ViewTrigger): void {
    if (view <= this.#view) return;
    this.#view = view;
    this.#blockedOnParent = false;
    const leader = this.rotation.leader(view);
    this.observer.viewEntered(view, trigger, leader, this.#pacemaker.timeoutUs(trigger));
    this.#pacemaker.entered(view, trigger);
    if (leader === this.self) this.#lead();
    else if (this.#highQc.view < view - 1 && this.#inHand !== view) this.#sendStatus(leader);
    const early = this.#early;
    if (early === undefined || early.proposal.view > view) return;
    this.#early = undefined;
    if (early.proposal.view === view) this.#take(early.from, early.proposal);
  }

  giveUp(view: number): void {
    if (view <= this.#givenUpView) return;
    this.#givenUpView = view;
    if (this.#votedView >= view && this.#pending.length === 0) return this.#pacemaker.givenUp(view);
    this.#votedView = Math.max(this.#votedView, view);
    this.#persist({ kind: 'give_up', view }, undefined);
  }

  // --- leading

  #lead(): void {
    // Signed in this view before a crash: a second proposal would be equivocation.
    if (this.#view <= this.#votedView) return;
    if (this.#highQc.view === this.#view - 1) return this.#freeToPropose('responsive');
    this.#statuses.open(this.#view, this.self);
    if (this.#leaderWaitUs === 0 || this.#statuses.complete) return this.#freeToPropose('waited');
    this.effects.setTimer(Timer.wait, this.#view, this.#leaderWaitUs);
  }

  #freeToPropose(path: 'responsive' | 'waited'): void {
    if (this.#proposingView >= this.#view || this.#view <= this.#votedView) return;
    this.#proposingView = this.#view;
    this.observer.leaderWaited(this.#view, path, this.#statuses.count(this.#view));
    this.#build();
  }

  #build(): void {
    const parent = this.tree.get(this.#highQc.block);
    this.#blockedOnParent = parent === undefined;
    if (parent !== undefined) this.effects.build(this.#view, parent, this.#highQc);
  }

  #sendStatus(leader: number): void {
    const highTc = this.#pacemaker.highTc;
    const tc = highTc?.view === this.#view ? highTc : undefined;
    this.effects.send(leader, { kind: Kind.status, view: this.#view, highQc: this.#highQc, tc });
    this.observer.statusSent(this.#view, this.#highQc.view);
  }

  #receiveStatus(from: number, status: StatusMessage): void {
    if (this.rotation.leader(status.view) !== this.self) return;
    this.observer.statusReceived(status.view, from, status.highQc.view);
    this.#statuses.add(status.view, from);
    this.learnQc(status.highQc, from);
    if (status.tc !== undefined) this.#pacemaker.learnTc(status.tc, from);
    if (status.view === this.#view && this.#statuses.complete) this.#freeToPropose('waited');
  }

  // --- proposals

  #receiveProposal(from: number, proposal: ProposalMessage): void {
    const { block } = proposal;
    const refusal = this.#refusal(from, block);
    if (refusal !== undefined) {
      if (refusal === 'invalid_certificate')
        this.observer.certificateRejected('qc', block.justify.view, from);
      this.observer.proposalRejected(block, from, refusal);
      return;
    }
    this.#inHand = block.view;
    this.learnQc(block.justify, from);
    if (proposal.tc !== undefined) this.#pacemaker.learnTc(proposal.tc, from);
    this.#take(from, proposal);
    this.#afterAdoption();
  }

  #refusal(from: number, block: Block): Rejection | undefined {
    if (block.proposer !== from || this.rotation.leader(block.view) !== from) return 'wrong_leader';
    if (!this.#isCertificate(block.justify)) return 'invalid_certificate';
    return isWellFormed(block) ? undefined : 'invalid_block';
  }

  /** Everything about the proposal itself is in order; its view and its parent may still be missing. */
  #take(from: number, proposal: ProposalMessage): void {
    const { block } = proposal;
    if (block.view > this.#view) {
      if (this.#early === undefined || block.view < this.#early.proposal.view)
        this.#early = { from, proposal };
      return;
    }
    if (!this.tree.has(block.parent)) {
      if (block.height > this.committedHeight) this.#catchUp.keep({ from, proposal });
      else this.observer.proposalRejected(block, from, 'stale_view');
      return;
    }
    this.#accept(from, block);
  }

  #accept(from: number, block: Block): void {
    if (this.tree.has(block.id)) {
      if (this.#accepted.block === block.id) this.observer.proposalRejected(block, from, 'duplicate');
      return;
    }
    this.#insert(block);
    if (block.view < this.#view) return this.observer.proposalRejected(block, from, 'stale_view');
    if (this.#accepted.view === block.view) {
      this.observer.byzantineDetected('double_proposal', from, block.view);
      return this.observer.proposalRejected(block, from, 'duplicate');
    }
    if (block.justify.view < this.#lock.view)
      return this.observer.proposalRejected(block, from, 'below_lock');
    this.#accepted = { view: block.view, block: block.id };
    this.observer.proposalReceived(block, from);
    if (block.view <= this.#votedView) return;
    const oldLock = this.#sign(block);
    this.#persist({ kind: 'vote', block, oldLock }, block);
  }

  /** Raises lock and voted view for `block`; returns the lock before. */
  #sign(block: Block): Qc {
    const oldLock = this.#lock;
    if (block.justify.view > oldLock.view) this.#lock = block.justify;
    this.#votedView = block.view;
    return oldLock;
  }

  #persist(pending: Pending, block: Block | undefined): void {
    this.#pending.push(pending);
    const highTc = this.#pacemaker.highTc;
    this.effects.persist({
      lock: this.#lock,
      votedView: this.#votedView,
      highQc: this.#highQc,
      highTc,
      block,
    });
  }

  // --- votes and certificates

  #sendVote(block: Block): void {
    const collector = this.rotation.leader(block.view + 1);
    const vote: VoteMessage = { kind: Kind.vote1, view: block.view, block: block.id, height: block.height };
    this.observer.voteSent(block, this.#lock.view, collector);
    if (collector === this.self) this.#receiveVote(this.self, vote);
    else this.effects.send(collector, vote);
  }

  #receiveVote(from: number, vote: VoteMessage): void {
    if (this.rotation.leader(vote.view + 1) !== this.self)
      return this.observer.voteRejected(vote, from, 'wrong_leader');
    if (vote.view > this.#view + FUTURE_VIEWS) return this.observer.voteRejected(vote, from, 'future_view');
    const ballot = this.#votes.open(vote.view);
    if (ballot === undefined) return this.observer.voteRejected(vote, from, 'stale_view');
    const counted = ballot.add(from, vote.block);
    if (counted === 'duplicate') return this.observer.voteRejected(vote, from, 'duplicate');
    if (counted === 'conflict') {
      this.observer.byzantineDetected('double_vote', from, vote.view);
      return this.observer.voteRejected(vote, from, 'duplicate');
    }
    this.observer.voteReceived(vote, from, counted === 'late');
    if (counted !== 'closed' || ballot.quorum === undefined) return;
    const qc: Qc = { view: vote.view, block: vote.block, height: vote.height, signers: ballot.quorum };
    this.observer.qcFormed(qc);
    this.learnQc(qc, this.self);
  }

  #isCertificate(qc: Qc): boolean {
    return qc.view === 0 ? qc.block === 0 : this.committee.isQuorum(qc.signers);
  }

  learnQc(qc: Qc, from: number): void {
    if (qc.view <= this.#highQc.view) return;
    if (!this.#isCertificate(qc)) return this.observer.certificateRejected('qc', qc.view, from);
    if (from !== this.self) this.observer.qcReceived(qc, from);
    this.#highQc = qc;
    this.observer.highQcUpdated(qc);
    this.#commitBy(qc);
    if (qc.view >= this.#view) this.enter(qc.view + 1, 'qc');
    else if (qc.view === this.#view - 1 && this.rotation.leader(this.#view) === this.self)
      this.#freeToPropose('responsive');
    this.#fetchIfMissing(qc, from);
  }

  #fetchIfMissing(qc: Qc, from: number): void {
    if (!this.tree.has(qc.block)) this.#catchUp.need(qc.block, qc.height, from);
  }

  // --- chain

  adopt(block: Block, from: number): boolean {
    if (!this.tree.has(block.parent) || !isWellFormed(block) || !this.#isCertificate(block.justify))
      return false;
    this.learnQc(block.justify, from);
    this.#insert(block);
    return true;
  }

  #insert(block: Block): void {
    this.tree.add(block);
    this.#commitBy(block.justify);
    if (this.#highQc.block === block.id) this.#commitBy(this.#highQc);
  }

  /** Blocks that came may be what waiting proposals, or our own, were missing. */
  #afterAdoption(): void {
    let ready = this.#catchUp.takeReady();
    while (ready.length > 0) {
      for (const orphan of ready) this.#take(orphan.from, orphan.proposal);
      ready = this.#catchUp.takeReady();
    }
    if (this.#blockedOnParent && this.tree.has(this.#highQc.block)) this.#build();
  }

  /** `second` certifies a block whose own justify, one view below, certifies the parent: that is final. */
  #commitBy(second: Qc): void {
    const child = this.tree.get(second.block);
    if (child === undefined || child.justify.view + 1 !== second.view) return;
    const block = this.tree.get(child.parent);
    if (block === undefined || block.height <= this.committedHeight) return;
    const path = this.tree.pathTo(block);
    if (path[0]?.parent !== this.tree.ledger.head.id)
      return this.observer.safetyViolated(block.view, block.height);
    const syncing = this.#catchUp.active;
    const pruned = this.tree.finalize(path);
    this.effects.commit(path, syncing);
    for (const lost of pruned) this.observer.blockPruned(lost);
  }
}

/** The block extends what its certificate certifies, at the next height and in a higher view. */
function isWellFormed(block: Block): boolean {
  const { justify } = block;
  return block.parent === justify.block && block.height === justify.height + 1 && block.view > justify.view;
}
