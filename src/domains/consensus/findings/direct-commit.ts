/**
 * Which certificates made a committed block final. A block is final by the certificates of two views in a row, its
 * own and its child's, or because one above it is: then the one above is what its signers stood by, and what an
 * honest one of them cannot have given up.
 */
import type { BlockGraph } from './block-graph.js';
import type { ViewSlots } from './view-slots.js';

/** A committed block. */
export interface Commit {
  readonly block: string;
  readonly view: number;
}

/** How far above a block its decision is looked for. */
const LOOKED_AT = 64;

/** The lowest block at or above `commit` that was made final by certificates of its own; itself where none is known. */
export function directCommit(commit: Commit, slots: ViewSlots, graph: BlockGraph): Commit {
  if (hasOwnDecision(commit, slots, graph)) return commit;
  for (let view = commit.view + 1; view <= commit.view + LOOKED_AT; view++) {
    const slot = slots.find(view);
    for (const note of slot?.certificates ?? []) {
      const block = slot?.blocks[note.block - 1];
      if (block === undefined || !isAbove(block, commit, graph)) continue;
      if (hasOwnDecision({ block, view }, slots, graph)) return { block, view };
    }
  }
  return commit;
}

/** A certificate of the second phase, or one of its child in the next view. */
function hasOwnDecision({ block, view }: Commit, slots: ViewSlots, graph: BlockGraph): boolean {
  const slot = slots.find(view);
  const own = slot?.certificates.filter((note) => slot.blocks[note.block - 1] === block) ?? [];
  if (own.some(({ phase }) => phase > 0)) return true;
  const next = slots.find(view + 1);
  return (
    own.length > 0 &&
    next?.certificates.some((note) => graph.get(next.blocks[note.block - 1] ?? '')?.parent === block) === true
  );
}

function isAbove(block: string, below: Commit, graph: BlockGraph): boolean {
  let at: string | undefined = block;
  for (let steps = 0; steps < LOOKED_AT && at !== undefined; steps++) {
    if (at === below.block) return true;
    const place = graph.get(at);
    if (place === undefined || place.view <= below.view) return false;
    at = place.parent;
  }
  return false;
}
