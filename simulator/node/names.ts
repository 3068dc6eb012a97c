/**
 * Readable names for what the simulation counts: nodes, validators, blocks. Hashes of blocks are made
 * only when an event needs one, and remembered for as long as blocks are talked about.
 */
import { createHash } from 'node:crypto';
import type { Committee } from '../protocol/committee.js';
import { listSigners, type Signers } from '../protocol/signers.js';

/** Hashes remembered; blocks are talked about for a few views. */
const REMEMBERED = 4096;

/** The names of one run. */
export class Names {
  readonly #prefix: string;
  readonly #nodes: readonly string[];
  readonly #validators: readonly string[];
  readonly #blocks = new Map<number, string>();

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
    const known = this.#blocks.get(id);
    if (known !== undefined) return known;
    const hash = createHash('sha256').update(`${this.#prefix}${id}`).digest('hex');
    if (this.#blocks.size >= REMEMBERED) {
      const [oldest] = this.#blocks.keys();
      if (oldest !== undefined) this.#blocks.delete(oldest);
    }
    this.#blocks.set(id, hash);
    return hash;
  }
}
