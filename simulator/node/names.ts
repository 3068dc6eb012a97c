/**
 * Readable names for what the simulation counts: nodes, validators, blocks. Hashes of blocks are made
 * only when an event needs one, and remembered for as long as blocks are talked about.
 */
import { createHash } from 'node:crypto';
import type { Committee } from '../protocol/committee.js';
import { listSigners, type Signers } from '../protocol/signers.js';

/** Hashes remembered, those of the newest blocks; blocks are talked about for a few views. */
const REMEMBERED = 4096;

/** The names of one run. */
export class Names {
  readonly #prefix: string;
  readonly #nodes: readonly string[];
  readonly #validators: readonly string[];
  // By number modulo what is remembered: which block it is, and its hash.
  readonly #blocks = new Float64Array(REMEMBERED).fill(-1);
  readonly #hashes = new Array<string>(REMEMBERED).fill('');
  #signers: Signers | undefined;
  #signerNames: readonly string[] = [];

  constructor(chain: string, seed: number, size: number) {
    this.#prefix = `${chain}/${seed}/`;
    this.#nodes = Array.from({ length: size }, (_, index) => `node-${index}`);
    this.#validators = Array.from({ length: size }, (_, index) => `validator-${index}`);
  }

  node(index: number): string {
    return this.#nodes[index] ?? `node-${index}`;
  }

  validator(index: number): string {
    return this.#validators[index] ?? `validator-${index}`;
  }

  /** The members of a set with their voting power. */
  set({ members, powers }: Committee): { readonly id: string; readonly power: number }[] {
    return members.map((position) => ({ id: this.validator(position), power: powers[position] ?? 0 }));
  }

  /** Names of a certificate's signers. All who hear of one certificate do so in a row: the last list is remembered. */
  signers(signers: Signers): readonly string[] {
    if (signers !== this.#signers) {
      this.#signers = signers;
      this.#signerNames = listSigners(signers).map((index) => this.validator(index));
    }
    return this.#signerNames;
  }

  /** Hash of a block, 64 hexadecimal digits. Block numbers are unique in a run, and so is this. */
  block(id: number): string {
    const at = id % REMEMBERED;
    if (this.#blocks[at] === id) return this.#hashes[at] as string;
    const hash = createHash('sha256').update(`${this.#prefix}${id}`).digest('hex');
    this.#blocks[at] = id;
    this.#hashes[at] = hash;
    return hash;
  }
}
