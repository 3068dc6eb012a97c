/**
 * One instance for what all nodes of a chain say alike: the hash of a view's block, the signers of its
 * certificate. A hundred nodes that hold the same certificate then hold one list.
 *
 * It only ever replaces a value by an equal one. Memory is fixed: the slots of the newest views, a few
 * values each.
 */

const SLOTS = 256;
const MOST_PER_VIEW = 4;

interface Slot {
  view: number;
  readonly blocks: string[];
  readonly signers: (readonly string[])[];
}

/** Block hashes and signers by view. */
export class SharedTexts {
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => ({ view: -1, blocks: [], signers: [] }));

  block(view: number, block: string): string {
    const { blocks } = this.#slot(view);
    for (const known of blocks) if (known === block) return known;
    if (blocks.length < MOST_PER_VIEW) blocks.push(block);
    return block;
  }

  signers(view: number, signers: readonly string[]): readonly string[] {
    const lists = this.#slot(view).signers;
    for (const known of lists) if (areEqual(known, signers)) return known;
    if (lists.length < MOST_PER_VIEW) lists.push(signers);
    return signers;
  }

  #slot(view: number): Slot {
    const slot = this.#slots[view % SLOTS]!;
    if (slot.view === view) return slot;
    slot.view = view;
    slot.blocks.length = 0;
    slot.signers.length = 0;
    return slot;
  }
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
