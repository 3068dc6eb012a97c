/**
 * The connections between nodes, as the nodes notice them: one opens when both run and reach each other,
 * and breaks when one crashes, or when it was silent in both directions for a second. A link that is cut
 * one way only stays open, as the side that still hears the other keeps it so.
 *
 * It decides nothing about messages; without hooks it does nothing at all.
 */
import { Happening } from '../core/happenings.js';
import type { EventQueue } from '../core/event-queue.js';
import type { Network } from '../network/network.js';
import type { SimulatedNode } from './node.js';

/** How long a peer is silent before its connection is given up. */
const SILENCE_US = 1_000_000;

/** What connections are between. */
interface ConnectedWorld {
  readonly nowUs: number;
  readonly queue: EventQueue;
  readonly network: Network;
  readonly nodes: readonly SimulatedNode[];
}

/** All connections of a network. */
export class Connections {
  readonly #world: ConnectedWorld;
  #cutPairs: (readonly [number, number])[] = [];

  constructor(world: ConnectedWorld) {
    this.#world = world;
  }

  /** A node's process has started. */
  started(index: number): void {
    for (const peer of this.#world.nodes)
      if (peer.alive && peer.index !== index) this.#open(index, peer.index);
  }

  /** A node's process is gone; its peers notice when their connections break. */
  crashed(index: number): void {
    const { nowUs, queue, network, nodes } = this.#world;
    for (const peer of nodes) {
      const noticedUs = nowUs + Math.round(network.roundTripUs(index, peer.index) / 2);
      queue.push(noticedUs, Happening.peerDown, peer.index, index, 0, undefined);
    }
  }

  /** Links were cut, or are whole again. */
  linksChanged(): void {
    const { nowUs, queue, nodes } = this.#world;
    const before = this.#cutPairs;
    this.#cutPairs = [];
    for (let a = 0; a < nodes.length; a++)
      for (let b = a + 1; b < nodes.length; b++) if (this.#isApart(a, b)) this.#cutPairs.push([a, b]);
    for (const [a, b] of this.#cutPairs) {
      queue.push(nowUs + SILENCE_US, Happening.peerDown, a, b, 1, undefined);
      queue.push(nowUs + SILENCE_US, Happening.peerDown, b, a, 1, undefined);
    }
    for (const [a, b] of before) if (!this.#isApart(a, b)) this.#open(a, b);
  }

  /** `node` is told that its connection to `peer` opened. */
  tellUp(node: SimulatedNode | undefined, peer: number): void {
    if (node === undefined || this.#world.nodes[peer]?.alive !== true) return;
    if (!this.#isApart(node.index, peer)) node.process?.peerUp(peer);
  }

  /** `node` is told that its connection to `peer` broke; `silent`: because it was not heard of. */
  tellDown(node: SimulatedNode | undefined, peer: number, silent: boolean): void {
    if (node === undefined || (silent && !this.#isApart(node.index, peer))) return;
    node.process?.peerDown(peer, silent);
  }

  #isApart(a: number, b: number): boolean {
    const { conditions } = this.#world.network;
    return conditions.isCut(a, b) && conditions.isCut(b, a);
  }

  /** `opener` asks, `other` notices first. */
  #open(opener: number, other: number): void {
    const { nowUs, queue, network } = this.#world;
    const roundTripUs = network.roundTripUs(opener, other);
    queue.push(nowUs + Math.round(roundTripUs / 2), Happening.peerUp, other, opener, 0, undefined);
    queue.push(nowUs + roundTripUs, Happening.peerUp, opener, other, 0, undefined);
  }
}
