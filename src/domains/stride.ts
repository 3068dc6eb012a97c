/**
 * Events of one node that wait to be counted. Series of a node are read now and then and written with every event;
 * with many nodes attached, all that one event writes to has left the caches before the node's next one comes. A stride
 * of events brings it in once.
 *
 * Invariants: events leave in the order in which they came, each once; never more than `STRIDE` wait.
 */
import type { DomainEvent } from '../events/vocabulary.js';
import type { Hearer } from './hearing.js';

/** So many events are counted together. */
export const STRIDE = 64;

/** The events that wait. */
export class Stride {
  readonly #counter: Hearer;
  /** An event and the position of its schema, by turns: they are written and read together. */
  readonly #waiting = new Array<DomainEvent | number | undefined>(2 * STRIDE).fill(undefined);
  #size = 0;

  /** @param counter counts an event; it does not throw */
  constructor(counter: Hearer) {
    this.#counter = counter;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** Lets an event wait; when there are enough, all are counted. */
  add(index: number, event: DomainEvent): void {
    const waiting = this.#waiting;
    const at = this.#size;
    waiting[at] = event;
    waiting[at + 1] = index;
    this.#size = at + 2;
    if (at + 2 === waiting.length) this.settle();
  }

  /** Counts all that wait. */
  settle(): void {
    const waiting = this.#waiting;
    const size = this.#size;
    this.#size = 0;
    for (let at = 0; at < size; at += 2) {
      const event = waiting[at] as DomainEvent;
      waiting[at] = undefined;
      this.#counter.hear(waiting[at + 1] as number, event);
    }
  }
}
