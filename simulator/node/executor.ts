/**
 * Executes committed blocks of one node in order, one at a time, beside consensus. What comes out is a
 * state root that is a pure function of the chain, so that all honest nodes agree. A crash between
 * commit and execution only means that the block is executed again after the restart.
 */
import { Code } from '../core/digest.js';
import { Happening } from '../core/happenings.js';
import type { Block } from '../protocol/block.js';
import { FUEL_PER_US } from '../workload/contracts.js';
import type { Disk } from './disk.js';
import type { NodeWorld } from './world.js';

/** What is known when a block has been executed and its results are durable. */
export interface Executed {
  readonly block: Block;
  /** Time of execution proper, and of making the results durable, microseconds. */
  readonly executeUs: number;
  readonly syncUs: number;
}

/** The executor of one process run. */
export class Executor {
  readonly #world: NodeWorld;
  readonly #node: number;
  readonly #life: number;
  readonly #disk: Disk;
  readonly #waiting: Block[] = [];
  #running: Executed | undefined;
  /** Processor time spent executing so far, microseconds. */
  busyUs = 0;

  constructor(world: NodeWorld, node: number, life: number, disk: Disk) {
    this.#world = world;
    this.#node = node;
    this.#life = life;
    this.#disk = disk;
  }

  /** Blocks committed but not executed yet. */
  get backlog(): number {
    return this.#waiting.length + (this.#running === undefined ? 0 : 1);
  }

  /** Takes up what was committed but not executed before the last crash. */
  resume(): Executed | undefined {
    const { ledger } = this.#disk;
    for (let height = this.#disk.executedHeight + 1; height <= ledger.head.height; height++) {
      const block = ledger.at(height);
      if (block !== undefined) this.#waiting.push(block);
    }
    return this.#next();
  }

  /** A block was committed; returns it when its execution takes no time. */
  commit(block: Block): Executed | undefined {
    // Nothing runs and nothing waits where execution takes no time: no queue is needed.
    if (this.#world.workload === undefined && this.#waiting.length === 0) return this.#execute(block);
    this.#waiting.push(block);
    return this.#running === undefined ? this.#next() : undefined;
  }

  /** The running block is done; begins the next. */
  finish(): Executed | undefined {
    const done = this.#running;
    this.#running = undefined;
    if (done !== undefined) this.#apply(done.block);
    return done;
  }

  /** Begins the next block; returns it when it took no time. To be called until it returns undefined. */
  next(): Executed | undefined {
    return this.#running === undefined ? this.#next() : undefined;
  }

  #next(): Executed | undefined {
    const block = this.#waiting.shift();
    if (block === undefined) return undefined;
    return this.#execute(block);
  }

  /** Begins a block; returns it when it took no time. */
  #execute(block: Block): Executed | undefined {
    const { nowUs, workload, queue, strains } = this.#world;
    if (workload === undefined) {
      this.#apply(block);
      return { block, executeUs: 0, syncUs: 0 };
    }
    const { processorFactor = 1 } = strains[this.#node] ?? {};
    const executeUs = Math.max(1, Math.round((processorFactor * block.payload.fuel) / FUEL_PER_US));
    const doneUs = this.#disk.syncUs(nowUs + executeUs);
    this.busyUs += executeUs;
    this.#running = { block, executeUs, syncUs: doneUs - nowUs - executeUs };
    queue.push(doneUs, Happening.executed, this.#node, this.#life, 0, undefined);
    return undefined;
  }

  #apply(block: Block): void {
    const { nowUs, digest, safety, stateRoots } = this.#world;
    const { hashHigh, hashLow, payload } = block;
    const root = stateRoots.after(this.#disk.stateRoot, hashHigh, hashLow, payload.fuel);
    this.#disk.stateRoot = root;
    this.#disk.executedHeight = block.height;
    digest.record(Code.executed, nowUs, this.#node, block.height, root.high, root.low);
    // 53 bits of the root are enough to tell two states apart.
    safety.executed(nowUs, this.#node, block.height, (root.high >>> 11) * 4294967296 + root.low);
  }
}
