/**
 * What every HotStuff replica does alike (research 1.2, 1.3): views and their pacemaker, leading after
 * the responsive or the waited entry, accepting proposals, signing only what is durable, fetching
 * what is missing, committing paths of blocks. A subclass adds the phases: who collects votes, what
 * certificates open the next view, what is locked, and what is final.
 *
 * Invariants: the view never decreases; at most one vote1 per view (a leader's proposal is its vote);
 * a vote needs rank(justify) >= rank(lock); the lock never decreases; nothing signed is sent before
 * lock and voted view are durable; blocks commit in height order, each once.
 */
import { type Opening, epochOf, genesisQc, isWellFormed, type Block, type Qc } from './block.js';
import { BlockTree } from './block-tree.js';
import { CatchUp, type CatchUpHost } from './catch-up.js';
import type { Committee } from './committee.js';
import {
  Timer,
  type CertificateFault,
  type Effects,
  type Observer,
  type Rejection,
  type TimerName,
  type ViewTrigger,
} from './effects.js';
import { openingAfter, openingAbove } from './epoch.js';
import { EpochPacemaker } from './epoch-pacemaker.js';
import {
  Kind,
  type Message,
  type ProposalMessage,
  type StatusMessage,
  type VotingMessage,
} from './messages.js';
import type { Pacemaker, PacemakerHost } from './pacemaker.js';
import { COMMIT_DEPTH, type Durable, type Replica, type ReplicaConfig } from './replica.js';
import type { Rotation } from './rotation.js';
import { SafetyKeeper } from './safety-keeper.js';
import { StatusBook } from './status-book.js';
import { TimeoutPacemaker } from './timeout-pacemaker.js';

/** A replica without its phases. */
export abstract class ReplicaCore implements Replica, PacemakerHost, CatchUpHost {
  readonly self: number;
  readonly size: number;
  readonly committee: Committee;
  readonly rotation: Rotation;
  readonly effects: Effects;
  readonly observer: Observer;
  readonly tree: BlockTree;
  readonly syncTimeoutUs: number;
  readonly epoch: number;
  readonly lastHeight: number;
  /** Whether it is of the set: others follow, and sign nothing. */
  readonly isMember: boolean;
  /** What everybody of the epoch holds before its first view. */
  readonly #root: Qc;
  readonly #depth: number;
  #opening: Opening | undefined;
  #closing: Opening | undefined;
  protected readonly leaderWaitUs: number;
  protected readonly statuses: StatusBook;
  readonly #pacemaker: Pacemaker;
  readonly #catchUp: CatchUp;
  protected readonly safety: SafetyKeeper;
  #view = 0;
  #highQc: Qc = genesisQc;
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
    this.epoch = config.set?.epoch ?? 0;
    this.lastHeight = config.set?.lastHeight ?? Number.POSITIVE_INFINITY;
    this.isMember = config.committee.includes(config.self);
    this.#opening = config.opening;
    this.#root = config.opening?.certificate ?? genesisQc;
    this.#depth = COMMIT_DEPTH[config.protocol];
    this.syncTimeoutUs = config.timers.viewTimeoutUs;
    this.leaderWaitUs = config.negativeControls?.noLeaderWait === true ? 0 : config.leaderWaitUs;
    this.tree = new BlockTree(durable.ledger);
    this.statuses = new StatusBook(config.committee);
    this.#catchUp = new CatchUp(this);
    const { record } = durable;
    this.#pacemaker =
      config.pacemaker === 'timeout'
        ? new TimeoutPacemaker(this, config.timers, record?.highTc)
        : new EpochPacemaker(this, config.timers, record?.highTc);
    if (record !== undefined) this.#highQc = record.highQc;
    this.safety = new SafetyKeeper(record, observer, (lock, votedView, block) =>
      this.#write(lock, votedView, block),
    );
    for (const block of durable.blocks) if (this.tree.has(block.parent)) this.tree.add(block);
  }

  get view(): number {
    return this.#view;
  }

  get highQc(): Qc {
    return this.#highQc;
  }

  get opening(): Opening | undefined {
    return this.#opening;
  }

  /** The first view of the epoch. */
  protected get firstView(): number {
    return this.#opening?.view ?? 1;
  }

  /** What closed the epoch, once its last block is final: the replica does nothing any more. */
  get closing(): Opening | undefined {
    return this.#closing;
  }

  get lockView(): number {
    return this.safety.lockView;
  }

  get votedView(): number {
    return this.safety.votedView;
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
    // Both are views that we may be in lawfully: we were there, or a certificate opens it.
    this.enter(Math.max(this.votedView, this.openedView + 1), 'start');
    this.fetchIfMissing(this.#highQc, this.self);
  }

  /** Begins in the first view of an epoch, or moves to that of a later closing of the epoch before. */
  open(opening: Opening, trigger: ViewTrigger): void {
    this.#opening = opening;
    this.enter(opening.view, trigger);
  }

  /** Fetches the blocks up to a final one, which `from` has. */
  pursue(block: Block, from: number): void {
    this.#catchUp.need(block.id, block.height, from);
  }

  receive(from: number, message: Message): void {
    switch (message.kind) {
      case Kind.proposal:
        return this.#receiveProposal(from, message);
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
      default:
        return this.receiveVoting(from, message);
    }
  }

  expired(timer: TimerName, view: number): void {
    if (timer === Timer.view) this.#pacemaker.expired(view);
    else if (timer === Timer.sync) this.#catchUp.expired(view);
    else if (view === this.#view) this.#freeToPropose('waited');
  }

  persisted(): void {
    this.safety.persisted();
  }

  built(block: Block): void {
    if (block.view !== this.#view || block.view <= this.votedView) return;
    const highTc = this.#pacemaker.highTc;
    const tc = highTc !== undefined && highTc.view > this.openedBy(block) + 1 ? highTc : undefined;
    this.#accepted = { view: block.view, block: block.id };
    this.tree.add(block);
    this.safety.sign(block, this.lockFor(block), () => {
      this.effects.broadcast({ kind: Kind.proposal, view: block.view, block, tc });
      this.observer.proposalSent(block);
      this.vote(block);
    });
  }

  // --- views

  enter(view: number, trigger: ViewTrigger): void {
    if (view <= this.#view || this.#closing !== undefined) return;
    this.#view = view;
    this.#blockedOnParent = false;
    const leader = this.rotation.leader(view);
    this.observer.viewEntered(view, trigger, leader, this.#pacemaker.timeoutUs(trigger));
    this.#pacemaker.entered(view, trigger);
    if (leader === this.self) this.#lead();
    else if (this.openedView < view - 1 && this.#inHand !== view && this.isMember) this.#sendStatus(leader);
    const early = this.#early;
    if (early === undefined || early.proposal.view > view) return;
    this.#early = undefined;
    if (early.proposal.view === view) this.#take(early.from, early.proposal);
  }

  giveUp(view: number): void {
    if (view > this.safety.givenUpView && this.isMember)
      this.safety.giveUp(view, () => this.#pacemaker.givenUp(view));
  }

  // --- leading

  #lead(): void {
    // Signed in this view before a crash: a second proposal would be equivocation.
    if (this.#view <= this.votedView) return;
    const isFirst = this.#view === this.firstView;
    if (this.#highQc.view === this.#view - 1 || isFirst) return this.#freeToPropose('responsive');
    this.statuses.open(this.#view, this.self);
    if (this.hasHeardEnough()) return this.#freeToPropose('waited');
    this.waitForStatuses();
  }

  #freeToPropose(path: 'responsive' | 'waited'): void {
    if (this.#proposingView >= this.#view || this.#view <= this.votedView || this.#closing !== undefined)
      return;
    this.#proposingView = this.#view;
    this.observer.leaderWaited(this.#view, path, this.statuses.count(this.#view));
    this.#build();
  }

  #build(): void {
    const parent = this.tree.get(this.#highQc.block);
    this.#blockedOnParent = parent === undefined;
    if (parent !== undefined) this.effects.build(this.#view, parent, this.#highQc, this.highDc);
  }

  #sendStatus(leader: number): void {
    const highTc = this.#pacemaker.highTc;
    const tc = highTc?.view === this.#view ? highTc : undefined;
    const { highDc: dc } = this;
    this.effects.send(leader, { kind: Kind.status, view: this.#view, highQc: this.#highQc, dc, tc });
    this.observer.statusSent(this.#view, this.#highQc.view);
  }

  #receiveStatus(from: number, status: StatusMessage): void {
    if (this.rotation.leader(status.view) !== this.self) return;
    this.observer.statusReceived(status.view, from, status.highQc.view);
    this.statuses.add(status.view, from);
    this.learnQc(status.highQc, from);
    if (status.dc !== undefined) this.learnDc(status.dc, from);
    if (status.tc !== undefined) this.#pacemaker.learnTc(status.tc, from);
    if (status.view === this.#view && this.hasHeardEnough()) this.#freeToPropose('waited');
  }

  // --- proposals

  #receiveProposal(from: number, proposal: ProposalMessage): void {
    const { block } = proposal;
    const refusal = this.#refusal(from, block);
    if (refusal !== undefined) {
      if (refusal === 'invalid_certificate' || refusal === 'stale_epoch')
        this.observer.certificateRejected('qc', block.justify.view, from, this.faultOf(block.justify));
      this.observer.proposalRejected(block, from, refusal);
      return;
    }
    this.#inHand = block.view;
    this.learnQc(block.justify, from);
    if (block.dc !== undefined) this.learnDc(block.dc, from);
    if (proposal.tc !== undefined) this.#pacemaker.learnTc(proposal.tc, from);
    this.#take(from, proposal);
    this.#afterAdoption();
  }

  #refusal(from: number, block: Block): Rejection | undefined {
    if (block.proposer !== from || this.rotation.leader(block.view) !== from) return 'wrong_leader';
    if (!this.#isCertified(block))
      return this.faultOf(block.justify) === 'stale_epoch' ? 'stale_epoch' : 'invalid_certificate';
    return epochOf(block) === this.epoch && isWellFormed(block) ? undefined : 'invalid_block';
  }

  /** Everything about the proposal itself is in order; its view and its parent may still be missing. */
  #take(from: number, proposal: ProposalMessage): void {
    const { block } = proposal;
    if (this.#closing !== undefined) return;
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
    if (block.justify.view < this.lockView) return this.observer.proposalRejected(block, from, 'below_lock');
    this.#accepted = { view: block.view, block: block.id };
    this.observer.proposalReceived(block, from);
    if (block.view <= this.votedView || !this.isMember) return;
    this.safety.sign(block, this.lockFor(block), () => this.vote(block));
  }

  #write(lock: Qc, votedView: number, block: Block | undefined): void {
    const { highTc } = this.#pacemaker;
    const { highDc } = this;
    const epoch = this.#opening?.epoch;
    this.effects.persist({ lock, votedView, epoch, highQc: this.#highQc, highDc, highTc, block });
  }

  // --- certificates

  protected isCertificate(qc: Qc): boolean {
    if (qc.view <= this.#root.view) return qc.view === this.#root.view && qc.block === this.#root.block;
    return qc.epoch === this.epoch && this.committee.isQuorum(qc.signers);
  }

  /** Why a certificate is not one here. */
  faultOf(certificate: { readonly epoch: number }): CertificateFault {
    return certificate.epoch === this.epoch ? 'below_quorum' : 'stale_epoch';
  }

  learnQc(qc: Qc, from: number): void {
    if (qc.view <= this.#highQc.view || this.#closing !== undefined) return;
    if (!this.isCertificate(qc))
      return this.observer.certificateRejected('qc', qc.view, from, this.faultOf(qc));
    if (from !== this.self) this.observer.qcReceived(qc, from);
    this.#highQc = qc;
    this.observer.highQcUpdated(qc);
    this.certified(qc);
    if (qc.view === this.#view - 1 && this.rotation.leader(this.#view) === this.self)
      this.#freeToPropose('responsive');
    this.fetchIfMissing(qc, from);
  }

  /** A double certificate came along; protocols without them never see one. */
  abstract learnDc(dc: Qc, from: number): void;

  protected fetchIfMissing(qc: Qc, from: number): void {
    if (!this.tree.has(qc.block) && this.#closing === undefined)
      this.#catchUp.need(qc.block, qc.height, from);
  }

  // --- chain

  adopt(block: Block, from: number): boolean {
    if (!this.tree.has(block.parent) || !isWellFormed(block)) return false;
    if (epochOf(block) !== this.epoch || !this.#isCertified(block)) return false;
    this.learnQc(block.justify, from);
    if (this.#closing !== undefined) return false;
    this.#insert(block);
    return true;
  }

  #insert(block: Block): void {
    this.tree.add(block);
    this.conclude(block);
  }

  #isCertified(block: Block): boolean {
    return this.isCertificate(block.justify) && (block.dc === undefined || this.isCertificate(block.dc));
  }

  /** Blocks that came may be what waiting proposals, or our own, were missing. */
  #afterAdoption(): void {
    if (this.#closing !== undefined) return;
    let ready = this.#catchUp.takeReady();
    while (ready.length > 0) {
      for (const orphan of ready) this.#take(orphan.from, orphan.proposal);
      ready = this.#catchUp.takeReady();
    }
    if (this.#blockedOnParent && this.tree.has(this.#highQc.block)) this.#build();
  }

  /** `block` is final by `last` at the end, and with it all that it extends. */
  protected commitUpTo(block: Block, last: Qc): void {
    if (block.height <= this.committedHeight) return;
    const path = this.tree.pathTo(block);
    if (path[0]?.parent !== this.tree.ledger.head.id)
      return this.observer.safetyViolated(block.view, block.height);
    if (block.height >= this.lastHeight) return this.#closeBy(last);
    const syncing = this.#catchUp.active;
    const pruned = this.tree.finalize(path);
    this.effects.commit(path, syncing);
    for (const lost of pruned) this.observer.blockPruned(lost);
  }

  /** `last` makes the last block of the epoch final, or one that trails it. */
  #closeBy(last: Qc): void {
    const certified = this.tree.get(last.block);
    const path = certified === undefined ? [] : this.tree.pathTo(certified);
    const trail = path.filter(({ height }) => height >= this.lastHeight);
    const opening = openingAfter(this.epoch, trail, last);
    if (opening !== undefined) this.close(opening);
  }

  /** The epoch is over, as `closing` proves; its last block is here. */
  close(closing: Opening): void {
    const { root, path: trail } = closing;
    const path = this.tree.pathTo(root);
    if (path[0]?.parent !== this.tree.ledger.head.id)
      return this.observer.safetyViolated(root.view, root.height);
    const syncing = this.#catchUp.active;
    const pruned = [...this.tree.finalize(path), ...this.tree.clear()];
    this.#closing = openingAbove(closing, this, this.#pacemaker.highTc);
    this.tree.ledger.opening = this.#closing;
    this.effects.commit(path, syncing, trail.at(-this.#depth));
    for (const lost of pruned) this.observer.blockPruned(lost);
    this.#catchUp.stop();
  }

  // --- what a protocol adds

  /** The view whose certificate is the highest that opens a next view. */
  protected abstract readonly openedView: number;
  /** The highest double certificate known, which proposals carry. */
  abstract readonly highDc: Qc | undefined;
  /** The view that `block` proves to be over; its receivers need no timeout certificate up to the next. */
  protected abstract openedBy(block: Block): number;
  /** The certificate that a vote for `block` locks. */
  protected abstract lockFor(block: Block): Qc;
  /** Sends the vote for `block`, which is durable. */
  protected abstract vote(block: Block): void;
  /** Votes and certificates of the protocol's own. */
  protected abstract receiveVoting(from: number, message: VotingMessage): void;
  /** A higher certificate than all before became known. */
  protected abstract certified(qc: Qc): void;
  /** A block came into the tree: what it carries, or what is known of it, may make blocks final. */
  protected abstract conclude(block: Block): void;
  /** Whether the leader, without the certificate of the view before, has statuses enough to propose. */
  protected abstract hasHeardEnough(): boolean;
  /** The leader begins to wait for statuses. */
  protected abstract waitForStatuses(): void;
}
