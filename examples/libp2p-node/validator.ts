/**
 * A validator: the simulator's protocol machine (chained HotStuff-2) hosted on a real libp2p node, with
 * Quorumscope's hooks for what consensus does and its libp2p metrics for what the network does. Both
 * speak through one hooks object, so that one sidecar shows both.
 *
 * It keeps its safety record in memory: an example, not a validator to run.
 */
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import * as lengthPrefixed from 'it-length-prefixed';
import { createLibp2p } from 'libp2p';
import { ConsensusReporter, type ReportedWorld } from '../../simulator/node/consensus-reporter.js';
import { Names } from '../../simulator/node/names.js';
import { SharedBodies } from '../../simulator/node/shared-bodies.js';
import { emptyPayload, type Block, type Qc } from '../../simulator/protocol/block.js';
import { Ledger } from '../../simulator/protocol/block-tree.js';
import { ChainedReplica } from '../../simulator/protocol/chained-replica.js';
import { equalCommittee } from '../../simulator/protocol/committee.js';
import type { Effects, TimerName } from '../../simulator/protocol/effects.js';
import type { Message } from '../../simulator/protocol/messages.js';
import type { Replica } from '../../simulator/protocol/replica.js';
import { roundRobin } from '../../simulator/protocol/rotation.js';
import type { Hooks } from '../../src/hooks.js';
import { libp2pMetrics, type Libp2pComponents, type Libp2pMetrics } from '../../src/libp2p.js';
import { decode, encode, protocolOf, protocols } from './wire.js';

/** What the validators of a network agree on. */
export interface NetworkFacts {
  readonly chain: string;
  readonly size: number;
  readonly viewTimeoutUs: number;
  /** Pause of a leader before it proposes, so that a network without load does not spin. */
  readonly blockPauseMs: number;
}

/** What a validator itself counted: the test compares it with what the sidecar shows. */
export interface OwnCounts {
  /** Bytes of its protocols' messages, their length prefix included. */
  sentBytes: number;
  receivedBytes: number;
  sentMessages: number;
  receivedMessages: number;
  committedHeight: number;
}

/** One validator of the example network. */
export class Validator implements Effects {
  readonly index: number;
  readonly libp2p: Libp2p;
  readonly counts: OwnCounts;
  readonly metrics: Libp2pMetrics;
  readonly #facts: NetworkFacts;
  readonly #replica: Replica;
  readonly #reporter: ConsensusReporter;
  /** Position of each validator's peer id. */
  readonly #positions = new Map<string, number>();
  readonly #outgoing = new Map<string, Promise<Stream | undefined>>();
  readonly #peers: Libp2p['peerId'][] = [];
  readonly #timers = new Map<TimerName, NodeJS.Timeout>();
  #isRunning = false;

  private constructor(
    index: number,
    libp2p: Libp2p,
    metrics: Libp2pMetrics,
    hooks: Hooks,
    facts: NetworkFacts,
  ) {
    this.index = index;
    this.libp2p = libp2p;
    this.metrics = metrics;
    this.#facts = facts;
    this.counts = {
      sentBytes: 0,
      receivedBytes: 0,
      sentMessages: 0,
      receivedMessages: 0,
      committedHeight: 0,
    };
    const committee = equalCommittee(facts.size);
    const replicaConfig = {
      protocol: 'hotstuff2-chained',
      committee,
      rotation: roundRobin(facts.size),
      pacemaker: 'timeout',
      timers: {
        viewTimeoutUs: facts.viewTimeoutUs,
        backoffFactor: 1.5,
        maxTimeoutUs: 8 * facts.viewTimeoutUs,
      },
      leaderWaitUs: facts.viewTimeoutUs / 10,
    } as const;
    this.#reporter = new ConsensusReporter(worldOf(facts, committee, replicaConfig), hooks);
    const durable = { record: undefined, blocks: [], ledger: new Ledger() };
    this.#replica = new ChainedReplica({ ...replicaConfig, self: index }, durable, this, this.#reporter);
  }

  /** Starts its libp2p node; consensus begins with `begin`, when all are there. */
  static async listen(index: number, hooks: Hooks, facts: NetworkFacts): Promise<Validator> {
    let metrics: Libp2pMetrics | undefined;
    const makeMetrics = libp2pMetrics(hooks, {
      protocols: Object.fromEntries(
        Object.entries(protocols).map(([message, id]) => [id, { message, framing: 'length-prefixed' }]),
      ),
      validatorOf: (peer) => validator?.nameOf(peer),
      intervalMs: 500,
    });
    const libp2p = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      // All validators dial at once, from one address: libp2p takes that for an attack by default.
      connectionManager: { inboundConnectionThreshold: 1_000, maxIncomingPendingConnections: 1_000 },
      connectionMonitor: { pingInterval: 500 },
      metrics: (components: Libp2pComponents) => (metrics = makeMetrics(components)),
    });
    if (metrics === undefined) throw new Error('libp2p did not ask for its metrics');
    const validator: Validator | undefined = new Validator(index, libp2p, metrics, hooks, facts);
    for (const protocol of Object.values(protocols))
      await libp2p.handle(protocol, (stream, connection) => validator.#accept(stream, connection));
    return validator;
  }

  /** Name of the validator whose peer id this is. */
  nameOf(peer: string): string | undefined {
    const position = this.#positions.get(peer);
    return position === undefined ? undefined : `validator-${position}`;
  }

  /** Learns who the others are. Both sides of a connection must know before it is made. */
  meet(all: readonly Validator[]): void {
    for (const { index, libp2p } of all) {
      this.#positions.set(libp2p.peerId.toString(), index);
      this.#peers[index] = libp2p.peerId;
    }
  }

  /** Dials the validators after itself in the set: one connection per pair. */
  async connect(all: readonly Validator[]): Promise<void> {
    const later = all.filter(({ index }) => index > this.index);
    await Promise.all(later.map(({ libp2p }) => this.libp2p.dial(libp2p.getMultiaddrs())));
  }

  begin(): void {
    this.#isRunning = true;
    this.#replica.start();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await this.libp2p.stop();
  }

  // --- what the protocol machine asks for

  send(to: number, message: Message): void {
    this.#write(to, message, encode(message));
  }

  broadcast(message: Message): void {
    const bytes = encode(message);
    for (let to = 0; to < this.#facts.size; to++) if (to !== this.index) this.#write(to, message, bytes);
  }

  setTimer(timer: TimerName, view: number, delayUs: number): void {
    clearTimeout(this.#timers.get(timer));
    const expire = (): void => this.#whileRunning(() => this.#replica.expired(timer, view));
    this.#timers.set(timer, setTimeout(expire, delayUs / 1000));
  }

  persist(): void {
    setImmediate(() => this.#whileRunning(() => this.#replica.persisted()));
  }

  build(view: number, parent: Block, justify: Qc, dc: Qc | undefined): void {
    const proposedAtUs = Date.now() * 1000;
    setTimeout(() => {
      const block = {
        id: view * this.#facts.size + this.index + 1,
        view,
        height: parent.height + 1,
        parent: parent.id,
        proposer: this.index,
        justify,
        dc,
        opening: undefined,
        payload: emptyPayload,
        proposedAtUs,
        hashHigh: 0,
        hashLow: 0,
      };
      this.#whileRunning(() => this.#replica.built(block));
    }, this.#facts.blockPauseMs);
  }

  commit(blocks: readonly Block[], syncing: boolean): void {
    for (const block of blocks) {
      this.#reporter.committed(block, syncing);
      this.counts.committedHeight = block.height;
    }
  }

  // --- streams

  /** Messages of a stream arrive in order; the connection says whose they are. */
  async #accept(stream: Stream, connection: Connection): Promise<void> {
    const from = this.#positions.get(connection.remotePeer.toString());
    if (from === undefined) return stream.abort(new Error('not a validator of this network'));
    try {
      for await (const piece of lengthPrefixed.decode(stream)) {
        const bytes = piece.subarray();
        this.counts.receivedMessages++;
        this.counts.receivedBytes += framedBytes(bytes.byteLength);
        this.#whileRunning(() => this.#replica.receive(from, decode(bytes)));
      }
    } catch {
      // The stream ended in the middle of a message: the peer is gone, and its timer is running.
    }
  }

  #write(to: number, message: Message, bytes: Uint8Array): void {
    const protocol = protocolOf(message);
    const key = `${to} ${protocol}`;
    const stream = this.#outgoing.get(key) ?? this.#open(to, protocol);
    this.#outgoing.set(key, stream);
    void stream.then((open) => {
      if (open?.status !== 'open') return void this.#outgoing.delete(key);
      this.counts.sentMessages++;
      this.counts.sentBytes += framedBytes(bytes.byteLength);
      open.send(lengthPrefixed.encode.single(bytes));
    });
  }

  #open(to: number, protocol: string): Promise<Stream | undefined> {
    const peer = this.#peers[to];
    if (peer === undefined) return Promise.resolve(undefined);
    return this.libp2p.dialProtocol(peer, protocol).catch(() => undefined);
  }

  /** A machine that was stopped hears nothing more; what it is called from must not fail by it. */
  #whileRunning(action: () => void): void {
    if (this.#isRunning) action();
  }
}

/** Seven bits of the length fit into a byte of its prefix. */
function framedBytes(payload: number): number {
  return payload + (payload < 2 ** 7 ? 1 : payload < 2 ** 14 ? 2 : 3);
}

/** What the reporter needs of a world, of a real one. */
function worldOf(
  { chain, size }: NetworkFacts,
  committee: ReportedWorld['committee'],
  replicaConfig: ReportedWorld['replicaConfig'],
): ReportedWorld {
  return {
    get nowUs() {
      return Date.now() * 1000;
    },
    committee,
    names: new Names(chain, 0, size),
    replicaConfig,
    sharedBodies: new SharedBodies(),
    stampUs: (_index, atUs) => atUs,
  };
}
