/**
 * One process run of a simulated node: a replica and everything around it that dies in a crash. It
 * is the replica's host: it carries out the replica's effects, feeds it what happens, and lets the
 * node's events out. Disk and network belong to the node and the world and outlive it.
 *
 * Invariant: the replica is never called from inside one of its own effects; what an effect completes
 * at once is handed back by `#settle` after the call.
 */
import { Happening } from '../core/happenings.js';
import type { Behaviour } from '../faults/behaviour.js';
import { messageBytes } from '../network/message-size.js';
import type { Block, Payload, Qc } from '../protocol/block.js';
import { emptyPayload } from '../protocol/block.js';
import { BasicReplica } from '../protocol/basic-replica.js';
import { ChainedReplica } from '../protocol/chained-replica.js';
import { EpochReplica } from '../protocol/epoch-replica.js';
import type { Effects, Observer, SafetyRecord, TimerName } from '../protocol/effects.js';
import { Kind, type Message } from '../protocol/messages.js';
import type { Replica } from '../protocol/replica.js';
import { alsoTell } from '../report/run-watch.js';
import { Mempool, type Admission, type Submission } from '../workload/mempool.js';
import { emptyMempool } from '../workload/workload.js';
import { ConsensusReporter } from './consensus-reporter.js';
import type { Disk } from './disk.js';
import { Executor, type Executed } from './executor.js';
import { SIGN_US, signatureWork, VERIFY_US, workUs } from './hardware.js';
import type { SimulatedNodeHooks } from './identity.js';
import { Inbox } from './inbox.js';
import { MachineReporter } from './machine-reporter.js';
import { SAMPLE_INTERVAL_US, Sampler } from './sampler.js';
import { Strain } from './strain.js';
import { TimerBank } from './timer-bank.js';
import { Witness } from './witness.js';
import type { NodeWorld } from './world.js';

/** One life of a node. */
export class NodeProcess implements Effects {
  readonly index: number;
  readonly life: number;
  readonly replica: Replica;
  readonly #world: NodeWorld;
  /** Where the world's events find this process; other than the position for a twin. */
  readonly #slot: number;
  readonly #disk: Disk;
  readonly #timers: TimerBank;
  readonly #mempool: Mempool;
  readonly #executor: Executor;
  readonly #inbox = new Inbox();
  readonly #consensus: ConsensusReporter | undefined;
  readonly #machine: MachineReporter | undefined;
  readonly #sampler: Sampler | undefined;
  readonly #modelled: boolean;
  readonly #strain: Strain;
  /** Admissions of transactions that are committed, until their results are durable. */
  readonly #unpersisted = new Map<number, Admission>();
  /** Records that became durable at once, and the block to build, handed back by `#settle`. */
  #durableAtOnce = 0;
  #toBuild: { view: number; parent: Block; justify: Qc; dc: Qc | undefined } | undefined;
  /** Records under way with the time they were handed over; only kept for events. */
  readonly #writing: { record: SafetyRecord; sinceUs: number }[] = [];
  #handling = false;
  #handlingUs = 0;

  constructor(
    world: NodeWorld,
    index: number,
    life: number,
    disk: Disk,
    hooks: SimulatedNodeHooks | undefined,
    slot: number,
  ) {
    this.#slot = slot;
    this.#world = world;
    this.index = index;
    this.life = life;
    this.#disk = disk;
    this.#modelled = world.hardware.processor === 'modelled';
    this.#strain = world.strains[index] ?? new Strain();
    this.#timers = new TimerBank(world.queue, slot, life);
    this.#mempool = new Mempool(world.workload?.mempool ?? emptyMempool, (transaction, reason) => {
      this.#machine?.transactionEvicted(transaction, reason);
      world.evicted(slot, transaction);
    });
    this.#executor = new Executor(world, slot, life, disk);
    if (hooks !== undefined) {
      this.#consensus = new ConsensusReporter(world, hooks);
      this.#machine = new MachineReporter(world, index, hooks);
      this.#sampler = new Sampler(world, index, hooks, this.#machine, {
        mempool: this.#mempool,
        disk,
        executor: this.#executor,
        inbox: this.#inbox,
        strain: this.#strain,
        handlingUs: () => this.#handlingUs,
      });
    }
    const witness = new Witness(world, slot, this.#consensus);
    const { watch } = world;
    // A twin has no lane of its own in the pictures: it acts under its original's name.
    const isWatched = watch !== undefined && slot === index;
    const watching = isWatched ? watch.observer(index, world) : undefined;
    const config = { ...world.replicaConfig, self: index };
    const also = config.schedule === undefined ? watching : this.#alsoTellingPeers(watching);
    const observer = also === undefined ? witness : alsoTell(witness, also);
    if (config.schedule !== undefined) {
      this.replica = new EpochReplica(config, config.schedule, disk.durable(), this, observer);
      return;
    }
    this.replica =
      config.protocol === 'hotstuff2-basic'
        ? new BasicReplica(config, disk.durable(), this, observer)
        : new ChainedReplica(config, disk.durable(), this, observer);
  }

  /** Starts the process. */
  start(version: string): void {
    const { nowUs, safety, leaderWait, queue } = this.#world;
    safety.started(nowUs, this.#slot, this.replica.lockView, this.replica.votedView);
    leaderWait?.started(this.#slot);
    this.#machine?.started(version, this.#disk.durable().record !== undefined);
    if (this.#sampler !== undefined)
      queue.push(nowUs + SAMPLE_INTERVAL_US, Happening.sample, this.#slot, this.life, 0, undefined);
    this.#report(this.#executor.resume());
    this.replica.start();
    this.#settle();
  }

  // --- what happens to the process

  deliver(from: number, message: Message, bytes: number): void {
    // A starved processor takes its time even where it is free otherwise.
    if (!this.#modelled && !this.#handling && this.#strain.processorFactor === 1) {
      this.#machine?.messageReceived(from, message, bytes, 0);
      this.#handle(from, message);
      this.#machine?.messageProcessed(message, 0);
      return;
    }
    this.#inbox.push({ from, message, bytes, arrivedUs: this.#world.nowUs });
    if (!this.#handling) this.#takeUp();
  }

  /** The processor is done with the message taken up last. */
  processed(from: number, message: Message, tookUs: number): void {
    this.#handling = false;
    this.#handlingUs += tookUs;
    if (this.#consensus !== undefined) this.#consensus.handlingUs = tookUs;
    this.#machine?.signaturesVerified(signatureWork(message));
    this.#handle(from, message);
    this.#machine?.messageProcessed(message, tookUs);
    this.#takeUp();
  }

  expired(timer: TimerName): void {
    const view = this.#timers.due(timer, this.#world.nowUs);
    if (view === undefined) return;
    if (this.#consensus !== undefined) this.#consensus.handlingUs = 0;
    this.replica.expired(timer, view);
    this.#settle();
  }

  /** The oldest record under way is durable. */
  durable(): void {
    this.#durable();
    this.#settle();
  }

  /** The running block is executed. */
  executed(): void {
    this.#report(this.#executor.finish());
    this.#report(this.#executor.next());
  }

  /** Whether a transaction waits in the pool. */
  waits(transaction: number): boolean {
    return this.#mempool.has(transaction);
  }

  /** A client's transaction arrives; returns whether the pool took it in. */
  submit(submission: Submission): boolean {
    const verifyUs = this.#modelled ? VERIFY_US : 0;
    this.#handlingUs += verifyUs;
    const refusal = this.#mempool.admit(submission, this.#world.nowUs);
    if (refusal === undefined) this.#machine?.transactionAdmitted(submission, verifyUs);
    else this.#machine?.transactionRejected(submission.transaction, refusal);
    return refusal === undefined;
  }

  sample(): void {
    if (this.#sampler === undefined) return;
    this.#sampler.sample();
    const at = this.#world.nowUs + SAMPLE_INTERVAL_US;
    this.#world.queue.push(at, Happening.sample, this.#slot, this.life, 0, undefined);
  }

  peerUp(peer: number): void {
    this.#machine?.peerConnected(peer);
  }

  peerDown(peer: number, silent: boolean): void {
    this.#machine?.peerDisconnected(peer, silent);
  }

  // --- what the replica asks for

  send(to: number, message: Message): void {
    const deviates = this.#deviates();
    if (deviates === undefined) return this.#sendOne(to, message);
    for (const instead of deviates.outgoing(to, message)) this.#sendOne(to, instead);
  }

  broadcast(message: Message): void {
    const { nowUs, network, committee } = this.#world;
    if (this.#deviates() !== undefined) {
      for (let to = 0; to < committee.size; to++) if (to !== this.index) this.send(to, message);
      return;
    }
    const bytes = messageBytes(message, committee);
    if (this.#machine !== undefined)
      for (let to = 0; to < committee.size; to++)
        if (to !== this.index) this.#machine.messageSent(to, message, bytes);
    network.broadcast(nowUs, this.#slot, message, bytes);
    if (this.#modelled) this.#sign(message);
  }

  setTimer(timer: TimerName, view: number, delayUs: number): void {
    this.#timers.set(timer, view, this.#world.nowUs, delayUs);
  }

  persist(record: SafetyRecord): void {
    const { nowUs, queue } = this.#world;
    const doneUs = this.#disk.begin(record, nowUs);
    if (this.#machine !== undefined) this.#writing.push({ record, sinceUs: nowUs });
    if (doneUs === nowUs) this.#durableAtOnce++;
    else queue.push(doneUs, Happening.durable, this.#slot, this.life, 0, undefined);
  }

  build(view: number, parent: Block, justify: Qc, dc: Qc | undefined): void {
    this.#toBuild = { view, parent, justify, dc };
  }

  commit(blocks: readonly Block[], syncing: boolean, tip?: Block): void {
    for (const block of blocks) this.#commit(block, syncing);
    this.#world.committed(this.#slot, blocks, syncing, tip);
  }

  // --- inside

  /** Who is a peer as a validator changes with the set. */
  #alsoTellingPeers(watching: Partial<Observer> | undefined): Partial<Observer> | undefined {
    const machine = this.#machine;
    if (machine === undefined) return watching;
    return {
      ...watching,
      epochEntered: (set, opening) => {
        machine.setChanged(set.committee);
        watching?.epochEntered?.(set, opening);
      },
    };
  }

  #commit(block: Block, syncing: boolean): void {
    this.#consensus?.committed(block, syncing);
    for (const transaction of block.payload.transactions) this.#transactionFinal(transaction, block.height);
    this.#report(this.#executor.commit(block));
  }

  #sendOne(to: number, message: Message): void {
    const { nowUs, network, committee } = this.#world;
    const bytes = messageBytes(message, committee);
    this.#machine?.messageSent(to, message, bytes);
    network.send(nowUs, this.#slot, to, message, bytes);
    if (this.#modelled) this.#sign(message);
  }

  /** How this process deviates; a twin deviates by being there. */
  #deviates(): Behaviour | undefined {
    return this.#world.adversaries.behaviours[this.#slot];
  }

  #handle(from: number, message: Message): void {
    this.#deviates()?.incoming(message);
    this.replica.receive(from, message);
    this.#settle();
  }

  /** Takes up the next waiting message, if any. */
  #takeUp(): void {
    const { nowUs, queue } = this.#world;
    const next = this.#inbox.shift(nowUs);
    if (next === undefined) return;
    this.#handling = true;
    const { from, message } = next;
    this.#machine?.messageReceived(from, message, next.bytes, nowUs - next.arrivedUs);
    const tookUs = Math.round(workUs(signatureWork(message)) * this.#strain.processorFactor);
    const work = { from, message, tookUs };
    queue.push(nowUs + tookUs, Happening.processed, this.#slot, this.life, 0, work);
  }

  #sign(message: Message): void {
    if (message.kind === Kind.syncRequest || message.kind === Kind.syncResponse) return;
    this.#handlingUs += SIGN_US;
    this.#machine?.signed();
  }

  /** Hands back what effects completed at once, until nothing is left. */
  #settle(): void {
    while (this.#durableAtOnce > 0 || this.#toBuild !== undefined) {
      const toBuild = this.#toBuild;
      if (this.#durableAtOnce > 0) {
        this.#durableAtOnce--;
        this.#durable();
      } else if (toBuild !== undefined) {
        this.#toBuild = undefined;
        const { view, parent, justify, dc } = toBuild;
        const { opening, lastHeight } = this.replica;
        const payload = parent.height < lastHeight ? this.#payload(parent) : emptyPayload;
        const proof = { justify, dc, opening };
        this.replica.built(this.#world.makeBlock(view, this.index, parent, proof, payload));
      }
    }
  }

  #durable(): void {
    this.#disk.finish();
    const written = this.#writing.shift();
    if (written !== undefined)
      this.#machine?.recordPersisted(written.record, this.#world.nowUs - written.sinceUs, this.#disk);
    this.replica.persisted();
  }

  /** Waiting transactions that are in no uncommitted ancestor. */
  #payload(parent: Block): Payload {
    const { workload, transactions } = this.#world;
    if (workload === undefined || this.#mempool.size === 0) return emptyPayload;
    this.#mempool.expire(this.#world.nowUs);
    const taken = new Set<number>();
    for (const ancestor of this.replica.openPathTo(parent))
      for (const transaction of ancestor.payload.transactions) taken.add(transaction);
    const picked = Int32Array.from(this.#mempool.pick(workload.blockTransactions, taken));
    let bytes = 0;
    let fuel = 0;
    for (const transaction of picked) {
      bytes += transactions.bytes(transaction);
      fuel += transactions.fuel(transaction);
    }
    return { transactions: picked, bytes, fuel };
  }

  #transactionFinal(transaction: number, height: number): void {
    const admission = this.#mempool.remove(transaction);
    if (admission === undefined || this.#machine === undefined) return;
    this.#unpersisted.set(transaction, admission);
    this.#machine.transactionCommitted(transaction, height, admission);
  }

  #report(executed: Executed | undefined): void {
    let done = executed;
    while (done !== undefined) {
      this.#machine?.executed(done, this.#disk.stateRoot, this.#disk);
      if (this.#machine !== undefined) this.#resultsPersisted(done.block);
      done = this.#executor.next();
    }
  }

  #resultsPersisted(block: Block): void {
    for (const transaction of block.payload.transactions) {
      const admission = this.#unpersisted.get(transaction);
      this.#unpersisted.delete(transaction);
      this.#machine?.resultPersisted(transaction, block.height, admission?.submittedAtUs);
    }
  }
}
