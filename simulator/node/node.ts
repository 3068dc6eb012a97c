/**
 * A simulated node: its disk, which stays, and its process, which comes and goes. A crash ends the
 * process at once, with memory, timers, queues and unfinished writes; a restart makes a new one
 * from what the disk holds, with a new run of events.
 */
import type { Random } from '../../src/base/random.js';
import { Disk } from './disk.js';
import type { SimulatedNodeHooks } from './identity.js';
import { NodeProcess } from './process.js';
import { Strain } from './strain.js';
import type { NodeWorld } from './world.js';

/** One validator's node. */
export class SimulatedNode {
  readonly index: number;
  readonly disk: Disk;
  readonly #world: NodeWorld;
  readonly #slot: number;
  #process: NodeProcess | undefined;
  #hooks: SimulatedNodeHooks | undefined;
  #life = 0;
  #lastView = 0;

  /** @param slot where the world's events find its process: `index`, unless it is a twin */
  constructor(world: NodeWorld, index: number, random: Random, slot = index) {
    this.index = index;
    this.#slot = slot;
    this.#world = world;
    this.disk = new Disk(random, world.hardware, world.strains[index] ?? new Strain());
  }

  /** The running process; undefined while the node is down. */
  get process(): NodeProcess | undefined {
    return this.#process;
  }

  get alive(): boolean {
    return this.#process !== undefined;
  }

  /** The view it is in, or was in when it crashed. */
  get view(): number {
    return this.#process?.replica.view ?? this.#lastView;
  }

  /** The process of `life`, if it still runs. */
  life(life: number): NodeProcess | undefined {
    return this.#process?.life === life ? this.#process : undefined;
  }

  /** Starts a process; a running one stays. */
  start(version: string): void {
    if (this.#process !== undefined) return;
    this.#life++;
    if (this.#life > 1 && !this.#world.keepsSafetyRecord) this.disk.forgetSafetyRecord();
    // A twin is the attacker's own process: nobody looks into it.
    if (this.#slot === this.index)
      this.#hooks = this.#world.hooksFor?.(this.#world.identity(this.index, this.#life));
    this.#process = new NodeProcess(this.#world, this.index, this.#life, this.disk, this.#hooks, this.#slot);
    this.#process.start(version);
  }

  /** Kills the process. */
  crash(): void {
    if (this.#process === undefined) return;
    this.#lastView = this.#process.replica.view;
    this.#process = undefined;
    this.disk.crash(this.#world.nowUs);
    this.close();
  }

  /** Ends the event stream of the process. */
  close(): void {
    const hooks = this.#hooks;
    this.#hooks = undefined;
    hooks?.close?.();
  }
}
