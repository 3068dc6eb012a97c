/**
 * What really happened, counted at the source: by what the replicas did and not by what their hooks said. The
 * accuracy check holds the metrics to it.
 */
import type { RunWatch } from '../report/run-watch.js';

/** What one validator did, over all its process starts. */
export interface ValidatorCounts {
  viewsEntered: number;
  viewsTimedOut: number;
  blocksProposed: number;
  proposalsReceived: number;
  votesSent: number;
  /** Votes that arrived, late ones included, refused ones not. */
  votesReceived: number;
  /** Blocks that became final, those fetched while catching up included. */
  blocksCommitted: number;
  transactionsCommitted: number;
}

/** Counts what every validator does. */
export class TruthCounter implements RunWatch {
  readonly #counts = new Map<number, ValidatorCounts>();

  /** The counts of validators 0 to `validators - 1`. */
  counts(validators: number): readonly Readonly<ValidatorCounts>[] {
    return Array.from({ length: validators }, (_, position) => this.#of(position));
  }

  observer(validator: number): ReturnType<RunWatch['observer']> {
    const counts = this.#of(validator);
    return {
      viewEntered: () => void counts.viewsEntered++,
      viewTimedOut: () => void counts.viewsTimedOut++,
      proposalSent: () => void counts.blocksProposed++,
      proposalReceived: () => void counts.proposalsReceived++,
      voteSent: () => void counts.votesSent++,
      voteReceived: () => void counts.votesReceived++,
    };
  }

  committed(validator: number, block: Parameters<RunWatch['committed']>[1]): void {
    const counts = this.#of(validator);
    counts.blocksCommitted++;
    counts.transactionsCommitted += block.payload.transactions.length;
  }

  #of(validator: number): ValidatorCounts {
    let counts = this.#counts.get(validator);
    if (counts === undefined) {
      counts = {
        viewsEntered: 0,
        viewsTimedOut: 0,
        blocksProposed: 0,
        proposalsReceived: 0,
        votesSent: 0,
        votesReceived: 0,
        blocksCommitted: 0,
        transactionsCommitted: 0,
      };
      this.#counts.set(validator, counts);
    }
    return counts;
  }
}
