/**
 * The nodes that the intake knows, in a bounded number. A node's state survives disconnects; when the
 * table is full the node that has been disconnected longest makes room. A connected node never does.
 */
import type { HelloEvent } from '../events/vocabulary.js';
import type { Board } from '../metrics/board.js';
import type { Books } from './books.js';
import { intakeMetrics } from './catalogue.js';
import type { Containment } from './containment.js';
import { NodeState } from './node.js';

/** A node as `status` shows it. */
export interface NodeStatus {
  readonly chain: string;
  readonly node: string;
  readonly run: string;
  readonly connections: number;
}

/** Finds, makes and forgets nodes. */
export class NodeTable {
  readonly #board: Board;
  readonly #books: Books;
  readonly #containment: Containment;
  readonly #limit: number;
  // In order of their last connect or disconnect, the oldest first.
  readonly #nodes = new Map<string, NodeState>();

  /** @param limit most nodes known at a time */
  constructor(board: Board, books: Books, containment: Containment, limit: number) {
    this.#board = board;
    this.#books = books;
    this.#containment = containment;
    this.#limit = limit;
  }

  /** The node that `hello` speaks for, if it is known. */
  find(hello: HelloEvent): NodeState | undefined {
    return this.#nodes.get(keyOf(hello));
  }

  /** A new node; undefined when the table is full of connected ones. */
  add(hello: HelloEvent, isAnnounced: boolean): NodeState | undefined {
    if (this.#nodes.size >= this.#limit && !this.#evict()) return undefined;
    const node = new NodeState(this.#board, keyOf(hello), hello, isAnnounced);
    this.#nodes.set(node.key, node);
    return node;
  }

  /**
   * Detaches `node` when nobody speaks for it any more.
   * @param change +1 when a feed begins to speak for `node`, -1 when it has ended and its last event is processed
   */
  connect(node: NodeState, change: number): void {
    node.connect(change);
    this.#nodes.delete(node.key);
    this.#nodes.set(node.key, node);
    if (node.connections === 0) this.#detach(node);
  }

  status(): NodeStatus[] {
    return [...this.#nodes.values()].map(({ chain, node, current, connections }) => ({
      chain,
      node,
      run: current.id,
      connections,
    }));
  }

  [Symbol.iterator](): Iterator<NodeState> {
    return this.#nodes.values();
  }

  #detach(node: NodeState): void {
    const where = { node: node.node };
    this.#containment.run(() => node.settleAll(), where);
    this.#containment.run(() => node.detach(), where);
  }

  #evict(): boolean {
    for (const node of this.#nodes.values()) {
      if (node.connections > 0) continue;
      this.#nodes.delete(node.key);
      const namesake = [...this.#nodes.values()].some((other) => other.node === node.node);
      node.close(namesake);
      if (!namesake) this.#books.forget(node.node);
      this.#board.counter(intakeMetrics.nodesForgotten).at().add();
      return true;
    }
    return false;
  }
}

function keyOf(hello: HelloEvent): string {
  return `${hello.chain}\n${hello.node}`;
}
