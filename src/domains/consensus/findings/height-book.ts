/**
 * What attached nodes committed, by height: the first statement of each of the newest heights. It tells
 * the first height at which two branches part; everything above is only its consequence.
 */
import type { EventMap } from '../../../events/vocabulary.js';

/** Heights remembered. */
const REMEMBERED = 4_096;

type Committed = EventMap['consensus.block_committed'];

/** A commit as it is kept. */
export interface CommitNote {
  readonly height: number;
  readonly view: number;
  readonly block: string;
  readonly parent: string | undefined;
  readonly node: number;
  readonly tsUs: number;
  isForked: boolean;
}

/** How a commit stands to those known. */
export type CommitStanding =
  | 'new'
  | 'known'
  /** Older than what is remembered. */
  | 'old'
  /** It contradicts a commit, at a height above one where that is known already. */
  | 'consequence'
  | { readonly contradicts: CommitNote };

/** The newest commits. */
export class HeightBook {
  #notes: (CommitNote | undefined)[] = new Array<CommitNote | undefined>(REMEMBERED).fill(undefined);
  #lowestFork = Infinity;

  /** The lowest height at which nodes disagree about the block; Infinity while they agree. */
  get lowestFork(): number {
    return this.#lowestFork;
  }

  at(height: number): CommitNote | undefined {
    const note = this.#notes[height % REMEMBERED];
    return note?.height === height ? note : undefined;
  }

  note(event: Committed, node: number): CommitStanding {
    const { height, block, parent, view, ts_us } = event;
    const index = height % REMEMBERED;
    const held = this.#notes[index];
    if (held !== undefined && held.height > height) return 'old';
    if (held?.height === height) {
      if (held.block === block) return 'known';
      return this.#fork(held, held);
    }
    const note: CommitNote = { height, block, parent, view, node, tsUs: ts_us, isForked: false };
    this.#notes[index] = note;
    const below = this.at(height - 1);
    const isChild = below === undefined || parent === undefined || below.block === parent;
    if (!isChild) return this.#fork(note, below);
    const above = this.at(height + 1);
    const isParent = above?.parent === undefined || above.parent === block;
    return isParent ? 'new' : this.#fork(note, above);
  }

  clear(): void {
    this.#notes = this.#notes.fill(undefined);
    this.#lowestFork = Infinity;
  }

  /** @param note of the height that is in conflict */
  #fork(note: CommitNote, contradicts: CommitNote): CommitStanding {
    const isConsequence =
      note.isForked ||
      this.at(note.height - 1)?.isForked === true ||
      this.at(note.height + 1)?.isForked === true;
    note.isForked = true;
    this.#lowestFork = Math.min(this.#lowestFork, note.height);
    return isConsequence ? 'consequence' : { contradicts };
  }
}
