/**
 * The messages that wait for a node's processor, first come first served. Used only when the
 * processor is modelled; it empties when the process crashes.
 */
import type { Message } from '../protocol/messages.js';

/** One waiting message. */
interface Waiting {
  readonly from: number;
  readonly message: Message;
  readonly bytes: number;
  readonly arrivedUs: number;
}

/** A queue without a bound: honest senders are few; a flood is seen as depth. */
export class Inbox {
  #items: Waiting[] = [];
  #head = 0;
  /** The longest that a message waited since this was last read by `takeLongestWaitUs`. */
  #longestWaitUs = 0;

  get depth(): number {
    return this.#items.length - this.#head;
  }

  push(waiting: Waiting): void {
    this.#items.push(waiting);
  }

  /** Takes out the oldest. */
  shift(nowUs: number): Waiting | undefined {
    const waiting = this.#items[this.#head];
    if (waiting === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= 4096) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    this.#longestWaitUs = Math.max(this.#longestWaitUs, nowUs - waiting.arrivedUs);
    return waiting;
  }

  /** The longest wait since the last call, microseconds. */
  takeLongestWaitUs(): number {
    const longest = this.#longestWaitUs;
    this.#longestWaitUs = 0;
    return longest;
  }
}
