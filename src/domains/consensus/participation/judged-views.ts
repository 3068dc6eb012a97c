/**
 * What became of the votes of the views judged last, until it is told to the standings of the members. A standing with
 * its windows and series is some kilobytes, and a hundred of them leave the caches from view to view: told of several
 * views together, each is brought in once.
 *
 * Invariants: a member hears of views in the order in which they were judged, of each once.
 */
import type { VoteOutcome } from './standing.js';

/** Views that wait at most. */
const MOST = 16;

const outcomes: readonly (VoteOutcome | undefined)[] = [undefined, 'in_time', 'late', 'absent'];
const NOT_JUDGED = 0;

/** Hears what became of the vote of the member at a position. */
export type TellVote = (member: number, outcome: VoteOutcome, leader: string | undefined) => void;

/** Views that were judged and not told. */
export class JudgedViews {
  readonly #members: number;
  readonly #tell: TellVote;
  /** By view, then by member. */
  readonly #outcomes: Uint8Array;
  readonly #leaders: (string | undefined)[] = [];

  constructor(members: number, tell: TellVote) {
    this.#members = members;
    this.#tell = tell;
    this.#outcomes = new Uint8Array(MOST * members);
  }

  /** A view was judged; `note` says of whom what. */
  begin(leader: string | undefined): void {
    if (this.#leaders.length === MOST) this.settle();
    const row = this.#leaders.push(leader) - 1;
    this.#outcomes.fill(NOT_JUDGED, row * this.#members, (row + 1) * this.#members);
  }

  /** What became of the vote of the member at this position, in the view begun last. */
  note(member: number, outcome: VoteOutcome): void {
    const row = this.#leaders.length - 1;
    this.#outcomes[row * this.#members + member] = outcome === 'in_time' ? 1 : outcome === 'late' ? 2 : 3;
  }

  /** Tells all that waits. */
  settle(): void {
    const views = this.#leaders.length;
    if (views === 0) return;
    for (let member = 0; member < this.#members; member++)
      for (let row = 0; row < views; row++) {
        const outcome = outcomes[this.#outcomes[row * this.#members + member]!];
        if (outcome !== undefined) this.#tell(member, outcome, this.#leaders[row]);
      }
    this.#leaders.length = 0;
  }
}
