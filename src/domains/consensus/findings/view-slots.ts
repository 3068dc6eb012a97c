/**
 * What validators are known to have said in the newest views: a ring of views, each with the votes by
 * validator and phase, the proposals and the certificates. Memory is bounded by views x validators and
 * compact: a block is a number within its view, a vote a few bytes in typed arrays.
 *
 * Invariants: a statement about a view outside the window is not kept; the window follows the highest
 * view that an attached node is in, so that no claim about far views can push others out.
 */

/** Where a vote was learnt from; the position is what is stored. */
export const voteSources = [
  'consensus.vote_received',
  'consensus.vote_sent',
  'consensus.vote_rejected',
  'certificate',
] as const;

/** Different blocks told apart per view; more are not looked at. */
const MAX_BLOCKS = 250;
/** Votes kept in all, at most: validators x views. */
const MAX_CELLS = 1 << 19;
const MIN_VIEWS = 64;
const MAX_VIEWS = 1024;

/** The votes of one phase of one view, by validator. */
export class VoteTable {
  /** Number of the block voted for; 0: no vote known. */
  block: Uint8Array;
  source: Uint8Array;
  /** Number of the node that stated it. */
  node: Uint16Array;
  tsUs: Float64Array;
  signatures: Map<number, string> | undefined;

  constructor(validators: number) {
    this.block = new Uint8Array(validators);
    this.source = new Uint8Array(validators);
    this.node = new Uint16Array(validators);
    this.tsUs = new Float64Array(validators);
  }

  clear(): void {
    this.block.fill(0);
    this.signatures = undefined;
  }

  /** Notes a vote of validator `who`, for which there is room. */
  enter(who: number, block: number, tsUs: number, node: number, source: number): void {
    this.block[who] = block;
    this.source[who] = source;
    this.node[who] = node;
    this.tsUs[who] = tsUs;
  }

  /** Makes room for validator `who`. */
  grow(who: number): void {
    const larger = new VoteTable(2 * who + 16);
    larger.block.set(this.block);
    larger.source.set(this.source);
    larger.node.set(this.node);
    larger.tsUs.set(this.tsUs);
    this.block = larger.block;
    this.source = larger.source;
    this.node = larger.node;
    this.tsUs = larger.tsUs;
  }
}

/** A block that was proposed. */
export interface ProposalNote {
  readonly type: string;
  readonly block: number;
  readonly validator: string;
  readonly node: number;
  readonly tsUs: number;
  readonly justifyView: number | undefined;
  readonly signature: string | undefined;
}

/** A block that was certified. */
export interface CertificateNote {
  readonly type: string;
  readonly phase: number;
  readonly block: number;
  readonly node: number;
  readonly tsUs: number;
  /** Numbers of the signers. */
  readonly signers: Uint32Array | undefined;
}

/** Who leads, by a node's word. */
export interface LeaderNote {
  readonly leader: string;
  readonly epoch: number | undefined;
  readonly node: number;
  readonly tsUs: number;
}

/** One view. */
export class ViewSlot {
  view = -1;
  /** The highest epoch in which somebody spoke of the view; -1 while nobody named one. */
  epoch = -1;
  /** By number less one. */
  blocks: string[] = [];
  readonly votes: (VoteTable | undefined)[] = [undefined, undefined, undefined];
  proposals: ProposalNote[] = [];
  certificates: CertificateNote[] = [];
  leader: LeaderNote | undefined;

  begin(view: number, epoch: number): void {
    this.view = view;
    this.epoch = epoch;
    if (this.blocks.length > 0) this.blocks = [];
    if (this.proposals.length > 0) this.proposals = [];
    if (this.certificates.length > 0) this.certificates = [];
    for (const table of this.votes) table?.clear();
    this.leader = undefined;
  }

  /** Number of a block in this view; 0 when there are too many to tell them apart. */
  number(block: string): number {
    const { blocks } = this;
    if (blocks[0] === block) return 1;
    for (let i = 1; i < blocks.length; i++) if (blocks[i] === block) return i + 1;
    return blocks.length < MAX_BLOCKS ? blocks.push(block) : 0;
  }

  /** Whether somebody spoke of this block in this view. */
  knows(block: string): boolean {
    return this.blocks.includes(block);
  }
}

/** The newest views. */
export class ViewSlots {
  readonly #slots: readonly ViewSlot[];
  readonly #mask: number;
  #highest = -1;

  /** @param validators how many there are, about: with many, fewer views are kept */
  constructor(validators: number) {
    const affordable = 2 ** Math.floor(Math.log2(MAX_CELLS / Math.max(1, validators)));
    const views = Math.min(MAX_VIEWS, Math.max(MIN_VIEWS, affordable));
    this.#slots = Array.from({ length: views }, () => new ViewSlot());
    this.#mask = views - 1;
  }

  /** The highest view that an attached node is known to have been in; -1 before the first. */
  get highest(): number {
    return this.#highest;
  }

  raise(view: number): void {
    if (view > this.#highest) this.#highest = view;
  }

  /**
   * The slot of a view within the window, begun if need be. Where two epochs have the same view, it is of the
   * later one: what a set that was replaced said of it has no slot.
   */
  at(view: number, epoch: number | undefined): ViewSlot | undefined {
    const slot = this.#slots[view & this.#mask]!;
    if (slot.view === view) {
      if (epoch === undefined || epoch === slot.epoch) return slot;
      if (epoch < slot.epoch) return undefined;
      if (slot.epoch === -1) slot.epoch = epoch;
      else slot.begin(view, epoch);
      return slot;
    }
    const half = this.#slots.length >>> 1;
    if (slot.view > view || view > this.#highest + half || view < this.#highest - half) return undefined;
    slot.begin(view, epoch ?? -1);
    return slot;
  }

  /** The slot of a view of which something is known. */
  find(view: number): ViewSlot | undefined {
    const slot = this.#slots[view & this.#mask]!;
    return slot.view === view ? slot : undefined;
  }

  clear(): void {
    for (const slot of this.#slots) slot.begin(-1, -1);
    this.#highest = -1;
  }
}
