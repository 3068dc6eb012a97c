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
/** Validators that every view has room for. */
const LEAST_CELLS = 16;
const MIN_VIEWS = 64;
const MAX_VIEWS = 1024;

/**
 * The votes of one phase: a row per view of the ring, a cell per validator. One block of memory for all views,
 * so that a view costs no objects and entering the signers of a certificate is writing on.
 */
export class VoteTable {
  /** Number of the block voted for; 0: no vote known. */
  block: Uint8Array;
  source: Uint8Array;
  /** Number of the node that stated it. */
  node: Uint16Array;
  tsUs: Float64Array;
  readonly #rows: number;
  /** Cells of a row. */
  #width: number;
  readonly #signatures = new Map<number, Map<number, string>>();

  constructor(rows: number, validators: number) {
    this.#rows = rows;
    this.#width = validators;
    const cells = rows * validators;
    this.block = new Uint8Array(cells);
    this.source = new Uint8Array(cells);
    this.node = new Uint16Array(cells);
    this.tsUs = new Float64Array(cells);
  }

  clear(row: number): void {
    this.block.fill(0, row * this.#width, (row + 1) * this.#width);
    if (this.#signatures.size > 0) this.#signatures.delete(row);
  }

  /** The cell of validator `who`; there is room for it from now on. */
  cell(row: number, who: number): number {
    if (who >= this.#width) this.#widen(2 * who + 16);
    return row * this.#width + who;
  }

  /** Notes a vote. */
  enter(cell: number, block: number, tsUs: number, node: number, source: number): void {
    this.block[cell] = block;
    this.source[cell] = source;
    this.node[cell] = node;
    this.tsUs[cell] = tsUs;
  }

  signature(row: number, who: number): string | undefined {
    return this.#signatures.get(row)?.get(who);
  }

  sign(row: number, who: number, signature: string): void {
    let ofRow = this.#signatures.get(row);
    if (ofRow === undefined) {
      ofRow = new Map<number, string>();
      this.#signatures.set(row, ofRow);
    }
    ofRow.set(who, signature);
  }

  #widen(width: number): void {
    const wider = new VoteTable(this.#rows, width);
    for (let row = 0; row < this.#rows; row++) {
      const from = row * this.#width;
      const to = from + this.#width;
      wider.block.set(this.block.subarray(from, to), row * width);
      wider.source.set(this.source.subarray(from, to), row * width);
      wider.node.set(this.node.subarray(from, to), row * width);
      wider.tsUs.set(this.tsUs.subarray(from, to), row * width);
    }
    this.#width = width;
    this.block = wider.block;
    this.source = wider.source;
    this.node = wider.node;
    this.tsUs = wider.tsUs;
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
  readonly signers: readonly string[] | undefined;
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
  /** Its place in the ring. */
  readonly row: number;
  view = -1;
  /** The highest epoch in which somebody spoke of the view; -1 while nobody named one. */
  epoch = -1;
  /** By number less one. */
  blocks: string[] = [];
  proposals: ProposalNote[] = [];
  certificates: CertificateNote[] = [];
  leader: LeaderNote | undefined;

  constructor(row: number) {
    this.row = row;
  }

  begin(view: number, epoch: number): void {
    this.view = view;
    this.epoch = epoch;
    if (this.blocks.length > 0) this.blocks = [];
    if (this.proposals.length > 0) this.proposals = [];
    if (this.certificates.length > 0) this.certificates = [];
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
  readonly #validators: number;
  /** By phase. */
  readonly #votes: (VoteTable | undefined)[] = [undefined, undefined, undefined];
  #highest = -1;

  /** @param validators how many there are, about: with many, fewer views are kept */
  constructor(validators: number) {
    const affordable = 2 ** Math.floor(Math.log2(MAX_CELLS / Math.max(1, validators)));
    const views = Math.min(MAX_VIEWS, Math.max(MIN_VIEWS, affordable));
    this.#slots = Array.from({ length: views }, (_, row) => new ViewSlot(row));
    this.#mask = views - 1;
    this.#validators = Math.max(LEAST_CELLS, validators);
  }

  /** The votes of a phase, 0 to 2. */
  votes(phase: number): VoteTable {
    return (this.#votes[phase] ??= new VoteTable(this.#slots.length, this.#validators));
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
      else this.#begin(slot, view, epoch);
      return slot;
    }
    const half = this.#slots.length >>> 1;
    if (slot.view > view || view > this.#highest + half || view < this.#highest - half) return undefined;
    this.#begin(slot, view, epoch ?? -1);
    return slot;
  }

  /** The slot of a view of which something is known. */
  find(view: number): ViewSlot | undefined {
    const slot = this.#slots[view & this.#mask]!;
    return slot.view === view ? slot : undefined;
  }

  clear(): void {
    for (const slot of this.#slots) this.#begin(slot, -1, -1);
    this.#highest = -1;
  }

  #begin(slot: ViewSlot, view: number, epoch: number): void {
    slot.begin(view, epoch);
    for (let phase = 0; phase < this.#votes.length; phase++) this.#votes[phase]?.clear(slot.row);
  }
}
