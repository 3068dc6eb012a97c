/**
 * Counts the votes of one phase at whoever collects them, and makes the certificate. A vote is told
 * as received, late or refused; a validator that votes for two blocks in one view is told as such.
 *
 * It never changes the replica: the caller decides what a certificate means.
 */
import { BallotBook } from './ballot.js';
import type { Qc } from './block.js';
import type { Committee } from './committee.js';
import type { Observer } from './effects.js';
import type { VoteMessage } from './messages.js';

/** A collector keeps this many ballots, so that late votes are still recognised as such. */
const BALLOTS = 8;

/** Votes further ahead than this are refused: they cannot be honest unless we are far behind. */
const FUTURE_VIEWS = 1000;

/** What collecting needs of its replica. */
interface CollectorHost {
  readonly self: number;
  readonly view: number;
  readonly epoch: number;
  readonly committee: Committee;
  readonly observer: Observer;
}

/** The votes of one phase. */
export class VoteCollector {
  readonly #host: CollectorHost;
  readonly #collectorOf: (view: number) => number;
  readonly #ballots: BallotBook;

  /** @param collectorOf who collects the votes of a view */
  constructor(host: CollectorHost, collectorOf: (view: number) => number) {
    this.#host = host;
    this.#collectorOf = collectorOf;
    this.#ballots = new BallotBook(host.committee, BALLOTS);
  }

  /** Counts a vote; returns the certificate when the vote completes it. */
  add(from: number, vote: VoteMessage): Qc | undefined {
    const { observer } = this.#host;
    const { view, block, height } = vote;
    if (this.#collectorOf(view) !== this.#host.self) observer.voteRejected(vote, from, 'wrong_leader');
    else if (view > this.#host.view + FUTURE_VIEWS) observer.voteRejected(vote, from, 'future_view');
    else {
      const ballot = this.#ballots.open(view);
      const counted = ballot?.add(from, block);
      if (counted === 'conflict') observer.byzantineDetected('double_vote', from, view);
      if (counted === undefined) observer.voteRejected(vote, from, 'stale_view');
      else if (counted === 'duplicate' || counted === 'conflict')
        observer.voteRejected(vote, from, 'duplicate');
      else observer.voteReceived(vote, from, counted === 'late');
      if (counted === 'closed' && ballot?.quorum !== undefined)
        return { view, epoch: this.#host.epoch, block, height, signers: ballot.quorum };
    }
    return undefined;
  }
}
