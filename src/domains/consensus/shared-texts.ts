/**
 * One instance for what all nodes of a chain say alike: the hash of a view's block, the signers of its
 * certificate. A hundred nodes that hold the same certificate then hold one list, and what is to be found out
 * about its signers (their numbers) is found out once.
 *
 * It only ever replaces a value by an equal one. Memory is fixed: the slots of the newest views, a few
 * values each; what is beyond that is merely not shared.
 */
import type { ValidatorNumbers } from './validator-numbers.js';

const SLOTS = 256;
const MOST_PER_VIEW = 4;

/** The signers of a certificate, in its order. */
export interface Signers {
  readonly ids: readonly string[];
  /** Their numbers, -1 of those that have none. */
  readonly numbers: readonly number[];
}

/** What was said of one view: the first `blockCount` and `listCount` of the two are of it. */
interface Slot {
  view: number;
  blockCount: number;
  readonly blocks: string[];
  listCount: number;
  readonly lists: Signers[];
}

/** Block hashes and signers by view. */
export class SharedTexts {
  readonly validators: ValidatorNumbers;
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => ({
    view: -1,
    blockCount: 0,
    blocks: [],
    listCount: 0,
    lists: [],
  }));
  /** The list asked for last, and its answer: records and findings hear one event. */
  #asked: readonly string[] | undefined;
  #answer: Signers | undefined;

  constructor(validators: ValidatorNumbers) {
    this.validators = validators;
  }

  block(view: number, block: string): string {
    const slot = this.#slot(view);
    const { blocks, blockCount } = slot;
    for (let i = 0; i < blockCount; i++) if (blocks[i] === block) return blocks[i]!;
    if (blockCount < MOST_PER_VIEW) blocks[slot.blockCount++] = block;
    return block;
  }

  signers(view: number, ids: readonly string[]): Signers {
    const asked = this.#answer;
    if (asked !== undefined && (ids === this.#asked || ids === asked.ids)) return asked;
    const answer = this.#signers(view, ids);
    this.#asked = ids;
    return (this.#answer = answer);
  }

  #signers(view: number, ids: readonly string[]): Signers {
    const slot = this.#slot(view);
    const { lists, listCount } = slot;
    // Lists are mostly the same object where they are equal.
    for (let i = 0; i < listCount; i++) if (lists[i]!.ids === ids) return lists[i]!;
    for (let i = 0; i < listCount; i++) if (areEqual(lists[i]!.ids, ids)) return lists[i]!;
    const signers: Signers = { ids, numbers: this.validators.ofAll(ids) };
    if (listCount < MOST_PER_VIEW) lists[slot.listCount++] = signers;
    return signers;
  }

  #slot(view: number): Slot {
    const slot = this.#slots[view % SLOTS]!;
    if (slot.view === view) return slot;
    slot.view = view;
    slot.blockCount = slot.listCount = 0;
    return slot;
  }
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
