/**
 * Blocks and certificates as the replicas exchange them. They are immutable and shared by reference
 * between simulated nodes: what a node has is decided by its own tree and ledger, not by who holds
 * the object. Ids are small integers that stand for hashes; the readable hash is made for events only.
 */
import { noSigners, type Signers } from './signers.js';

/** What a block carries; the protocol never looks inside. */
export interface Payload {
  /** Transaction numbers in order of execution. */
  readonly transactions: Int32Array;
  /** Their size in bytes. */
  readonly bytes: number;
  /** Fuel that they ask for. */
  readonly fuel: number;
}

/** A certificate: a quorum voted for `block` in `view`. */
export interface Qc {
  readonly view: number;
  /** The epoch whose set signed it. */
  readonly epoch: number;
  readonly block: number;
  readonly height: number;
  readonly signers: Signers;
}

/** A timeout certificate: a quorum asked to enter `view`. */
export interface Tc {
  readonly view: number;
  /** The epoch whose set signed it. */
  readonly epoch: number;
  readonly signers: Signers;
}

/** A proposed block. `parent` is always the block that `justify` certifies. */
export interface Block {
  readonly id: number;
  readonly view: number;
  readonly height: number;
  readonly parent: number;
  readonly proposer: number;
  readonly justify: Qc;
  /** The highest double certificate that the proposer knew; only where the protocol has them. */
  readonly dc: Qc | undefined;
  /** Where the epoch that it was proposed in began; undefined in the first. */
  readonly opening: Opening | undefined;
  readonly payload: Payload;
  /** Virtual time of its making, microseconds from the start of the run. */
  readonly proposedAtUs: number;
  /** Two words that hash its contents and its ancestors (see workload/content-hash). */
  readonly hashHigh: number;
  readonly hashLow: number;
}

/** Where an epoch begins, and why. Immutable, shared by reference. */
export interface Opening {
  /** The epoch that begins. */
  readonly epoch: number;
  /** Its first view. */
  readonly view: number;
  /** The last block of the epoch before. */
  readonly root: Block;
  /** A certificate of the root. */
  readonly certificate: Qc;
  /** From the root up to the block that `last` certifies. */
  readonly path: readonly Block[];
  /** The certificate that closed the epoch before. */
  readonly last: Qc;
  /** That the epoch before, unaware of the closing, went on up to the view below the first of this one. */
  readonly reached: Tc | undefined;
}

/** A payload without transactions. */
export const emptyPayload: Payload = { transactions: new Int32Array(0), bytes: 0, fuel: 0 };

/** The certificate that everybody holds before the first view. */
export const genesisQc: Qc = { view: 0, epoch: 0, block: 0, height: 0, signers: noSigners(0) };

/** The block that everybody has committed before the first view. */
export const genesisBlock: Block = {
  id: 0,
  view: 0,
  height: 0,
  parent: 0,
  proposer: 0,
  justify: genesisQc,
  dc: undefined,
  opening: undefined,
  payload: emptyPayload,
  proposedAtUs: 0,
  hashHigh: 0,
  hashLow: 0,
};

/** The block extends what its certificate certifies, at the next height and in a higher view. */
export function isWellFormed({ justify, dc, parent, height, view }: Block): boolean {
  if (dc !== undefined && dc.view > justify.view) return false;
  return parent === justify.block && height === justify.height + 1 && view > justify.view;
}

/** The epoch that a block was proposed in, or a message is of. */
export function epochOf({ opening }: { readonly opening?: Opening | undefined }): number {
  return opening?.epoch ?? 0;
}
