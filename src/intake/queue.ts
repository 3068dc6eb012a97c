/**
 * The bounded queue between arrival and processing, in two lanes. Who has little in the queue is served before those who have
 * much: the flood of a node that catches up must not hold back the one event of another that a page depends on.
 *
 *   a feed with few events waiting      -> quick lane --(first)--.
 *   a feed with many, or that can wait  -> long lane ------------+-> take
 *
 * Invariants: events of one feed, and of one node whatever feeds it speaks on, leave in the order in which they came. The
 * long lane does not starve: where all that others say is more than can be processed, they too have many events waiting.
 *
 * Bounded twice, in events and in characters of their lines. As it fills it refuses by class: bulk above half, normal
 * above four fifths, vital when full. A small reserve beyond that is for `hello` alone, because without it all that
 * follows would be lost too.
 */
import type { StreamEvent } from '../events/vocabulary.js';
import { HELLO, priorityOf } from './event-index.js';
import { EventRing } from './event-ring.js';
import type { Speaker } from './speaker.js';

/** Fill above which each class is refused, in the order of `priorities`. */
const FILL_LIMITS = [0.5, 0.8, 1];
const HELLO_RESERVE = 64;
/** Four of the longest lines. */
const HELLO_RESERVE_CHARACTERS = 4 * 1024 * 1024;
/** Most events of a feed that wait while it still counts as one that has little to say. */
const FEW = 32;
/** Events in the quick lane; more go the long way. */
const QUICK_ROOM = 2_048;

/** After `take` the fields of `taken` hold what was taken. */
export class EventQueue {
  readonly capacity: number;
  readonly #characterRoom: number;
  readonly #room: number;
  readonly #eventLimits: readonly number[];
  readonly #characterLimits: readonly number[];
  readonly #quick = new EventRing(QUICK_ROOM);
  readonly #long: EventRing;
  #size = 0;
  #characters = 0;

  /** The lane that was taken from last. */
  taken: EventRing;

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
    this.#long = new EventRing(this.#room);
    this.taken = this.#long;
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
    const { feed, node } = speaker;
    const isQuick = !feed.canWait && feed.pending < FEW && feed.long === 0 && node.long === 0;
    if (isQuick && !this.#quick.isFull) this.#quick.put(event, index, speaker, gap, length);
    else {
      feed.long++;
      node.long++;
      this.#long.put(event, index, speaker, gap, length);
    }
    feed.pending++;
    this.#size++;
    this.#characters += length;
  }

  /** Takes the next. @returns false when there is none */
  take(): boolean {
    if (this.#size === 0) return false;
    const quick = this.#quick;
    const isQuick = quick.size > 0;
    const lane = isQuick ? quick : this.#long;
    lane.take();
    const { feed, node } = lane.speaker!;
    feed.pending--;
    if (!isQuick) {
      feed.long--;
      node.long--;
    }
    this.taken = lane;
    this.#size--;
    this.#characters -= lane.length;
    return true;
  }
}
