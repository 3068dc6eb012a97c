/**
 * Events of one node that wait to be counted. Series of a node are read now and then and written with every event;
 * with many nodes attached, all that one event writes to has left the caches before the node's next one comes. A stride
 * of events brings it in once.
 *
 * Invariants: events leave in the order in which they came, each once; never more than `STRIDE` wait.
 */
import type { DomainEvent } from '../events/vocabulary.js';

/** So many events are counted together. */
export const STRIDE = 64;

/** Counts an event; it does not throw. */
export type Count = (event: DomainEvent) => void;

/** The events that wait. */
export class Stride {
  /** An event and who counts it, by turns: they are written and read together. */
  readonly #waiting = new Array<DomainEvent | Count | undefined>(2 * STRIDE).fill(undefined);
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** Lets an event wait; when there are enough, all are counted. */
  add(event: DomainEvent, count: Count): void {
    const waiting = this.#waiting;
    const at = this.#size;
    waiting[at] = event;
    waiting[at + 1] = count;
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
      (waiting[at + 1] as Count)(event);
    }
  }
}
