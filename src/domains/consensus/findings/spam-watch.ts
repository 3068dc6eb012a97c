/**
 * Votes for views far ahead, by validator, as one node received them. That a vote is for a later view than
 * the node's own proves nothing: the node may be behind. Who votes far ahead and afterwards far below
 * was never where it claimed to be.
 */
import type { EventMap } from '../../../events/vocabulary.js';
import type { ChainBook } from './chain-book.js';
import { statementOf, type Statement } from './finding.js';

/** Further ahead than messages can be out of order. */
const FAR_VIEWS = 100;
/** Told again for a validator only after the chain has moved so far. */
const QUIET_VIEWS = 256;
const MAX_VALIDATORS = 256;

type Rejected = EventMap['consensus.vote_rejected'];

/** A validator that cannot have been where it voted. */
export interface Spam {
  readonly kind: 'view_spam';
  readonly detail: string;
  readonly view: number;
  readonly height?: number;
  readonly statements: readonly Statement[];
}

/** One node's view of who votes far ahead. */
export class SpamWatch {
  readonly #book: ChainBook;
  /** The refused vote that is the furthest ahead, by validator. */
  readonly #ahead = new Map<string, Rejected>();
  /** The last vote within sight, by validator. */
  readonly #told = new Map<string, number>();

  constructor(book: ChainBook) {
    this.#book = book;
  }

  forget(): void {
    this.#ahead.clear();
  }

  /** A vote was accepted. */
  voted(event: EventMap['consensus.vote_received']): Spam | undefined {
    if (this.#ahead.size === 0) return undefined;
    const far = this.#ahead.get(event.validator);
    if (far === undefined || event.view + FAR_VIEWS > far.view || event.seq < far.seq) return undefined;
    this.#ahead.delete(event.validator);
    const told = this.#told.get(event.validator);
    if (told !== undefined && event.view < told + QUIET_VIEWS) return undefined;
    this.#told.set(event.validator, event.view);
    const detail = `voted in view ${far.view}, and later in view ${event.view}`;
    return { kind: 'view_spam', detail, view: far.view, statements: [statementOf(far), statementOf(event)] };
  }

  /** A vote was refused. */
  rejected(event: Rejected): void {
    if (event.view < this.#book.highestView + FAR_VIEWS) return;
    if (this.#ahead.size < MAX_VALIDATORS || this.#ahead.has(event.validator))
      this.#ahead.set(event.validator, event);
  }
}
