/**
 * The attackers among the validators: who deviates and how, and the twin processes. Whoever was one once
 * is never judged as honest again in the run, since what it signed then may still be about.
 */
import type { Random } from '../../src/base/random.js';
import { behaviourOf, type Behaviour, type BehaviourName } from '../faults/behaviour.js';
import { Twins } from '../faults/twins.js';
import { SimulatedNode } from './node.js';
import type { NodeWorld } from './world.js';

/** All attackers of a run. */
export class Adversaries {
  /** How validators deviate, by position; undefined: not at all. */
  readonly behaviours: (Behaviour | undefined)[];
  readonly #world: NodeWorld;
  readonly #version: string;
  readonly #disks: Random;
  readonly #size: number;
  readonly #twins: Twins;
  readonly #nodes = new Map<number, SimulatedNode>();

  /** @param version of the software that twins run */
  constructor(world: NodeWorld, version: string, disks: Random) {
    this.#world = world;
    this.#version = version;
    this.#disks = disks;
    this.#size = world.committee.size;
    this.behaviours = new Array<Behaviour | undefined>(2 * this.#size).fill(undefined);
    this.#twins = new Twins(this.#size);
  }

  /** Makes a validator Byzantine, or lets it behave again. */
  deviate(index: number, behaviour: BehaviourName | undefined): void {
    const world = this.#world;
    this.#judgeNoMore(index);
    this.behaviours[index] =
      behaviour === undefined
        ? undefined
        : behaviourOf(behaviour, {
            self: index,
            size: this.#size,
            protocol: world.replicaConfig.protocol,
            makeBlock: (view, parent, proof, payload) => world.makeBlock(view, index, parent, proof, payload),
          });
  }

  #judgeNoMore(index: number): void {
    this.#world.safety.deviates(index);
    this.#world.leaderWait?.deviates(index);
  }

  /** Starts a second process of each of `twinned`, with an empty disk; it talks with those `apart`. */
  startTwins(twinned: ReadonlySet<number>, apart: ReadonlySet<number>): void {
    this.stopTwins();
    this.#twins.set(twinned, apart);
    for (const index of twinned) {
      this.#judgeNoMore(index);
      const slot = this.#size + index;
      const twin = new SimulatedNode(this.#world, index, this.#disks, slot);
      this.#nodes.set(slot, twin);
      twin.start(this.#version);
    }
  }

  stopTwins(): void {
    this.#twins.set(new Set(), new Set());
    for (const twin of this.#nodes.values()) twin.crash();
    this.#nodes.clear();
  }

  /** The twin in a slot above the validators'. */
  twin(slot: number): SimulatedNode | undefined {
    return this.#nodes.get(slot);
  }

  /** Whether any validator runs twice now. */
  get present(): boolean {
    return this.#twins.present;
  }

  /** The slot that a message from slot `from` to validator `to` reaches; undefined: none. */
  route(from: number, to: number): number | undefined {
    return this.present ? this.#twins.route(from, to) : to;
  }
}
