/**
 * Puts a simulated world together and runs it: nodes, network, faults, load, checkers. It owns virtual
 * time and is the only place that takes events out of the queue. Events at one instant happen in the
 * order in which they were scheduled, so that a run is a function of its options and its seed.
 */
import { createHash } from 'node:crypto';
import { WallClock, type Clock } from '../src/base/clock.js';
import { createRandom } from '../src/base/random.js';
import { EpochCourse } from './checkers/epoch-course.js';
import { InclusionChecker } from './checkers/inclusion-checker.js';
import { LivenessChecker } from './checkers/liveness-checker.js';
import { LeaderWaitChecker } from './checkers/leader-wait-checker.js';
import { commitsDue } from './checkers/liveness-limits.js';
import { SafetyChecker } from './checkers/safety-checker.js';
import { ViolationLog, type Violation } from './checkers/violation.js';
import { Code, RunDigest } from './core/digest.js';
import { EventQueue } from './core/event-queue.js';
import { Happening } from './core/happenings.js';
import { fullSpeed, realTime, type Pace } from './core/pace.js';
import type { Fault, FaultChange } from './faults/fault.js';
import { FaultLedger } from './faults/fault-ledger.js';
import { faultProblems } from './faults/fault-problems.js';
import type { LatencyModel } from './network/latency.js';
import { Network } from './network/network.js';
import { latencyOf } from './network/network-options.js';
import { Adversaries } from './node/adversaries.js';
import { Connections } from './node/connections.js';
import type { Hardware } from './node/hardware.js';
import type { HooksFor, NodeIdentity } from './node/identity.js';
import { Names } from './node/names.js';
import { SimulatedNode } from './node/node.js';
import type { NodeProcess } from './node/process.js';
import { SharedBodies } from './node/shared-bodies.js';
import { Strain } from './node/strain.js';
import type { BlockProof, NodeWorld } from './node/world.js';
import { checkOptions, DEFAULT_START_US, refuse, type SimulationOptions } from './options.js';
import type { Block, Payload } from './protocol/block.js';
import type { Committee } from './protocol/committee.js';
import type { TimerName, ViewTrigger } from './protocol/effects.js';
import type { Message } from './protocol/messages.js';
import type { EpochSchedule } from './protocol/epoch.js';
import { COMMIT_DEPTH, type ReplicaConfig } from './protocol/replica.js';
import { ReputationRotation } from './protocol/reputation.js';
import { chooseRotation } from './protocol/rotation-choice.js';
import { resultOf, type SimulationResult } from './report/result.js';
import { bothWatch, type RunWatch } from './report/run-watch.js';
import { Tally } from './report/tally.js';
import { believedEpochs, committeeOf, epochsOf, replicaConfigOf, responsiveUs } from './setup.js';
import type { TruthTeller } from './truth/truth-teller.js';
import { truthTellerOf } from './truth/truth-wiring.js';
import { hashOfBlock, StateRoots } from './workload/content-hash.js';
import { TransactionModel } from './workload/contracts.js';
import { Clients } from './workload/clients.js';
import { workloadOf, type Workload } from './workload/workload.js';

/** Events handled before the process's other work gets a turn. */
const BATCH = 8192;

/** The world of one run. */
export class World implements NodeWorld {
  nowUs = 0;
  readonly startUs: number;
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly committee: Committee;
  readonly digest = new RunDigest();
  readonly safety: SafetyChecker;
  readonly leaderWait: LeaderWaitChecker | undefined;
  readonly tally: Tally;
  readonly names: Names;
  readonly hardware: Hardware;
  readonly workload: Workload | undefined;
  readonly transactions: TransactionModel;
  readonly stateRoots = new StateRoots();
  readonly replicaConfig: Omit<ReplicaConfig, 'self'>;
  readonly hooksFor: HooksFor | undefined;
  readonly sharedBodies = new SharedBodies();
  readonly watch: RunWatch | undefined;
  /** Absent where nobody wants the truth. */
  readonly truth: TruthTeller | undefined;
  readonly keepsSafetyRecord: boolean;
  readonly nodes: readonly SimulatedNode[];
  readonly strains: readonly Strain[];
  readonly adversaries: Adversaries;
  readonly everybody: ReadonlySet<number>;
  readonly #connections: Connections;
  readonly #options: SimulationOptions;
  readonly #clock: Clock;
  readonly #latency: LatencyModel;
  readonly #liveness: LivenessChecker;
  readonly #inclusion: InclusionChecker;
  readonly #safetyLog: ViolationLog;
  readonly #livenessLog: ViolationLog;
  readonly #faults: FaultLedger;
  readonly #clients: Clients | undefined;
  readonly #version: string;
  /** Where the set changes. */
  readonly #epochs: EpochSchedule | undefined;
  readonly #course: EpochCourse | undefined;
  #pace: Pace | undefined;
  #blocks = 0;
  #stopped = false;
  #wallMs = 0;

  constructor(options: SimulationOptions) {
    checkOptions(options);
    const { validators, seed, pacemaker } = options;
    this.#options = options;
    this.#clock = options.clock ?? new WallClock();
    this.#version = options.version ?? 'unversioned';
    this.startUs = options.startUs ?? (options.speed === 'realtime' ? this.#clock.nowUs() : DEFAULT_START_US);
    const random = createRandom(seed, 'simulation');
    this.everybody = new Set(new Array(validators).keys());
    const arrivals = random.fork('arrivals');
    const { network = {} } = options;
    const chance = random.fork('network');
    this.#latency = options.latency ?? latencyOf(network, options.delayUs, chance);
    this.network = new Network(this.queue, this.#latency, validators, chance, network);
    this.#epochs = epochsOf(options);
    const trueCommittee = committeeOf(options);
    const { quorumPower, amnesia = false } = options.negativeControls ?? {};
    this.committee = quorumPower === undefined ? trueCommittee : committeeOf(options, quorumPower);
    this.keepsSafetyRecord = !amnesia;
    const rotation = chooseRotation(options.rotation, trueCommittee, seed);
    const heard = options.truth && ((violation: Violation): void => this.truth?.violated(violation));
    this.#safetyLog = new ViolationLog(seed, heard);
    this.#livenessLog = new ViolationLog(seed, heard);
    const first = this.#epochs?.of(0) ?? { committee: trueCommittee, rotation };
    this.safety = new SafetyChecker(this.#safetyLog, first, options.protocol, this.#epochs, pacemaker);
    if (options.protocol !== 'hotstuff3-chained')
      this.leaderWait = new LeaderWaitChecker(
        this.#livenessLog,
        validators,
        options.leaderWaitUs,
        trueCommittee.members.length,
      );
    this.tally = new Tally(validators);
    this.names = new Names(options.chain ?? 'simulated', seed, validators);
    this.hardware = { fsync: 'instant', processor: 'free', ...options.hardware };
    this.workload = options.workload === undefined ? undefined : workloadOf(options.workload);
    this.transactions = new TransactionModel(seed, this.workload?.arrivals.trace);
    // The client is as far from the validators as they are from each other.
    const distanceUs = this.#latency.typicalUs(0, 1);
    if (this.workload !== undefined)
      this.#clients = new Clients(this.workload, this.transactions, arrivals, distanceUs);
    this.hooksFor = options.hooksFor;
    const sets = believedEpochs(this.#epochs, options);
    this.replicaConfig = replicaConfigOf(options, this.committee, rotation, sets);
    const { maxTimeoutUs } = this.replicaConfig.timers;
    this.#inclusion = new InclusionChecker(this.#livenessLog);
    this.#liveness = new LivenessChecker(this.#livenessLog, {
      validators,
      ...commitsDue(trueCommittee, options.protocol, options.rotation),
      longestViewUs: maxTimeoutUs + options.leaderWaitUs + 6 * this.#latency.maxDelayUs,
      responsiveUs: responsiveUs(this, this.#latency.maxDelayUs),
      announceUs: this.#latency.maxDelayUs,
      members: trueCommittee.members,
    });
    if (this.#epochs !== undefined) this.#course = this.#courseOf(this.#epochs);
    if (options.truth !== undefined) this.truth = truthTellerOf(this, options, options.truth);
    this.network.trace = this.truth;
    this.watch = bothWatch(options.watch, this.truth);
    this.#faults = new FaultLedger(this, options.truth);
    // No promise holds for a network that never stops losing or delaying messages.
    if (!this.network.conditions.calm) this.faultsChanged(new Set());
    this.strains = Array.from({ length: validators }, () => new Strain());
    this.nodes = Array.from(
      { length: validators },
      (_, index) => new SimulatedNode(this, index, random.fork(`disk/${index}`)),
    );
    this.adversaries = new Adversaries(this, this.#version, random.fork('twins'));
    this.#connections = new Connections(this);
    this.#schedule();
  }

  #courseOf(schedule: EpochSchedule): EpochCourse {
    const { protocol, rotation } = this.#options;
    const { safety, leaderWait } = this;
    const due = (committee: Committee) => commitsDue(committee, protocol, rotation);
    return new EpochCourse(schedule, { safety, leaderWait, liveness: this.#liveness, due });
  }

  // --- driving

  async run(): Promise<SimulationResult> {
    const pace = this.#options.speed === 'realtime' ? realTime(this.#clock) : fullSpeed();
    this.#pace = pace;
    // The pacing clock's timers do not keep a process alive; a running simulation must.
    const keepAlive = setInterval(() => undefined, 1_000_000);
    const beganUs = this.#clock.monoUs();
    try {
      while (!this.#finished()) {
        this.#runBatch(Math.min(pace.allowedUs(), this.#endUs()));
        if (!this.#finished()) await pace.until(Math.min(this.queue.nextTimeUs, this.#endUs()));
      }
    } finally {
      clearInterval(keepAlive);
      this.#wallMs = (this.#clock.monoUs() - beganUs) / 1000;
    }
    this.#end();
    return this.result();
  }

  stop(): void {
    this.#stopped = true;
    this.#pace?.wake();
  }

  inject(fault: Fault): void {
    refuse('the fault cannot be injected', faultProblems(fault, this.nodes.length));
    const runningUs = this.#pace?.allowedUs() ?? 0;
    // At full speed there is no other now than that of the last event.
    const nowUs = Number.isFinite(runningUs) ? Math.max(this.nowUs, Math.floor(runningUs)) : this.nowUs;
    this.#faults.schedule(fault, nowUs);
    this.#pace?.wake();
  }

  result(): SimulationResult {
    return resultOf(this, {
      options: this.#options,
      version: this.#version,
      safety: this.#safetyLog,
      liveness: this.#livenessLog,
      wallMs: this.#wallMs,
    });
  }

  // --- what nodes and faults ask of the world

  identity(index: number, life: number): NodeIdentity {
    const bornUs = this.nowUs;
    const birth = `${this.#options.seed}/${this.startUs}/${index}/${life}`;
    const { opening } = this.nodes[index]?.disk.ledger ?? {};
    const { committee } = this.#epochs?.of(opening?.epoch ?? 0) ?? this;
    return {
      index,
      node: this.names.node(index),
      chain: this.#options.chain ?? 'simulated',
      protocol: this.replicaConfig.protocol,
      validators: this.names.set(committee),
      validator: this.names.validator(index),
      viewTimeoutUs: this.#options.viewTimeoutUs,
      software: `quorumscope-simulator/${this.#version}`,
      life,
      run: createHash('sha256').update(birth).digest('hex').slice(0, 16),
      clock: { nowUs: () => this.stampUs(index, this.nowUs), monoUs: () => this.nowUs - bornUs },
    };
  }

  stampUs(index: number, atUs: number): number {
    return this.startUs + atUs + (this.strains[index]?.clockErrorUs(atUs) ?? 0);
  }

  makeBlock(view: number, proposer: number, parent: Block, proof: BlockProof, payload: Payload): Block {
    const id = ++this.#blocks;
    const height = parent.height + 1;
    const { high, low } = hashOfBlock(parent, [view, height, proposer], payload.transactions);
    const block: Block = {
      id,
      view,
      height,
      parent: parent.id,
      proposer,
      justify: proof.justify,
      dc: proof.dc,
      opening: proof.opening,
      payload,
      proposedAtUs: this.nowUs,
      hashHigh: high,
      hashLow: low,
    };
    this.safety.made(block);
    return block;
  }

  epochEntered(node: number, epoch: number, view: number): void {
    this.#course?.entered(this.nowUs, node, epoch, view);
  }

  viewEntered(node: number, view: number, trigger: ViewTrigger): void {
    this.#liveness.viewEntered(this.nowUs, node, view, trigger);
  }

  timeoutCertified(node: number, view: number): void {
    this.#liveness.timeoutCertified(this.nowUs, node, view);
  }

  committed(node: number, blocks: readonly Block[], syncing: boolean, tip = blocks.at(-1)): void {
    if (node >= this.nodes.length) return;
    this.safety.committed(this.nowUs, node, blocks, tip);
    let grew = false;
    const openedView = (tip?.view ?? 0) + COMMIT_DEPTH[this.replicaConfig.protocol];
    for (const block of blocks) {
      this.watch?.committed(node, block, this);
      this.digest.record(Code.committed, this.nowUs, node, block.height, block.id, block.view);
      if (!this.tally.committed(this.nowUs, node, block, syncing)) continue;
      this.#inclusion.included(this.nowUs, block);
      grew = true;
      const { rotation } = this.#epochs?.of(block.opening?.epoch ?? 0) ?? this.replicaConfig;
      if (rotation instanceof ReputationRotation) rotation.committed(block);
      this.tally.intervalViews.add(openedView - block.view);
    }
    if (!grew) return;
    this.tally.chainGrew();
    this.#liveness.committed(this.nowUs);
    if (this.tally.commitEvents % 1024 === 0) this.#cutLedgers();
  }

  /** A node's pool threw a transaction out: it need not be on the chain any more. */
  evicted(node: number, transaction: number): void {
    this.#inclusion.evicted(node, transaction);
  }

  /** Starts a node's process and connects it; a running one stays as it is. */
  startNode(index: number): void {
    const node = this.nodes[index];
    if (node === undefined || node.alive) return;
    node.start(this.#version);
    if (this.hooksFor !== undefined) this.#connections.started(index);
  }

  /** Kills a node's process; its peers notice when their connections break. */
  crashNode(index: number): void {
    const node = this.nodes[index];
    if (node === undefined || !node.alive) return;
    node.crash();
    if (this.hooksFor !== undefined) this.#connections.crashed(index);
  }

  /** Links were cut, or are whole again. */
  linksChanged(): void {
    if (this.hooksFor !== undefined) this.#connections.linksChanged();
  }

  /** Clients submit `factor` times as much from now on. */
  setCrowd(factor: number): void {
    if (this.#clients !== undefined) this.#clients.crowd = factor;
  }

  /** Some fault began or ended; these validators are faulty now. */
  faultsChanged(faulty: ReadonlySet<number>): void {
    const { calm } = this.network.conditions;
    this.#liveness.faultsChanged(this.nowUs, calm ? faulty : this.everybody);
  }

  // --- the loop

  #schedule(): void {
    for (const fault of this.#options.faults ?? []) this.#faults.schedule(fault, 0);
    for (const node of this.nodes) this.queue.push(0, Happening.start, node.index, 0, 0, undefined);
    this.#scheduleArrival(0);
  }

  #endUs(): number {
    return this.#options.durationUs ?? Number.POSITIVE_INFINITY;
  }

  #finished(): boolean {
    const { maxViews = Number.POSITIVE_INFINITY } = this.#options;
    if (this.#stopped || this.tally.highestView > maxViews) return true;
    // At full speed an empty queue stays empty; in real time a fault may still be injected.
    if (this.queue.size === 0 && this.#options.speed === 'max') return true;
    // In real time the end is waited for, so that the world can still be looked at.
    const idle = this.queue.nextTimeUs > this.#endUs();
    return idle && (this.#pace?.allowedUs() ?? 0) >= this.#endUs();
  }

  #runBatch(untilUs: number): void {
    const { maxViews = Number.POSITIVE_INFINITY } = this.#options;
    const { queue, tally } = this;
    for (let handled = 0; handled < BATCH; handled++) {
      if (queue.nextTimeUs > untilUs || this.#stopped || tally.highestView > maxViews) return;
      queue.pop();
      this.nowUs = queue.timeUs;
      this.#handle();
    }
  }

  #handle(): void {
    const { queue } = this;
    if (queue.kind === Happening.deliver)
      return this.#deliver(queue.node, queue.a, queue.b, queue.payload as Message);
    const node = this.nodes[queue.node] ?? this.adversaries.twin(queue.node);
    switch (queue.kind) {
      case Happening.timer:
        return node?.life(queue.a)?.expired(queue.b as TimerName);
      case Happening.durable:
        return node?.life(queue.a)?.durable();
      case Happening.processed: {
        const work = queue.payload as { from: number; message: Message; tookUs: number };
        return node?.life(queue.a)?.processed(work.from, work.message, work.tookUs);
      }
      case Happening.executed:
        return node?.life(queue.a)?.executed();
      case Happening.sample:
        return node?.life(queue.a)?.sample();
      case Happening.peerUp:
        return this.#connections.tellUp(node, queue.a);
      case Happening.peerDown:
        return this.#connections.tellDown(node, queue.a, queue.b === 1);
      case Happening.fault:
        return this.#faults.apply(queue.payload as FaultChange);
      case Happening.arrival:
        return this.#arrive();
      case Happening.start:
        return this.#faults.isDown(queue.node) ? undefined : this.startNode(queue.node);
    }
  }

  #deliver(to: number, slot: number, bytes: number, message: Message): void {
    const size = this.nodes.length;
    const from = slot < size ? slot : slot - size;
    const process = this.adversaries.present ? this.#reached(slot, to) : this.nodes[to]?.process;
    if (process === undefined) {
      this.digest.record(Code.dropped, this.nowUs, to, message.kind, from, message.view);
      this.network.countDropped(message.kind);
      return;
    }
    this.digest.record(Code.delivered, this.nowUs, to, message.kind, from, message.view);
    this.network.countDelivered(message.kind, to, bytes);
    process.deliver(from, message, bytes);
  }

  /** Where there are twins, a message reaches the process on its sender's side. */
  #reached(slot: number, to: number): NodeProcess | undefined {
    const reached = this.adversaries.route(slot, to) ?? -1;
    return (this.nodes[reached] ?? this.adversaries.twin(reached))?.process;
  }

  #scheduleArrival(fromUs: number): void {
    const inUs = this.#clients?.nextUs();
    if (inUs !== undefined) this.queue.push(fromUs + inUs, Happening.arrival, 0, 0, 0, undefined);
  }

  #arrive(): void {
    const submission = this.#clients?.submit(this.nowUs);
    if (submission === undefined) return;
    for (const { process, index } of this.nodes) {
      const admitted = process?.submit(submission) === true;
      if (admitted && process.life === 1) this.#inclusion.admitted(index, submission.transaction);
    }
    this.#scheduleArrival(this.nowUs);
  }

  /** Blocks that every node has and has executed can be asked for by nobody. */
  #cutLedgers(): void {
    let lowest = Number.POSITIVE_INFINITY;
    for (const node of this.nodes)
      lowest = Math.min(lowest, node.disk.executedHeight, node.disk.ledger.head.height);
    for (const node of this.nodes) node.disk.ledger.cut(lowest);
  }

  #end(): void {
    const { durationUs } = this.#options;
    if (durationUs !== undefined && !this.#stopped && this.queue.nextTimeUs > durationUs)
      this.nowUs = durationUs;
    this.#liveness.finished(this.nowUs);
    this.#inclusion.finished(this.nowUs, (index, transaction) => {
      const process = this.nodes[index]?.process;
      return process?.life !== 1 || process.waits(transaction);
    });
    this.truth?.finish();
    this.#faults.end();
    for (const node of this.nodes) node.close();
  }
}
