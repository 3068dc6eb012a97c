/**
 * Events in the order in which they came: parallel arrays, allocated once, so that an event costs no object but itself.
 * After `take` the fields hold what was taken.
 */
import type { StreamEvent } from '../events/vocabulary.js';
import { NO_GAP } from './node.js';
import type { Speaker } from './speaker.js';

/** First in, first out. */
export class EventRing {
  readonly #room: number;
  readonly #events: (StreamEvent | undefined)[];
  readonly #speakers: (Speaker | undefined)[];
  readonly #indexes: Uint16Array;
  readonly #gaps: Float64Array;
  readonly #lengths: Uint32Array;
  #head = 0;
  #tail = 0;
  #size = 0;

  event: StreamEvent | undefined;
  speaker: Speaker | undefined;
  index = 0;
  gap = NO_GAP;
  length = 0;

  /** @param room most events */
  constructor(room: number) {
    this.#room = room;
    this.#events = new Array<StreamEvent | undefined>(room).fill(undefined);
    this.#speakers = new Array<Speaker | undefined>(room).fill(undefined);
    this.#indexes = new Uint16Array(room);
    this.#gaps = new Float64Array(room);
    this.#lengths = new Uint32Array(room);
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.#room;
  }

  /** Appends. The caller has asked `isFull`. */
  put(event: StreamEvent, index: number, speaker: Speaker, gap: number, length: number): void {
    const at = this.#tail;
    this.#events[at] = event;
    this.#speakers[at] = speaker;
    this.#indexes[at] = index;
    this.#gaps[at] = gap;
    this.#lengths[at] = length;
    this.#tail = at + 1 === this.#room ? 0 : at + 1;
    this.#size++;
  }

  /** Takes the oldest. The caller has asked `size`. */
  take(): void {
    const at = this.#head;
    this.event = this.#events[at];
    this.speaker = this.#speakers[at];
    this.index = this.#indexes[at]!;
    this.gap = this.#gaps[at]!;
    this.length = this.#lengths[at]!;
    this.#events[at] = undefined;
    this.#speakers[at] = undefined;
    // Beginning anew whenever it has run dry keeps a ring that is mostly short in the nearest cache.
    if (--this.#size === 0) this.#head = this.#tail = 0;
    else this.#head = at + 1 === this.#room ? 0 : at + 1;
  }
}
