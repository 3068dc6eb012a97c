/**
 * A replica over the epochs of a changing validator set: inside each epoch a replica of its own runs the
 * protocol, and this one closes it, carries what must survive into the next, and keeps the epochs
 * apart. It stamps all that leaves with the opening of its epoch; what arrives goes to the replica of
 * its epoch, is refused when that is over, or shows that we are behind.
 *
 * Invariants: the epoch never decreases; what an earlier epoch still waits for (disk, timers, blocks to
 * build) never reaches the next; the highest voted view is kept over epochs; who is not of the set
 * signs nothing and runs no view timer.
 */
import type { Opening, Block, Qc } from './block.js';
import { BasicReplica } from './basic-replica.js';
import { ChainedReplica } from './chained-replica.js';
import { Timer, type Effects, type Observer, type SafetyRecord, type TimerName } from './effects.js';
import { isProven, type EpochSchedule } from './epoch.js';
import { Kind, type Message } from './messages.js';
import { COMMIT_DEPTH, type Durable, type Replica, type ReplicaConfig } from './replica.js';
import type { ReplicaCore } from './replica-core.js';

/** One replica of a chain whose validator set changes. */
export class EpochReplica implements Replica {
  readonly #config: ReplicaConfig;
  readonly #schedule: EpochSchedule;
  readonly #durable: Durable;
  readonly #effects: Effects;
  readonly #observer: Observer;
  #now: ReplicaCore;
  /** The replica of the epoch before: late votes are still recognised as such. */
  #before: ReplicaCore | undefined;
  /** Whose records are under way, in order. */
  readonly #writers: ReplicaCore[] = [];
  /** Timers set in this epoch. */
  readonly #armed = new Set<TimerName>();
  /** The newest opening heard of that is beyond us. */
  #wanted: Opening | undefined;

  constructor(
    config: ReplicaConfig,
    schedule: EpochSchedule,
    durable: Durable,
    effects: Effects,
    observer: Observer,
  ) {
    this.#config = config;
    this.#schedule = schedule;
    this.#durable = durable;
    this.#effects = effects;
    this.#observer = observer;
    this.#now = this.#make(durable.ledger.opening, durable.record);
  }

  get view(): number {
    return this.#now.view;
  }

  get lockView(): number {
    return this.#now.lockView;
  }

  get votedView(): number {
    return this.#now.votedView;
  }

  get committedHeight(): number {
    return this.#now.committedHeight;
  }

  get syncing(): boolean {
    return this.#now.syncing;
  }

  get opening(): Opening | undefined {
    return this.#now.opening;
  }

  get lastHeight(): number {
    return this.#now.lastHeight;
  }

  openPathTo(block: Block): readonly Block[] {
    return this.#now.openPathTo(block);
  }

  start(): void {
    const { opening, record } = { opening: this.#now.opening, record: this.#durable.record };
    if (opening === undefined) this.#now.start();
    else {
      this.#observer.epochEntered(this.#schedule.of(opening.epoch), opening);
      // A record of the epoch before says nothing of where we may be in this one.
      if (record?.epoch === opening.epoch) this.#now.start();
      else this.#now.open(opening, 'start');
    }
    this.#advance();
  }

  receive(from: number, message: Message): void {
    if (message.kind === Kind.syncRequest) return this.#now.receive(from, message);
    if (message.kind === Kind.syncResponse) {
      this.#now.receive(from, message);
      return this.#advance(from, message);
    }
    const { opening } = message;
    const epoch = opening?.epoch ?? 0;
    if (epoch < this.#epoch) return this.#refuseStale(from, message);
    if (opening !== undefined) this.#follow(opening, from);
    if (epoch !== this.#epoch) return;
    if (!this.#now.committee.includes(from)) return this.#refuseStranger(from, message);
    this.#now.receive(from, message);
    this.#advance(from);
  }

  expired(timer: TimerName, view: number): void {
    if (!this.#armed.has(timer)) return;
    this.#now.expired(timer, view);
    this.#advance();
  }

  persisted(): void {
    if (this.#writers.shift() !== this.#now) return;
    this.#now.persisted();
    this.#advance();
  }

  built(block: Block): void {
    if ((block.opening?.epoch ?? 0) !== this.#epoch) return;
    this.#now.built(block);
    this.#advance();
  }

  get #epoch(): number {
    return this.#now.epoch;
  }

  // --- from epoch to epoch

  /** A sender is in the epoch that `opening` opens. */
  #follow(opening: Opening, from: number): void {
    const known = this.#now.opening;
    if (opening.epoch === this.#epoch) {
      const isLater = opening.view > (known?.view ?? 0);
      if (isLater && this.#isProven(opening)) this.#now.open(opening, 'sync');
      return;
    }
    if (this.#wanted === undefined || opening.epoch > this.#wanted.epoch) this.#wanted = opening;
    this.#advance(from);
    if (opening.epoch > this.#epoch) this.#now.pursue(opening.root, from);
  }

  /** Goes on to the next epoch for as long as the last block of this one is here and known to be final. */
  #advance(from = this.#config.self, answer?: Message): void {
    for (;;) {
      if (this.#now.closing === undefined) this.#closeByProof(answer);
      const { closing } = this.#now;
      if (closing === undefined) return;
      this.#enter(closing);
      if (answer?.kind === Kind.syncResponse) {
        if (this.#wanted !== undefined) this.#now.pursue(this.#wanted.root, from);
        this.#now.receive(from, answer);
      }
    }
  }

  #closeByProof(answer: Message | undefined): void {
    const openings = answer?.kind === Kind.syncResponse ? answer.blocks.map(({ opening }) => opening) : [];
    for (const opening of [this.#wanted, answer?.opening, ...openings]) {
      if (opening?.epoch !== this.#epoch + 1 || !this.#now.tree.has(opening.root.id)) continue;
      if (this.#isProven(opening)) return this.#now.close(opening);
    }
  }

  #enter(opening: Opening): void {
    const { votedView } = this.#now;
    this.#before = this.#now;
    this.#armed.clear();
    if (this.#wanted !== undefined && this.#wanted.epoch <= opening.epoch) this.#wanted = undefined;
    const record = { ...startOf(opening.certificate), votedView };
    this.#now = this.#make(opening, record);
    this.#observer.epochEntered(this.#schedule.of(opening.epoch), opening);
    const certificate = this.#config.protocol === 'hotstuff2-basic' ? 'dc' : 'qc';
    this.#now.open(opening, opening.reached === undefined ? certificate : 'sync');
    if (this.#isAloneInKnowing(opening)) this.#announce(opening);
  }

  /** Who forms the last certificate of an epoch tells all: as the next leader by proposing, or by a decide. */
  #isAloneInKnowing({ view, last }: Opening): boolean {
    const { self, vote2To } = this.#config;
    if (vote2To === 'leader' || this.#before?.rotation.leader(last.view + 1) !== self) return false;
    return this.#now.rotation.leader(view) !== self;
  }

  #announce({ view, certificate }: Opening): void {
    this.#send(undefined, { kind: Kind.tc, view, tc: undefined, highQc: certificate, dc: undefined });
  }

  #isProven(opening: Opening): boolean {
    const before = this.#schedule.of(opening.epoch - 1);
    return isProven(opening, before, COMMIT_DEPTH[this.#config.protocol]);
  }

  // --- what does not count

  #refuseStale(from: number, message: Message): void {
    switch (message.kind) {
      case Kind.vote1:
      case Kind.vote2: {
        const isOfBefore = this.#before?.epoch === (message.opening?.epoch ?? 0);
        if (isOfBefore && this.#before?.committee.includes(from) === true)
          return this.#before.receive(from, message);
        return this.#observer.voteRejected(message, from, 'stale_epoch');
      }
      case Kind.proposal:
        this.#observer.proposalRejected(message.block, from, 'stale_epoch');
        return this.#answer(from);
      case Kind.status:
      case Kind.wish:
        return this.#answer(from);
      default:
        return undefined;
    }
  }

  #refuseStranger(from: number, message: Message): void {
    if (message.kind === Kind.vote1 || message.kind === Kind.vote2)
      this.#observer.voteRejected(message, from, 'unknown_validator');
    else if (message.kind === Kind.proposal)
      this.#observer.proposalRejected(message.block, from, 'wrong_leader');
  }

  /** Shows a sender that is behind where we are. */
  #answer(to: number): void {
    const { opening } = this.#now;
    if (opening === undefined || !this.#now.isMember) return;
    const { view } = this.#now;
    this.#send(to, { kind: Kind.tc, view, tc: undefined, highQc: opening.certificate, dc: undefined });
  }

  #send(to: number | undefined, message: Message): void {
    const stamped = { ...message, opening: this.#now.opening };
    if (to === undefined) this.#effects.broadcast(stamped);
    else this.#effects.send(to, stamped);
  }

  // --- the replica of one epoch

  #make(opening: Opening | undefined, found: SafetyRecord | undefined): ReplicaCore {
    const set = this.#schedule.of(opening?.epoch ?? 0);
    const { committee, rotation } = set;
    const config = { ...this.#config, committee, rotation, set, opening };
    const { ledger, blocks } = this.#durable;
    const isOwn = (found?.epoch ?? 0) === set.epoch;
    const record =
      opening === undefined || (isOwn && found !== undefined)
        ? found
        : { ...startOf(opening.certificate), votedView: found?.votedView ?? 0 };
    const durable: Durable = {
      record,
      ledger,
      blocks: blocks.filter((block) => (block.opening?.epoch ?? 0) === set.epoch),
    };
    const effects = new EpochEffects(this.#effects, committee.includes(config.self), {
      // A replica whose epoch is over may still hear late votes, but says nothing.
      speaker: () => (this.#now.epoch === set.epoch ? this.#now : undefined),
      writing: (writer) => this.#writers.push(writer),
      armed: (timer) => this.#armed.add(timer),
    });
    return config.protocol === 'hotstuff2-basic'
      ? new BasicReplica(config, durable, effects, this.#observer)
      : new ChainedReplica(config, durable, effects, this.#observer);
  }
}

/** What a replica begins an epoch with. */
function startOf(certificate: Qc): Omit<SafetyRecord, 'votedView'> {
  return {
    lock: certificate,
    epoch: certificate.epoch + 1,
    highQc: certificate,
    highDc: undefined,
    highTc: undefined,
    block: undefined,
  };
}

/** What the effects of one epoch tell of themselves. */
interface EpochLinks {
  readonly speaker: () => ReplicaCore | undefined;
  readonly writing: (writer: ReplicaCore) => void;
  readonly armed: (timer: TimerName) => void;
}

/** The effects of the replica of one epoch: stamped, and none of its own signing where it only follows. */
class EpochEffects implements Effects {
  readonly #effects: Effects;
  readonly #signs: boolean;
  readonly #links: EpochLinks;

  constructor(effects: Effects, signs: boolean, links: EpochLinks) {
    this.#effects = effects;
    this.#signs = signs;
    this.#links = links;
  }

  send(to: number, message: Message): void {
    if (this.#maySend(message)) this.#effects.send(to, this.#stamped(message));
  }

  broadcast(message: Message): void {
    if (this.#maySend(message)) this.#effects.broadcast(this.#stamped(message));
  }

  setTimer(timer: TimerName, view: number, delayUs: number): void {
    if ((timer === Timer.view && !this.#signs) || this.#links.speaker() === undefined) return;
    this.#links.armed(timer);
    this.#effects.setTimer(timer, view, delayUs);
  }

  persist(record: SafetyRecord): void {
    const writer = this.#links.speaker();
    if (writer === undefined) return;
    this.#links.writing(writer);
    this.#effects.persist(record);
  }

  build(view: number, parent: Block, justify: Qc, dc: Qc | undefined): void {
    this.#effects.build(view, parent, justify, dc);
  }

  commit(blocks: readonly Block[], syncing: boolean, tip?: Block): void {
    this.#effects.commit(blocks, syncing, tip);
  }

  #maySend(message: Message): boolean {
    if (this.#links.speaker() === undefined) return false;
    return this.#signs || message.kind === Kind.syncRequest || message.kind === Kind.syncResponse;
  }

  #stamped(message: Message): Message {
    const opening = this.#links.speaker()?.opening;
    return opening === message.opening ? message : { ...message, opening };
  }
}
