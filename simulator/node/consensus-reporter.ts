/**
 * Tells the consensus events of one process run through the hooks. It adds what a replica, which has
 * no clock, cannot know: durations between what it was told, and readable names.
 *
 * It never decides anything, and keeps only the times of the newest views.
 */
import type { Opening, Block, Qc, Tc } from '../protocol/block.js';
import type { CertificateFault, Observer, Rejection, ViewTrigger } from '../protocol/effects.js';
import type { EpochSet } from '../protocol/epoch.js';
import { Kind, type VoteMessage } from '../protocol/messages.js';
import type { Signers } from '../protocol/signers.js';
import { blockBytes } from '../network/message-size.js';
import type { SimulatedNodeHooks } from './identity.js';
import type { SharedBodies } from './shared-bodies.js';
import type { NodeWorld } from './world.js';

/** Views whose times are remembered: as long as a late vote may be counted. */
const REMEMBERED_VIEWS = 16;

/** Times per view, the oldest forgotten. */
class ViewTimes {
  readonly #views = new Float64Array(REMEMBERED_VIEWS).fill(-1);
  readonly #times = new Float64Array(REMEMBERED_VIEWS);
  #newest = 0;

  get(view: number): number | undefined {
    const at = this.#find(view);
    return at < 0 ? undefined : this.#times[at];
  }

  /** Remembers the first time only. */
  note(view: number, us: number): void {
    if (this.#find(view) >= 0) return;
    this.#newest = (this.#newest + 1) % REMEMBERED_VIEWS;
    this.#views[this.#newest] = view;
    this.#times[this.#newest] = us;
  }

  #find(view: number): number {
    return this.#views[this.#newest] === view ? this.#newest : this.#views.indexOf(view);
  }
}

/** When the votes of one phase came, and when they were enough. */
interface PhaseTimes {
  readonly firstVote: ViewTimes;
  readonly certified: ViewTimes;
}

/** What a reporter needs of the world, simulated or not. */
export type ReportedWorld = Pick<
  NodeWorld,
  'nowUs' | 'committee' | 'names' | 'replicaConfig' | 'sharedBodies' | 'stampUs'
>;

/** The consensus events of one process run. */
export class ConsensusReporter implements Observer {
  /** Processor time of the message being handled, microseconds. */
  handlingUs = 0;
  readonly #world: ReportedWorld;
  readonly #hooks: SimulatedNodeHooks['consensus'];
  readonly #shared: SharedBodies;
  readonly #first: PhaseTimes = { firstVote: new ViewTimes(), certified: new ViewTimes() };
  readonly #second: PhaseTimes = { firstVote: new ViewTimes(), certified: new ViewTimes() };
  readonly #firstWish = new ViewTimes();
  /** The epoch of what is said; undefined where the set never changes. */
  #epoch: number | undefined;
  #enteredUs = 0;
  #syncStartedUs = 0;

  constructor(world: ReportedWorld, hooks: Pick<SimulatedNodeHooks, 'consensus'>) {
    this.#world = world;
    this.#hooks = hooks.consensus;
    this.#shared = world.sharedBodies;
    if (world.replicaConfig.schedule !== undefined) this.#epoch = 0;
  }

  epochEntered({ epoch, committee }: EpochSet, { view, root }: Opening): void {
    this.#epoch = epoch;
    this.#hooks.epochChanged({
      epoch,
      view,
      height: root.height + 1,
      validators: this.#world.names.set(committee),
    });
  }

  viewEntered(view: number, trigger: ViewTrigger, leader: number, timeoutUs: number): void {
    this.#enteredUs = this.#world.nowUs;
    const { viewEntered } = this.#shared;
    const epoch = this.#epoch;
    this.#hooks.viewEntered(
      viewEntered.find(trigger, view, leader, timeoutUs, epoch) ??
        viewEntered.keep({ view, epoch, trigger, leader: this.#validator(leader), timeout_us: timeoutUs }),
    );
  }

  viewTimedOut(view: number, leader: number, timeoutUs: number, consecutive: number): void {
    this.#hooks.viewTimedOut({
      view,
      epoch: this.#epoch,
      leader: this.#validator(leader),
      timeout_us: timeoutUs,
      consecutive,
    });
  }

  leaderWaited(view: number, path: 'responsive' | 'waited', statuses: number): void {
    const wait_us = this.#world.nowUs - this.#enteredUs;
    this.#hooks.leaderWaited({ view, epoch: this.#epoch, path, wait_us, statuses });
  }

  statusSent(view: number, lockView: number): void {
    this.#hooks.statusSent({ view, epoch: this.#epoch, lock_view: lockView });
  }

  statusReceived(view: number, from: number, lockView: number): void {
    const validator = this.#validator(from);
    this.#hooks.statusReceived({ view, epoch: this.#epoch, validator, lock_view: lockView });
  }

  proposalSent(block: Block): void {
    const build_us = this.#world.nowUs - block.proposedAtUs;
    this.#hooks.proposalSent(this.#proposal(block, undefined, build_us, undefined));
  }

  proposalReceived(block: Block, from: number): void {
    const { proposalReceived } = this.#shared;
    const { handlingUs } = this;
    const stampUs = this.#world.stampUs(block.proposer, block.proposedAtUs);
    this.#hooks.proposalReceived(
      proposalReceived.find(block, from, handlingUs, stampUs) ??
        proposalReceived.keep(this.#proposal(block, this.#validator(from), undefined, handlingUs)),
    );
  }

  proposalRejected(block: Block, from: number, reason: Rejection): void {
    this.#hooks.proposalRejected({
      view: block.view,
      epoch: this.#epochOf(block),
      validator: this.#validator(from),
      reason,
      block: this.#block(block.id),
      justify_view: block.justify.view,
    });
  }

  voteSent(vote: VoteMessage, justifyView: number, lockView: number, to: number): void {
    const { voteSent } = this.#shared;
    this.#hooks.voteSent(
      voteSent.find(phaseOf(vote), vote.view, vote.block, justifyView, lockView, to) ??
        voteSent.keep({
          view: vote.view,
          epoch: this.#epochOf(vote),
          vote: phaseOf(vote),
          block: this.#block(vote.block),
          justify_view: justifyView,
          lock_view: lockView,
          to: this.#validator(to),
        }),
    );
  }

  voteReceived(vote: VoteMessage, from: number, late: boolean): void {
    const { nowUs } = this.#world;
    const times = this.#timesOf(vote);
    times.firstVote.note(vote.view, nowUs);
    const certifiedUs = times.certified.get(vote.view);
    this.#hooks.voteReceived({
      view: vote.view,
      epoch: this.#epochOf(vote),
      vote: phaseOf(vote),
      block: this.#block(vote.block),
      validator: this.#validator(from),
      late_us: late && certifiedUs !== undefined ? nowUs - certifiedUs : undefined,
      processing_us: this.handlingUs,
    });
  }

  voteRejected(vote: VoteMessage, from: number, reason: Rejection): void {
    this.#hooks.voteRejected({
      view: vote.view,
      epoch: this.#epochOf(vote),
      vote: phaseOf(vote),
      validator: this.#validator(from),
      reason,
      block: this.#block(vote.block),
    });
  }

  qcFormed(qc: Qc): void {
    const collect_us = this.#collectUs(this.#first, qc.view);
    this.#hooks.qcFormed({
      view: qc.view,
      epoch: this.#signedIn(qc),
      vote: 'vote1',
      block: this.#block(qc.block),
      height: qc.height,
      signers: this.#signers(qc.signers),
      collect_us,
    });
  }

  dcFormed(dc: Qc): void {
    const collect_us = this.#collectUs(this.#second, dc.view);
    this.#hooks.dcFormed({
      view: dc.view,
      epoch: this.#signedIn(dc),
      block: this.#block(dc.block),
      height: dc.height,
      signers: this.#signers(dc.signers),
      collect_us,
    });
  }

  dcReceived(dc: Qc, from: number): void {
    const { dcReceived } = this.#shared;
    this.#hooks.dcReceived(
      dcReceived.find(dc, from) ??
        dcReceived.keep({
          view: dc.view,
          epoch: this.#signedIn(dc),
          block: this.#block(dc.block),
          height: dc.height,
          signers: this.#signers(dc.signers),
          validator: this.#validator(from),
        }),
    );
  }

  qcReceived(qc: Qc, from: number): void {
    const { qcReceived } = this.#shared;
    this.#hooks.qcReceived(
      qcReceived.find(qc, from) ??
        qcReceived.keep({
          view: qc.view,
          epoch: this.#signedIn(qc),
          vote: 'vote1',
          block: this.#block(qc.block),
          height: qc.height,
          signers: this.#signers(qc.signers),
          validator: this.#validator(from),
        }),
    );
  }

  certificateRejected(kind: 'qc' | 'dc' | 'tc', view: number, from: number, reason: CertificateFault): void {
    const validator = this.#validator(from);
    this.#hooks.certificateRejected({ certificate: kind, view, epoch: this.#epoch, reason, validator });
  }

  lockUpdated(lock: Qc, oldView: number): void {
    const { lockUpdated } = this.#shared;
    this.#hooks.lockUpdated(
      lockUpdated.find(lock, oldView) ??
        lockUpdated.keep({
          view: lock.view,
          epoch: this.#signedIn(lock),
          old_view: oldView,
          block: this.#block(lock.block),
        }),
    );
  }

  highQcUpdated(qc: Qc): void {
    const { highQcUpdated } = this.#shared;
    this.#hooks.highQcUpdated(
      highQcUpdated.find(qc) ??
        highQcUpdated.keep({ view: qc.view, epoch: this.#signedIn(qc), block: this.#block(qc.block) }),
    );
  }

  wishSent(view: number, highQcView: number): void {
    this.#hooks.wishSent({ view, epoch: this.#epoch, high_qc_view: highQcView });
  }

  wishReceived(view: number, from: number, highQcView: number): void {
    this.#firstWish.note(view, this.#world.nowUs);
    const validator = this.#validator(from);
    this.#hooks.wishReceived({ view, epoch: this.#epoch, validator, high_qc_view: highQcView });
  }

  tcFormed(tc: Tc): void {
    const { nowUs } = this.#world;
    const collect_us = nowUs - (this.#firstWish.get(tc.view) ?? nowUs);
    const epoch = this.#signedIn(tc);
    this.#hooks.tcFormed({ view: tc.view, epoch, signers: this.#signers(tc.signers), collect_us });
  }

  tcReceived(tc: Tc, from: number): void {
    const validator = this.#validator(from);
    const epoch = this.#signedIn(tc);
    this.#hooks.tcReceived({ view: tc.view, epoch, validator, signers: this.#signers(tc.signers) });
  }

  /** Not an observation of the replica, but the effect of its commit. */
  committed(block: Block, syncing: boolean): void {
    const { blockCommitted } = this.#shared;
    const stampUs = this.#world.stampUs(block.proposer, block.proposedAtUs);
    this.#hooks.blockCommitted(
      blockCommitted.find(block, stampUs, syncing ? 1 : 0) ??
        blockCommitted.keep({
          view: block.view,
          epoch: this.#epochOf(block),
          height: block.height,
          block: this.#block(block.id),
          parent: this.#block(block.parent),
          proposer: this.#validator(block.proposer),
          transactions: block.payload.transactions.length,
          bytes: blockBytes(block, this.#world.committee),
          fuel: block.payload.fuel,
          proposed_at_us: stampUs,
          syncing,
        }),
    );
  }

  blockPruned(block: Block): void {
    const { view, height, id } = block;
    this.#hooks.blockPruned({ view, epoch: this.#epochOf(block), height, block: this.#block(id) });
  }

  syncStarted(fromHeight: number, toHeight: number): void {
    this.#syncStartedUs = this.#world.nowUs;
    this.#hooks.syncStarted({ from_height: fromHeight, to_height: toHeight, reason: 'missing ancestors' });
  }

  syncCompleted(fromHeight: number, toHeight: number, blocks: number): void {
    this.#hooks.syncCompleted({
      from_height: fromHeight,
      to_height: toHeight,
      blocks,
      duration_us: this.#world.nowUs - this.#syncStartedUs,
    });
  }

  safetyViolated(view: number, height: number): void {
    const detail = 'certificates make a block final that conflicts with a final one';
    this.#hooks.safetyViolated({ kind: 'conflicting_commit', view, epoch: this.#epoch, height, detail });
  }

  byzantineDetected(kind: 'double_vote' | 'double_proposal', validator: number, view: number): void {
    const epoch = this.#epoch;
    this.#hooks.byzantineDetected({ kind, validator: this.#validator(validator), view, epoch });
  }

  /** The epoch that a statement was made in. */
  #epochOf({ opening }: { readonly opening?: Opening | undefined }): number | undefined {
    return this.#epoch === undefined ? undefined : (opening?.epoch ?? 0);
  }

  /** The epoch whose set signed a certificate. */
  #signedIn({ epoch }: { readonly epoch: number }): number | undefined {
    return this.#epoch === undefined ? undefined : epoch;
  }

  #timesOf(vote: VoteMessage): PhaseTimes {
    return vote.kind === Kind.vote2 ? this.#second : this.#first;
  }

  #collectUs(times: PhaseTimes, view: number): number {
    const { nowUs } = this.#world;
    times.certified.note(view, nowUs);
    return nowUs - (times.firstVote.get(view) ?? nowUs);
  }

  /** One literal for both events: spreading one object into another costs more than the rest of the event. */
  #proposal<V extends string | undefined, B extends number | undefined, P extends number | undefined>(
    block: Block,
    validator: V,
    build_us: B,
    processing_us: P,
  ) {
    return {
      view: block.view,
      epoch: this.#epochOf(block),
      height: block.height,
      block: this.#block(block.id),
      parent: this.#block(block.parent),
      justify_view: block.justify.view,
      dc_view: block.dc?.view,
      transactions: block.payload.transactions.length,
      bytes: blockBytes(block, this.#world.committee),
      fuel: block.payload.fuel,
      proposed_at_us: this.#world.stampUs(block.proposer, block.proposedAtUs),
      validator,
      build_us,
      processing_us,
    };
  }

  #block(id: number): string {
    return this.#world.names.block(id);
  }

  #validator(index: number): string {
    return this.#world.names.validator(index);
  }

  #signers(signers: Signers): readonly string[] {
    return this.#world.names.signers(signers);
  }
}

function phaseOf(vote: VoteMessage): 'vote1' | 'vote2' {
  return vote.kind === Kind.vote2 ? 'vote2' : 'vote1';
}
