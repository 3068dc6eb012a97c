/**
 * Counts messages in a stream of bytes. libp2p's streams carry bytes: what was sent as one message may
 * arrive in three pieces, or three in one. Where a protocol frames its messages by their length (an unsigned
 * varint before each, the rule of libp2p's specifications), they are counted exactly; otherwise each
 * piece counts as one.
 *
 * Invariant: the sizes reported, and what is still incomplete, add up to the bytes seen.
 */
import type { Passed } from './stream-watch.js';

/** Most bytes of a length: 2^56 bytes is no message. */
const MOST_PREFIX_BYTES = 8;

/** How a protocol's messages are told apart. */
export type Framing = 'length-prefixed' | 'chunk';

/** Counts the messages that pass one direction of a stream. */
export interface MessageCounter {
  /** Calls `message` with the size of each message that ends within `data`, its length included. */
  pass(data: Passed, from: number, message: (bytes: number) => void): void;
}

export function messageCounter(framing: Framing): MessageCounter {
  return framing === 'chunk' ? chunks : new PrefixedMessages();
}

const chunks: MessageCounter = {
  pass: (data, from, message) => message(data.byteLength - from),
};

class PrefixedMessages implements MessageCounter {
  #size = 0;
  #prefixBytes = 0;
  #length = 0;
  #remaining = 0;
  #isInPrefix = true;
  #isBroken = false;

  pass(data: Passed, from: number, message: (bytes: number) => void): void {
    if (this.#isBroken) return message(data.byteLength - from);
    let at = from;
    while (at < data.byteLength) {
      if (this.#isInPrefix) {
        this.#prefix(byteAt(data, at++));
        if (this.#isBroken) return message(this.#size + data.byteLength - at);
      } else {
        const step = Math.min(this.#remaining, data.byteLength - at);
        at += step;
        this.#size += step;
        this.#remaining -= step;
      }
      if (!this.#isInPrefix && this.#remaining === 0) message(this.#end());
    }
  }

  #prefix(byte: number): void {
    this.#size++;
    this.#length += (byte & 0x7f) * 2 ** (7 * this.#prefixBytes++);
    if (byte < 0x80) {
      this.#isInPrefix = false;
      this.#remaining = this.#length;
    } else if (this.#prefixBytes >= MOST_PREFIX_BYTES) {
      // Not what the configuration says it is: from here on pieces are counted.
      this.#isBroken = true;
    }
  }

  #end(): number {
    const size = this.#size;
    this.#size = 0;
    this.#length = 0;
    this.#prefixBytes = 0;
    this.#isInPrefix = true;
    return size;
  }
}

function byteAt(data: Passed, index: number): number {
  return data.get === undefined ? ((data as unknown as Uint8Array)[index] ?? 0) : data.get(index);
}
