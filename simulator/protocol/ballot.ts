/**
 * Counts signed statements of one view until a quorum agrees on one subject: votes for a block, or
 * wishes for a view. A validator counts once; a second statement on another subject is a conflict
 * and never counted. Statements after the quorum are told apart as late and leave the result alone.
 */
import type { Committee } from './committee.js';
import { addSigner, hasSigner, noSigners, type Signers } from './signers.js';

/** What became of one statement. */
type Counted = 'counted' | 'closed' | 'late' | 'duplicate' | 'conflict';

interface Subject {
  readonly subject: number;
  readonly signers: Signers;
  power: number;
}

/** The statements of one view. */
export class Ballot {
  readonly #committee: Committee;
  readonly #subjects: Subject[] = [];
  #quorum: Signers | undefined;

  constructor(committee: Committee) {
    this.#committee = committee;
  }

  /** Who made the quorum; undefined until there is one. Never changes afterwards. */
  get quorum(): Signers | undefined {
    return this.#quorum;
  }

  /** Counts a statement: `closed` is the one that completes the quorum. */
  add(validator: number, subject: number): Counted {
    let found: Subject | undefined;
    for (let i = 0; i < this.#subjects.length; i++) {
      const known = this.#subjects[i] as Subject;
      if (known.subject === subject) found = known;
      if (hasSigner(known.signers, validator)) return known.subject === subject ? 'duplicate' : 'conflict';
    }
    if (found === undefined) {
      found = { subject, signers: noSigners(this.#committee.size), power: 0 };
      this.#subjects.push(found);
    }
    addSigner(found.signers, validator);
    found.power += this.#committee.powerOf(validator);
    if (this.#quorum !== undefined) return 'late';
    if (found.power < this.#committee.quorumPower) return 'counted';
    this.#quorum = found.signers.slice();
    return 'closed';
  }

  /** Power that stands behind `subject` so far. */
  powerOf(subject: number): number {
    return this.#subjects.find((known) => known.subject === subject)?.power ?? 0;
  }
}

/** The ballots of the newest views, at most `capacity` of them; older ones are forgotten. */
export class BallotBook {
  readonly #committee: Committee;
  readonly #capacity: number;
  readonly #ballots = new Map<number, Ballot>();
  /** The ballot opened last: statements of one view come in a row. */
  #last: Ballot | undefined;
  #lastView = -1;

  constructor(committee: Committee, capacity: number) {
    this.#committee = committee;
    this.#capacity = capacity;
  }

  /** The ballot of `view`; undefined when the view is older than all that fit. */
  open(view: number): Ballot | undefined {
    if (view === this.#lastView) return this.#last;
    const known = this.#ballots.get(view);
    if (known !== undefined) return this.#remember(view, known);
    if (this.#ballots.size >= this.#capacity) {
      const oldest = Math.min(...this.#ballots.keys());
      if (view < oldest) return undefined;
      this.#ballots.delete(oldest);
      this.#lastView = -1;
    }
    const ballot = new Ballot(this.#committee);
    this.#ballots.set(view, ballot);
    return this.#remember(view, ballot);
  }

  /** Forgets the ballots up to and including `view`. */
  forget(view: number): void {
    if (this.#ballots.size === 0) return;
    this.#lastView = -1;
    for (const known of this.#ballots.keys()) if (known <= view) this.#ballots.delete(known);
  }

  #remember(view: number, ballot: Ballot): Ballot {
    this.#last = ballot;
    this.#lastView = view;
    return ballot;
  }
}
