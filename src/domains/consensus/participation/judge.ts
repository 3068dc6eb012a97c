/**
 * What the records of one view say of each validator. Pure: records in, outcomes out.
 *
 * "Not in the certificate" is never read as "did not vote": certificates close at the quorum. A vote is
 * absent only where its collector is attached, lived through the view without a gap, received votes of
 * others, and would have told of a late one; and where nobody had a vote of that validator. That a node
 * says of itself that it voted is no vote: one that did not arrive does not count, and it may lie. Only
 * first votes are judged: who has moved on must not cast a second one. A node that has never told of a late vote may drop them unsaid: the views it certified are not judged.
 */
import type { ViewRecord } from '../record/view-record.js';
import type { LeadOutcome, VoteOutcome } from './standing.js';

/** What is known of a node beside the record. */
export interface Witness {
  /** Long enough has passed there since it left the view that late votes have arrived. */
  isSettled(record: ViewRecord): boolean;
  /** It has told of late votes in this life. */
  tellsLate(record: ViewRecord): boolean;
}

const IN_TIME = 1;
const LATE = 2;

/** Judges view after view; reused, so that judging allocates nothing. */
export class Judge {
  /** Whether absence could be seen in the view judged last. */
  isJudged = false;
  /** What its leader made of it; undefined where that cannot be told. */
  lead: LeadOutcome | undefined;
  readonly #index = new Map<string, number>();
  #seen = new Uint8Array(0);
  #signers: readonly string[] | undefined;

  /** The validators to judge; outcomes are asked for by their position. */
  setMembers(ids: readonly string[]): void {
    this.#index.clear();
    ids.forEach((id, i) => this.#index.set(id, i));
    this.#seen = new Uint8Array(ids.length);
  }

  /** Reads all records of a view. */
  judge(records: readonly ViewRecord[], witness: Witness): void {
    this.#seen.fill(0);
    this.#signers = undefined;
    this.isJudged = false;
    let isProposed = false;
    let isGivenUp = false;
    for (const record of records) {
      this.#read(record);
      if (this.#canTellAbsence(record, witness)) this.isJudged = true;
      isProposed ||= record.proposals.length > 0 || record.certificates.length > 0 || record.votes.length > 0;
      isProposed ||= record.leftBy === 'qc' || record.leftBy === 'dc' || record.committedUs !== undefined;
      isGivenUp ||= isFailed(record) && !record.incomplete.includes('consensus') && !record.strain.isSyncing;
    }
    this.lead = isProposed ? 'proposed' : isGivenUp ? 'failed' : undefined;
  }

  /** Whether somebody had a vote of member `i`. */
  isHeard(i: number): boolean {
    return this.#seen[i]! > 0;
  }

  /** What became of the vote of member `i`; undefined where that cannot be told. */
  outcome(i: number): VoteOutcome | undefined {
    const seen = this.#seen[i]!;
    if (!this.isJudged) return undefined;
    if ((seen & IN_TIME) !== 0) return 'in_time';
    if ((seen & LATE) !== 0) return 'late';
    return 'absent';
  }

  #read(record: ViewRecord): void {
    const { certificates, votes, refusals } = record;
    for (let i = 0; i < certificates.length; i++) {
      const { signers } = certificates[i]!;
      if (signers === undefined || signers === this.#signers) continue;
      this.#signers = signers;
      for (let k = 0; k < signers.length; k++) this.#saw(signers[k]!, IN_TIME);
    }
    for (let i = 0; i < votes.length; i++) {
      const { validator, lateUs } = votes[i]!;
      this.#saw(validator, lateUs === undefined ? IN_TIME : LATE);
    }
    for (let i = 0; i < refusals.length; i++) {
      const { what, validator, reason } = refusals[i]!;
      // It came, only too late to be of use, or once more.
      const isVote = what === 'vote' && (reason === 'stale_view' || reason === 'duplicate');
      if (isVote && validator !== undefined) this.#saw(validator, LATE);
    }
  }

  #saw(validator: string, bit: number): void {
    const i = this.#index.get(validator);
    if (i !== undefined) this.#seen[i]! |= bit;
  }

  #canTellAbsence(record: ViewRecord, witness: Witness): boolean {
    if (!record.isEntered || record.strain.isSyncing) return false;
    if (record.incomplete.includes('consensus') || !witness.isSettled(record)) return false;
    if (!hasCollected(record)) return false;
    const isCertifiedHere = record.certificates.some(({ isFormedHere }) => isFormedHere);
    return !isCertifiedHere || witness.tellsLate(record);
  }
}

/** The node received first votes of others. */
export function hasCollected({ votes, self }: ViewRecord): boolean {
  return votes.some(({ vote, validator }) => vote === 'vote1' && validator !== self);
}

/** The node gave the view up. */
function isFailed({ leftBy, timeout, timeoutCertificate }: ViewRecord): boolean {
  if (leftBy === 'qc' || leftBy === 'dc' || leftBy === 'sync') return false;
  return timeout !== undefined || timeoutCertificate !== undefined || leftBy === 'tc' || leftBy === 'timer';
}
