/**
 * The blocks that one replica has: a ledger of final blocks, and above it the tree of those that are
 * not final yet. A block enters only when its parent is there, so every path leads to the ledger.
 * The ledger and the blocks voted for are on disk; the host gives them back after a crash.
 *
 * The ledger may be cut from below by the host once no replica can ask for those blocks any more:
 * real nodes keep them, but nobody could notice.
 */
import { type Opening, genesisBlock, type Block } from './block.js';

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

/** So many open blocks are found by looking through them, newest first; more by an index. */
const FEW = 8;

/** Blocks that are not final yet, in the order in which they came. Mostly two or three. */
class OpenBlocks {
  #blocks: Block[] = [];
  #index: Map<number, Block> | undefined;

  get(id: number): Block | undefined {
    if (this.#index !== undefined) return this.#index.get(id);
    for (let i = this.#blocks.length - 1; i >= 0; i--) {
      const block = this.#blocks[i] as Block;
      if (block.id === id) return block;
    }
    return undefined;
  }

  add(block: Block): void {
    if (this.get(block.id) === undefined) this.#blocks.push(block);
    else this.#blocks = this.#blocks.map((known) => (known.id === block.id ? block : known));
    if (this.#index !== undefined) this.#index.set(block.id, block);
    else if (this.#blocks.length > FEW) this.#index = indexOf(this.#blocks);
  }

  /** Takes all out. */
  clear(): Block[] {
    const blocks = this.#blocks;
    this.#blocks = [];
    this.#index = undefined;
    return blocks;
  }

  /** Takes out the blocks up to the head of `ledger`; returns those that are not in it. */
  settle(ledger: Ledger): readonly Block[] {
    const { height } = ledger.head;
    const blocks = this.#blocks;
    let lost: Block[] | undefined;
    let kept = 0;
    for (let i = 0; i < blocks.length; i++) {
      const block = blocks[i] as Block;
      if (block.height > height) blocks[kept++] = block;
      else if (ledger.at(block.height)?.id !== block.id) (lost ??= []).push(block);
    }
    while (blocks.length > kept) blocks.pop();
    if (this.#index !== undefined) this.#index = kept > FEW ? indexOf(blocks) : undefined;
    return lost ?? NONE;
  }
}

const NONE: readonly Block[] = [];

function indexOf(blocks: readonly Block[]): Map<number, Block> {
  return new Map(blocks.map((block) => [block.id, block] as const));
}

/** The replica's view of the chain. */
export class BlockTree {
  readonly ledger: Ledger;
  readonly #open = new OpenBlocks();

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
    this.#open.add(block);
  }

  /** The path from above the ledger up to `block`, ascending; empty when it is not above the ledger. */
  pathTo(block: Block): Block[] {
    const head = this.ledger.head;
    if (block.parent === head.id && block.height === head.height + 1) return [block];
    const path: Block[] = [];
    let at: Block | undefined = block;
    while (at !== undefined && at.height > head.height) {
      path.push(at);
      at = this.get(at.parent);
    }
    return path.reverse();
  }

  /** Drops all open blocks and returns them: nothing above the ledger can become final any more. */
  clear(): Block[] {
    return this.#open.clear();
  }

  /** Makes the path to `block` final and returns the open blocks that can no longer become final. */
  finalize(path: readonly Block[]): readonly Block[] {
    for (let i = 0; i < path.length; i++) this.ledger.append(path[i] as Block);
    return this.#open.settle(this.ledger);
  }
}
