/**
 * The last events, numbered from 0, within a bound of number and size: what clients read from and resume in. The oldest
 * make room for the newest, and whoever had not read them is told each time.
 */
import { Ring } from '../../base/ring.js';
import type { EventRecord } from '../event-record.js';

/** Bounds. */
export interface EventBufferLimits {
  readonly events: number;
  readonly bytes: number;
}

/** What an entry costs besides its text. */
const ENTRY_BYTES = 96;

/** A window over a numbered sequence of events: `[first, next)`. */
export class EventBuffer {
  readonly #limits: EventBufferLimits;
  /** Made when the first event comes. */
  #ring: Ring<EventRecord> | undefined;
  #first = 0;
  #bytes = 0;

  constructor(limits: EventBufferLimits) {
    this.#limits = limits;
  }

  /** Number of the oldest event that is held. */
  get first(): number {
    return this.#first;
  }

  /** Number that the next event gets. */
  get next(): number {
    return this.#first + (this.#ring?.size ?? 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param evicted hears of each event that has to go, before it goes */
  push(record: EventRecord, evicted: (number: number, record: EventRecord) => void): void {
    const bytes = sizeOf(record);
    const ring = (this.#ring ??= new Ring(this.#limits.events));
    while (ring.size > 0 && (ring.size === ring.capacity || this.#bytes + bytes > this.#limits.bytes)) {
      const oldest = ring.at(0)!;
      evicted(this.#first, oldest);
      ring.shift();
      this.#first++;
      this.#bytes -= sizeOf(oldest);
    }
    ring.push(record);
    this.#bytes += bytes;
  }

  /** The event of that number, if it is held. */
  at(number: number): EventRecord | undefined {
    return this.#ring?.at(number - this.#first);
  }

  /** Holds nothing, and begins at 0 again. */
  clear(): void {
    this.#ring = undefined;
    this.#first = 0;
    this.#bytes = 0;
  }
}

/** Strings of a byte a character are the rule. */
function sizeOf({ json }: EventRecord): number {
  return json.length + ENTRY_BYTES;
}
