/**
 * One cell per validator and view. A failed view is put down to its leader only when too few validators voted in it;
 * when a quorum voted and no certificate came, the votes died with their collector, and it is put down to that one.
 * Pure.
 */
import type { ViewFacts } from './view-book.js';

/** What a cell says. */
export type Cell =
  | 'committed' // voted in time, and the block is committed
  | 'voted' // voted in time; the block is not committed, or not yet
  | 'late' // its vote came well after the quorum; a vote that just missed it counts as in time
  | 'none' // the view came to its certificate, and no vote of this validator was seen
  | 'failed' // the view failed under its lead, or with the votes that it collected
  | 'open'; // nothing can be said: the view still runs, or failed for others

/** Views below the highest in which a late vote may still come. */
const GRACE = 2;

/** What the network is like now. */
export interface RibbonScale {
  /** The highest view so far. */
  readonly highest: number;
  /** Votes that make a certificate. */
  readonly quorum: number;
  /** From how many microseconds after the quorum a vote counts as late. */
  readonly lateAfterUs: number;
}

/** The cell of one validator in one view. */
export function cellOf(
  facts: ViewFacts,
  validator: string,
  { highest, quorum, lateAfterUs }: RibbonScale,
): Cell {
  const lateUs = facts.late.get(validator);
  if (lateUs !== undefined && lateUs > lateAfterUs) return 'late';
  const hasVoted = lateUs !== undefined || facts.inTime.has(validator) || facts.sent.has(validator);
  if (facts.certified || facts.committed) {
    if (hasVoted) return facts.committed ? 'committed' : 'voted';
    return facts.view <= highest - GRACE ? 'none' : 'open';
  }
  if (facts.timedOut && failedAt(facts, quorum) === validator) return 'failed';
  return hasVoted ? 'voted' : 'open';
}

/** Whom a failed view is put down to: its leader, or the collector of votes that are there but came to nothing. */
export function failedAt(facts: ViewFacts, quorum: number): string | undefined {
  if (facts.sent.size < quorum) return facts.leader;
  for (const collector of facts.sent.values()) if (collector !== undefined) return collector;
  return facts.leader;
}
