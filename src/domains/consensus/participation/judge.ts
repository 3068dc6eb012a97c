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
import type { SharedTexts } from '../shared-texts.js';
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

const NOBODY = -1;

/** Judges view after view; reused, so that judging allocates nothing. */
export class Judge {
  /** Whether absence could be seen in the view judged last. */
  isJudged = false;
  /** What its leader made of it; undefined where that cannot be told. */
  lead: LeadOutcome | undefined;
  readonly #texts: SharedTexts;
  /** Position by id; and by number, -1 of those that are not to be judged. */
  readonly #index = new Map<string, number>();
  readonly #positions: number[] = [];
  #seen = new Uint8Array(0);
  #signers: readonly string[] | undefined;

  constructor(texts: SharedTexts) {
    this.#texts = texts;
  }

  /** The validators to judge; outcomes are asked for by their position. */
  setMembers(ids: readonly string[]): void {
    const { validators } = this.#texts;
    this.#index.clear();
    this.#positions.fill(NOBODY);
    ids.forEach((id, i) => {
      this.#index.set(id, i);
      const number = validators.find(id);
      while (this.#positions.length <= number) this.#positions.push(NOBODY);
      if (number >= 0) this.#positions[number] = i;
    });
    this.#seen = new Uint8Array(ids.length);
  }

  /** The position of a validator; undefined where it is not to be judged. */
  position(id: string): number | undefined {
    return this.#index.get(id);
  }

  /** Reads all records of a view. */
  judge(records: readonly ViewRecord[], witness: Witness): void {
    this.#seen.fill(0);
    this.#signers = undefined;
    this.isJudged = false;
    let isProposed = false;
    let isGivenUp = false;
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!;
      this.#read(record);
      if (this.#canTellAbsence(record, witness)) this.isJudged = true;
      isProposed ||= record.proposals.length > 0 || record.certificates.length > 0 || record.votes.length > 0;
      isProposed ||= record.leftBy === 'qc' || record.leftBy === 'dc' || record.committedUs !== undefined;
      isGivenUp ||= isFailed(record) && !lostEvents(record) && !record.strain.isSyncing;
    }
    this.lead = isProposed ? 'proposed' : isGivenUp ? 'failed' : undefined;
  }

  /** Whether somebody had a vote of member `i`. */
  isHeard(i: number): boolean {
    return this.#seen[i]! > 0;
  }

  /** What became of the vote of member `i`, in a view in which absence could be seen. */
  outcome(i: number): VoteOutcome {
    const seen = this.#seen[i]!;
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
      this.#sawSigners(record.view, signers);
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

  #sawSigners(view: number, ids: readonly string[]): void {
    const { numbers } = this.#texts.signers(view, ids);
    const seen = this.#seen;
    for (let k = 0; k < numbers.length; k++) {
      const number = numbers[k]!;
      // Who got no number is known by name alone.
      const i = number < 0 ? this.#index.get(ids[k]!) : this.#positions[number];
      if (i !== undefined && i !== NOBODY) seen[i]! |= IN_TIME;
    }
  }

  #saw(validator: string, bit: number): void {
    const i = this.#index.get(validator);
    if (i !== undefined) this.#seen[i]! |= bit;
  }

  #canTellAbsence(record: ViewRecord, witness: Witness): boolean {
    if (!record.isEntered || record.strain.isSyncing) return false;
    if (lostEvents(record) || !witness.isSettled(record)) return false;
    if (!hasCollected(record)) return false;
    return !isCertifiedHere(record) || witness.tellsLate(record);
  }
}

/** The node received first votes of others. */
export function hasCollected({ votes, self }: ViewRecord): boolean {
  for (let i = 0; i < votes.length; i++)
    if (votes[i]!.vote === 'vote1' && votes[i]!.validator !== self) return true;
  return false;
}

function isCertifiedHere({ certificates }: ViewRecord): boolean {
  for (let i = 0; i < certificates.length; i++) if (certificates[i]!.isFormedHere) return true;
  return false;
}

function lostEvents({ incomplete }: ViewRecord): boolean {
  return incomplete.length > 0 && incomplete.includes('consensus');
}

/** The node gave the view up. */
function isFailed({ leftBy, timeout, timeoutCertificate }: ViewRecord): boolean {
  if (leftBy === 'qc' || leftBy === 'dc' || leftBy === 'sync') return false;
  return timeout !== undefined || timeoutCertificate !== undefined || leftBy === 'tc' || leftBy === 'timer';
}
