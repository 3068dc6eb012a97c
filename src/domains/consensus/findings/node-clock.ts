/** What one node says of the times at which blocks were proposed and came, on its way into the book of its chain's clocks. */
import type { EventMap, HelloEvent } from '../../../events/vocabulary.js';
import type { NodeObserver } from '../../domain.js';
import type { ClockBook } from './clock-book.js';

/** Watches the clock of one node. */
export class NodeClock implements NodeObserver {
  readonly handlers = {
    'consensus.block_committed': (event: EventMap['consensus.block_committed']) => this.committed(event),
    'consensus.proposal_received': (event: EventMap['consensus.proposal_received']) => this.received(event),
  };
  readonly #book: ClockBook;
  /** The validator that the node is. */
  #self: string | undefined;

  constructor(book: ClockBook) {
    this.#book = book;
  }

  hello({ validator }: HelloEvent): void {
    this.#self = validator;
  }

  /** A block is final for the node. */
  committed(event: EventMap['consensus.block_committed']): void {
    this.#book.committed(event);
  }

  /** A proposal came to it. */
  received(event: EventMap['consensus.proposal_received']): void {
    this.#book.received(event, this.#self);
  }
}
