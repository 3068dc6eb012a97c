/**
 * The bounded queue between arrival and processing: a ring of parallel arrays, allocated once, so
 * that an event costs no object but itself.
 *
 * Bounded twice, in events and in characters of their lines. As it fills it refuses by class: bulk
 * above half, normal above four fifths, vital when full. A small reserve beyond that is for `hello`
 * alone, because without it all that follows would be lost too.
 */
import type { StreamEvent } from '../events/vocabulary.js';
import { HELLO, priorityOf } from './event-index.js';
import { NO_GAP } from './node.js';
import type { Speaker } from './speaker.js';

/** Fill above which each class is refused, in the order of `priorities`. */
const FILL_LIMITS = [0.5, 0.8, 1];
const HELLO_RESERVE = 64;
/** Four of the longest lines. */
const HELLO_RESERVE_CHARACTERS = 4 * 1024 * 1024;

/** First in, first out. After `take` the fields hold what was taken. */
export class EventQueue {
  readonly capacity: number;
  readonly #room: number;
  readonly #characterRoom: number;
  readonly #eventLimits: readonly number[];
  readonly #characterLimits: readonly number[];
  readonly #events: (StreamEvent | undefined)[];
  readonly #speakers: (Speaker | undefined)[];
  readonly #indexes: Uint16Array;
  readonly #gaps: Float64Array;
  readonly #lengths: Uint32Array;
  #head = 0;
  #tail = 0;
  #size = 0;
  #characters = 0;

  event: StreamEvent | undefined;
  speaker: Speaker | undefined;
  index = 0;
  /** How many events of its domain are missing before the one taken, or `NO_GAP`. */
  gap = NO_GAP;

  /**
   * @param capacity most events, at least 1
   * @param characterCapacity most characters of their lines
   */
  constructor(capacity: number, characterCapacity: number) {
    this.capacity = Math.max(1, Math.floor(capacity));
    this.#room = this.capacity + HELLO_RESERVE;
    this.#characterRoom = characterCapacity + HELLO_RESERVE_CHARACTERS;
    this.#eventLimits = FILL_LIMITS.map((fill) => Math.max(1, Math.floor(this.capacity * fill)));
    this.#characterLimits = FILL_LIMITS.map((fill) => characterCapacity * fill);
    this.#events = new Array<StreamEvent | undefined>(this.#room).fill(undefined);
    this.#speakers = new Array<Speaker | undefined>(this.#room).fill(undefined);
    this.#indexes = new Uint16Array(this.#room);
    this.#gaps = new Float64Array(this.#room);
    this.#lengths = new Uint32Array(this.#room);
  }

  get size(): number {
    return this.#size;
  }

  /** True while at least half of both bounds is free. */
  get isRelaxed(): boolean {
    return this.#size <= this.#eventLimits[0]! && this.#characters <= this.#characterLimits[0]!;
  }

  /** Whether an event of this index is taken in now. */
  admits(index: number): boolean {
    if (index === HELLO) return this.#size < this.#room && this.#characters < this.#characterRoom;
    const priority = priorityOf[index]!;
    return this.#size < this.#eventLimits[priority]! && this.#characters < this.#characterLimits[priority]!;
  }

  /** Whether anything at all is taken in, whatever its class. */
  get isFull(): boolean {
    return this.#size >= this.capacity || this.#characters >= this.#characterLimits[2]!;
  }

  /** Appends. The caller has asked `admits` or `isFull`. */
  put(event: StreamEvent, index: number, speaker: Speaker, gap: number, length: number): void {
    const at = this.#tail;
    this.#events[at] = event;
    this.#speakers[at] = speaker;
    this.#indexes[at] = index;
    this.#gaps[at] = gap;
    this.#lengths[at] = length;
    this.#tail = at + 1 === this.#room ? 0 : at + 1;
    this.#size++;
    this.#characters += length;
  }

  /** Takes the oldest into the fields. @returns false when there is none */
  take(): boolean {
    if (this.#size === 0) return false;
    const at = this.#head;
    this.event = this.#events[at];
    this.speaker = this.#speakers[at];
    this.index = this.#indexes[at]!;
    this.gap = this.#gaps[at]!;
    this.#events[at] = undefined;
    this.#speakers[at] = undefined;
    // Beginning anew whenever it has run dry keeps a queue that is mostly short in the nearest cache.
    if (--this.#size === 0) this.#head = this.#tail = 0;
    else this.#head = at + 1 === this.#room ? 0 : at + 1;
    this.#characters -= this.#lengths[at]!;
    return true;
  }
}
