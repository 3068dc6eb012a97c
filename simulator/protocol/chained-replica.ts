/**
 * Chained HotStuff-2 (research 1.5) and, as a comparison, chained three-phase HotStuff. One proposal
 * and one vote per replica and view; the vote goes to the leader of the next view, whose certificate
 * is the next proposal's justify.
 *
 *   view v:   L_v --proposal(B_v, QC_v-1)--> all --vote--> L_v+1 forms QC_v
 *   two-chain:    commit B_w when QC_w and QC_w+1 exist and B_w+1 is the child of B_w; lock the justify
 *   three-chain:  one view more for both; a leader waits for a quorum of statuses, and for no timer
 */
import type { Block, Qc } from './block.js';
import { Timer, type Effects, type Observer } from './effects.js';
import { Kind, type VoteMessage, type VotingMessage } from './messages.js';
import type { Durable, ReplicaConfig } from './replica.js';
import { ReplicaCore } from './replica-core.js';
import { VoteCollector } from './vote-collector.js';

/** One replica of a chained protocol. */
export class ChainedReplica extends ReplicaCore {
  readonly highDc = undefined;
  readonly #votes: VoteCollector;
  /** Consecutive certificates that make the lowest block final. */
  readonly #chain: 2 | 3;
  readonly #closesEarly: boolean;

  constructor(config: ReplicaConfig, durable: Durable, effects: Effects, observer: Observer) {
    super(config, durable, effects, observer);
    this.#chain = config.protocol === 'hotstuff3-chained' ? 3 : 2;
    this.#closesEarly = config.negativeControls?.earlySwitch === config.self;
    this.#votes = new VoteCollector(this, (view) => this.rotation.leader(view + 1));
  }

  learnDc(): void {
    // There are none.
  }

  protected get openedView(): number {
    return Math.max(this.highQc.view, this.firstView - 1);
  }

  protected openedBy(block: Block): number {
    return block.justify.view;
  }

  protected lockFor(block: Block): Qc {
    if (this.#chain === 2) return block.justify;
    return this.tree.get(block.parent)?.justify ?? block.justify;
  }

  protected vote(block: Block): void {
    const collector = this.rotation.leader(block.view + 1);
    const { view, id, height } = block;
    const { opening } = this;
    const vote: VoteMessage = { kind: Kind.vote1, view, block: id, height, qc: undefined, opening };
    this.observer.voteSent(vote, block.justify.view, this.lockView, collector);
    if (collector === this.self) this.receiveVoting(this.self, vote);
    else this.effects.send(collector, vote);
  }

  protected receiveVoting(from: number, message: VotingMessage): void {
    if (message.kind !== Kind.vote1) return;
    const qc = this.#votes.add(from, message);
    if (qc === undefined) return;
    this.observer.qcFormed(qc);
    this.learnQc(qc, this.self);
  }

  protected certified(qc: Qc): void {
    this.#commitBy(qc);
    if (qc.view >= this.view) this.enter(qc.view + 1, 'qc');
  }

  protected conclude(block: Block): void {
    this.#commitBy(block.justify);
    if (this.highQc.block === block.id) this.#commitBy(this.highQc);
  }

  protected hasHeardEnough(): boolean {
    if (this.#chain === 3) return this.statuses.isQuorum;
    return this.leaderWaitUs === 0 || this.statuses.complete;
  }

  protected waitForStatuses(): void {
    if (this.#chain === 2) this.effects.setTimer(Timer.wait, this.view, this.leaderWaitUs);
  }

  /** `last` certifies a block at the end of certificates of consecutive views: the first is final. */
  #commitBy(last: Qc): void {
    let certificate = last;
    let block: Block | undefined;
    const chain = this.#closesEarly && last.height === this.lastHeight ? this.#chain - 1 : this.#chain;
    for (let links = 1; links < chain; links++) {
      block = this.tree.get(certificate.block);
      if (block === undefined || block.justify.view + 1 !== certificate.view) return;
      certificate = block.justify;
    }
    block = this.tree.get(certificate.block);
    if (block !== undefined) this.commitUpTo(block, last);
  }
}
