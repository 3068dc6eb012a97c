/**
 * The blocks that one replica has: a ledger of final blocks, and above it the tree of those that are
 * not final yet. A block enters only when its parent is there, so every path leads to the ledger.
 * The ledger and the blocks voted for are on disk; the host gives them back after a crash.
 *
 * The ledger may be cut from below by the host once no replica can ask for those blocks any more:
 * real nodes keep them, but nobody could notice.
 */
import { genesisBlock, type Block } from './block.js';
import type { Opening } from './epoch.js';

/** Final blocks by height, in order. */
export class Ledger {
  #base = 0;
  #blocks: Block[] = [genesisBlock];
  #head = genesisBlock;
  /** How the newest epoch that it reaches began; undefined in the first. */
  opening: Opening | undefined;

  /** The highest final block. */
  get head(): Block {
    return this.#head;
  }

  /** Appends the child of the head. */
  append(block: Block): void {
    this.#blocks.push(block);
    this.#head = block;
  }

  /** The final block at `height`, or undefined when there is none or it was cut. */
  at(height: number): Block | undefined {
    return this.#blocks[height - this.#base];
  }

  /** Forgets the blocks below `height`, never the head. */
  cut(height: number): void {
    const drop = Math.min(height - this.#base, this.#blocks.length - 1);
    // Cutting moves the rest of the array, so it waits until that is cheap per block.
    if (drop < 1024) return;
    this.#blocks = this.#blocks.slice(drop);
    this.#base += drop;
  }
}

/** The replica's view of the chain. */
export class BlockTree {
  readonly ledger: Ledger;
  readonly #open = new Map<number, Block>();

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /** A block by id: open, or the head of the ledger, or undefined. */
  get(id: number): Block | undefined {
    const block = this.#open.get(id);
    if (block !== undefined) return block;
    const head = this.ledger.head;
    return head.id === id ? head : undefined;
  }

  /** Whether the block is open or the head of the ledger. */
  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  /** Adds a block whose parent is known. */
  add(block: Block): void {
    this.#open.set(block.id, block);
  }

  /** The path from above the ledger up to `block`, ascending; empty when it is not above the ledger. */
  pathTo(block: Block): Block[] {
    const path: Block[] = [];
    const head = this.ledger.head;
    let at: Block | undefined = block;
    while (at !== undefined && at.height > head.height) {
      path.push(at);
      at = this.get(at.parent);
    }
    return path.reverse();
  }

  /** Drops all open blocks and returns them: nothing above the ledger can become final any more. */
  clear(): Block[] {
    const open = [...this.#open.values()];
    this.#open.clear();
    return open;
  }

  /** Makes the path to `block` final and returns the open blocks that can no longer become final. */
  finalize(path: readonly Block[]): Block[] {
    for (const block of path) this.ledger.append(block);
    const height = this.ledger.head.height;
    const pruned: Block[] = [];
    for (const block of this.#open.values()) {
      if (block.height > height) continue;
      this.#open.delete(block.id);
      if (this.ledger.at(block.height)?.id !== block.id) pruned.push(block);
    }
    return pruned;
  }
}
