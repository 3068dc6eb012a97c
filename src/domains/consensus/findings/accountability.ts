/**
 * Names who must have broken the rules when certificates or commits conflict (research on BFT protocol
 * forensics): two quorums have f + 1 members in common, and an honest member can be in one of certain
 * pairs only.
 *
 *   same view:   two certificates of one phase for different blocks: every common signer voted twice
 *   commits:     w, committed by certificates of view v (its own) and v + 1 (its child), or, in the basic
 *                form, by votes of the second phase of view v; z, the lowest block of a view >= v on the
 *                way to the other commit. Whoever signed for w the second time was locked on it, and
 *                cannot have signed z, which does not extend it. A block that is final only because one above
 *                it is counts as that one.
 */
import type { BlockGraph } from './block-graph.js';
import { directCommit, type Commit } from './direct-commit.js';
import type { CertificateNote, ViewSlots } from './view-slots.js';

const VOTE1 = 0;
const VOTE2 = 1;
/** A fork longer than this is not walked to its root. */
const LONGEST_FORK = 1_024;

/** Who signed both. */
export function commonSigners(a: CertificateNote | undefined, b: CertificateNote | undefined): string[] {
  if (a?.signers === undefined || b?.signers === undefined) return [];
  const others = new Set(b.signers);
  return a.signers.filter((signer) => others.has(signer));
}

/** Who must be faulty given two commits on conflicting branches; empty when it cannot be told. */
export function culpritsOfCommits(one: Commit, other: Commit, slots: ViewSlots, graph: BlockGraph): string[] {
  const decided = [one, other].map((commit) => directCommit(commit, slots, graph));
  const [earlier, later] = decided.sort((a, b) => a.view - b.view);
  if (earlier === undefined || later === undefined) return [];
  let lowest = later;
  for (let steps = 0; steps < LONGEST_FORK; steps++) {
    const parent = graph.get(lowest.block)?.parent;
    const place = parent === undefined ? undefined : graph.get(parent);
    if (parent === undefined || place === undefined || place.view < earlier.view) break;
    lowest = { block: parent, view: place.view };
  }
  const crossing = certificate(slots, lowest.view, lowest.block, VOTE1);
  if (lowest.view === earlier.view)
    return commonSigners(certificate(slots, earlier.view, earlier.block, VOTE1), crossing);
  const locked = certificate(slots, earlier.view, earlier.block, VOTE2) ?? childOf(slots, earlier, graph);
  return commonSigners(locked, crossing);
}

function certificate(
  slots: ViewSlots,
  view: number,
  block: string,
  phase: number,
): CertificateNote | undefined {
  const slot = slots.find(view);
  return slot?.certificates.find((note) => note.phase === phase && slot.blocks[note.block - 1] === block);
}

/** The certificate of the next view, for a child. */
function childOf(slots: ViewSlots, { block, view }: Commit, graph: BlockGraph): CertificateNote | undefined {
  const slot = slots.find(view + 1);
  return slot?.certificates.find((note) => graph.get(slot.blocks[note.block - 1] ?? '')?.parent === block);
}
