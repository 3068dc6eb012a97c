/**
 * The periodic measurements of one process run, once per simulated second. They are computed from
 * what the simulation did in that second, never drawn:
 *
 *   cpu         processor time of signatures and execution / elapsed time
 *   resident    a base of 48 MiB + mempool + ledger index + per-peer buffers + execution backlog + leak
 *   disk        bytes kept + a base of 64 MiB, of 256 GiB
 *   network     bytes sent and received / elapsed time, over its uplink, or 1 Gbit/s
 *   loop lag    the longest that a message waited for the processor
 *   clocks      every ten seconds, how far the clock of each peer is from the node's own
 */
import type { Mempool } from '../workload/mempool.js';
import type { Disk } from './disk.js';
import type { Executor } from './executor.js';
import type { SimulatedNodeHooks } from './identity.js';
import type { Inbox } from './inbox.js';
import type { MachineReporter } from './machine-reporter.js';
import type { Strain } from './strain.js';
import type { NodeWorld } from './world.js';

/** Time between samples. */
export const SAMPLE_INTERVAL_US = 1_000_000;

const MIB = 1024 * 1024;
const BASE_RESIDENT_BYTES = 48 * MIB;
const BASE_DISK_BYTES = 64 * MIB;
const PEER_BUFFER_BYTES = 256 * 1024;
const MEMPOOL_ENTRY_BYTES = 96;
const LEDGER_ENTRY_BYTES = 48;
const MACHINE_MEMORY_BYTES = 8 * 1024 * MIB;
const DISK_CAPACITY_BYTES = 256 * 1024 * MIB;
const LINK_BYTES_PER_SECOND = 125_000_000;
const BASE_FILE_DESCRIPTORS = 24;
const MAX_FILE_DESCRIPTORS = 1024;

/** Clocks are compared after so many samples: they hardly drift. */
const CLOCK_SAMPLES = 10;

/** The parts of a process that are measured. */
interface Measured {
  readonly mempool: Mempool;
  readonly disk: Disk;
  readonly executor: Executor;
  readonly inbox: Inbox;
  readonly strain: Strain;
  /** Processor time of message handling so far, microseconds. */
  readonly handlingUs: () => number;
}

/** Measures one process run. */
export class Sampler {
  readonly #world: NodeWorld;
  readonly #node: number;
  readonly #hooks: SimulatedNodeHooks;
  readonly #reporter: MachineReporter;
  readonly #measured: Measured;
  readonly #bornUs: number;
  #busyUs = 0;
  #samples = 0;
  #bytes: number;

  constructor(
    world: NodeWorld,
    node: number,
    hooks: SimulatedNodeHooks,
    reporter: MachineReporter,
    measured: Measured,
  ) {
    this.#world = world;
    this.#bornUs = world.nowUs;
    this.#node = node;
    this.#hooks = hooks;
    this.#reporter = reporter;
    this.#measured = measured;
    this.#bytes = world.network.bytesOf(node);
  }

  /** Measures; `SAMPLE_INTERVAL_US` have passed since the last time. */
  sample(): void {
    this.#network();
    this.#pools();
    this.#process();
    if (++this.#samples % CLOCK_SAMPLES === 0) this.#clocks();
  }

  #network(): void {
    const { network } = this.#hooks;
    const { peers } = this.#reporter;
    const inbound = peers.filter((peer) => peer < this.#node).length;
    network.peersMeasured({
      active: peers.length,
      inbound,
      outbound: peers.length - inbound,
      validators: this.#reporter.validatorPeers,
    });
    for (const peer of peers)
      network.latencyMeasured({
        peer: this.#world.names.node(peer),
        rtt_us: this.#world.network.roundTripUs(this.#node, peer),
      });
    network.queueMeasured({ queue: 'inbound', depth: this.#measured.inbox.depth });
    network.queueMeasured({ queue: 'execution', depth: this.#measured.executor.backlog });
    network.linkMeasured({
      capacity_bytes_per_second: this.#world.network.uplinkBytesPerSecond ?? LINK_BYTES_PER_SECOND,
    });
  }

  #clocks(): void {
    const { strains, nowUs, names } = this.#world;
    const errorUs = (node: number): number => strains[node]?.clockErrorUs(nowUs) ?? 0;
    for (const peer of this.#reporter.peers)
      this.#hooks.network.clockOffsetMeasured({
        peer: names.node(peer),
        offset_us: errorUs(peer) - errorUs(this.#node),
      });
  }

  #pools(): void {
    const { mempool, disk } = this.#measured;
    const oldestUs = mempool.oldestUs;
    if (this.#world.workload !== undefined)
      this.#hooks.mempool.measured({
        transactions: mempool.size,
        bytes: mempool.bytes,
        capacity: mempool.limits.capacity,
        oldest_age_us: oldestUs === undefined ? 0 : this.#world.nowUs - oldestUs,
      });
    this.#hooks.storage.measured({
      size_bytes: BASE_DISK_BYTES + disk.usedBytes,
      capacity_bytes: DISK_CAPACITY_BYTES,
    });
    this.#hooks.state.measured({ size_bytes: disk.usedBytes });
  }

  #process(): void {
    const { mempool, disk, executor, inbox, strain, handlingUs } = this.#measured;
    const busyUs = executor.busyUs + handlingUs();
    const bytes = this.#world.network.bytesOf(this.#node);
    const peers = this.#reporter.peers.length;
    const heap =
      mempool.bytes +
      mempool.size * MEMPOOL_ENTRY_BYTES +
      disk.ledger.head.height * LEDGER_ENTRY_BYTES +
      peers * PEER_BUFFER_BYTES +
      executor.backlog * 4096 +
      strain.leakedBytes(this.#bornUs, this.#world.nowUs);
    this.#hooks.process.measured({
      cpu_ratio: (busyUs - this.#busyUs) / SAMPLE_INTERVAL_US,
      resident_bytes: BASE_RESIDENT_BYTES + heap,
      heap_used_bytes: heap,
      memory_ratio: (BASE_RESIDENT_BYTES + heap) / MACHINE_MEMORY_BYTES,
      disk_used_bytes: BASE_DISK_BYTES + disk.usedBytes,
      disk_capacity_bytes: DISK_CAPACITY_BYTES,
      network_bytes_per_second: ((bytes - this.#bytes) * 1_000_000) / SAMPLE_INTERVAL_US,
      open_file_descriptors: BASE_FILE_DESCRIPTORS + peers,
      max_file_descriptors: MAX_FILE_DESCRIPTORS,
    });
    if (this.#world.hardware.processor === 'modelled' || strain.processorFactor > 1)
      this.#hooks.process.loopLagMeasured({ lag_us: inbox.takeLongestWaitUs() });
    this.#busyUs = busyUs;
    this.#bytes = bytes;
  }
}
