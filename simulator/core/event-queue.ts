/**
 * The heart of the discrete-event core: a binary heap on typed arrays, ordered by (time, sequence),
 * so that what was scheduled first at an instant happens first: the order is total and the same
 * on every machine. Scheduling allocates nothing once the arrays have grown.
 *
 * Events of one instant mostly come in a row, a broadcast or the votes that answer it. They form a run: a
 * linked list under one entry of the heap, first in, first out. Only the newest run of an instant grows,
 * so that an older one of the same instant holds nothing but earlier events.
 *
 * An event is a number of small integers and one payload reference; what they mean is the caller's.
 */

const INITIAL_CAPACITY = 1024;

/** Instants whose newest run is remembered, by a hash; forgetting one only costs another heap entry. */
const RECENT_BITS = 8;
const NO_TIME = -1;

/** Events to come. After `pop` the fields hold the event that was taken out. */
export class EventQueue {
  /** Fields of the event taken out last. */
  timeUs = 0;
  kind = 0;
  node = 0;
  a = 0;
  b = 0;
  payload: object | undefined;

  #capacity = INITIAL_CAPACITY;
  #size = 0;
  #runs = 0;
  #sequence = 0;
  // The heap itself: an entry is a run, its slot that of the first event.
  #times = new Float64Array(INITIAL_CAPACITY);
  #sequences = new Float64Array(INITIAL_CAPACITY);
  #slots = new Int32Array(INITIAL_CAPACITY);
  // What the slots hold; free slots form a stack.
  #kinds = new Uint8Array(INITIAL_CAPACITY);
  #nodes = new Int32Array(INITIAL_CAPACITY);
  #nexts = new Int32Array(INITIAL_CAPACITY);
  #as = new Int32Array(INITIAL_CAPACITY);
  #bs = new Float64Array(INITIAL_CAPACITY);
  readonly #payloads: (object | undefined)[] = new Array<object | undefined>(INITIAL_CAPACITY).fill(
    undefined,
  );
  #free = Int32Array.from({ length: INITIAL_CAPACITY }, (_, i) => i);
  // Recent instants and the last event of the newest run of each.
  readonly #recentTimes = new Float64Array(1 << RECENT_BITS).fill(NO_TIME);
  readonly #recentTails = new Int32Array(1 << RECENT_BITS);

  /** Events waiting. */
  get size(): number {
    return this.#size;
  }

  /** Time of the next event, or infinity. */
  get nextTimeUs(): number {
    return this.#runs === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  /**
   * Schedules an event.
   * @param timeUs integer microseconds >= 0, not before the event taken out last
   * @param a an integer of 32 bits
   */
  push(timeUs: number, kind: number, node: number, a: number, b: number, payload: object | undefined): void {
    if (this.#size === this.#capacity) this.#grow();
    const slot = this.#free[this.#size++] as number;
    this.#kinds[slot] = kind;
    this.#nodes[slot] = node;
    this.#as[slot] = a;
    this.#bs[slot] = b;
    this.#nexts[slot] = -1;
    this.#payloads[slot] = payload;
    const recent = hashOf(timeUs);
    if (this.#recentTimes[recent] === timeUs) this.#nexts[this.#recentTails[recent] as number] = slot;
    else {
      this.#recentTimes[recent] = timeUs;
      this.#siftUp(this.#runs++, timeUs, this.#sequence++, slot);
    }
    this.#recentTails[recent] = slot;
  }

  /** Takes out the next event into the fields; false when there is none. */
  pop(): boolean {
    if (this.#runs === 0) return false;
    const slot = this.#slots[0] as number;
    const timeUs = this.#times[0] as number;
    this.timeUs = timeUs;
    this.kind = this.#kinds[slot] as number;
    this.node = this.#nodes[slot] as number;
    this.a = this.#as[slot] as number;
    this.b = this.#bs[slot] as number;
    this.payload = this.#payloads[slot];
    this.#payloads[slot] = undefined;
    this.#size--;
    this.#free[this.#size] = slot;
    const next = this.#nexts[slot] as number;
    if (next >= 0) {
      this.#slots[0] = next;
      return true;
    }
    const recent = hashOf(timeUs);
    if (this.#recentTails[recent] === slot && this.#recentTimes[recent] === timeUs)
      this.#recentTimes[recent] = NO_TIME;
    this.#runs--;
    if (this.#runs > 0) this.#siftDown();
    return true;
  }

  #siftUp(from: number, time: number, sequence: number, slot: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const slots = this.#slots;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const parentTime = times[parent] as number;
      // A new run has the highest sequence, so that equal times never move up.
      if (parentTime <= time) break;
      times[at] = parentTime;
      sequences[at] = sequences[parent] as number;
      slots[at] = slots[parent] as number;
      at = parent;
    }
    times[at] = time;
    sequences[at] = sequence;
    slots[at] = slot;
  }

  /** Moves the last entry to the root and down to its place. */
  #siftDown(): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const slots = this.#slots;
    const size = this.#runs;
    const time = times[size] as number;
    const sequence = sequences[size] as number;
    const slot = slots[size] as number;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      const right = child + 1;
      if (right < size) {
        const leftTime = times[child] as number;
        const rightTime = times[right] as number;
        if (
          rightTime < leftTime ||
          (rightTime === leftTime && (sequences[right] as number) < (sequences[child] as number))
        )
          child = right;
      }
      const childTime = times[child] as number;
      if (childTime > time || (childTime === time && (sequences[child] as number) > sequence)) break;
      times[at] = childTime;
      sequences[at] = sequences[child] as number;
      slots[at] = slots[child] as number;
      at = child;
    }
    times[at] = time;
    sequences[at] = sequence;
    slots[at] = slot;
  }

  #grow(): void {
    const before = this.#capacity;
    const after = before * 2;
    const copy = <T extends { set(from: T): void }>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#times = copy(new Float64Array(after), this.#times);
    this.#sequences = copy(new Float64Array(after), this.#sequences);
    this.#slots = copy(new Int32Array(after), this.#slots);
    this.#kinds = copy(new Uint8Array(after), this.#kinds);
    this.#nodes = copy(new Int32Array(after), this.#nodes);
    this.#nexts = copy(new Int32Array(after), this.#nexts);
    this.#as = copy(new Int32Array(after), this.#as);
    this.#bs = copy(new Float64Array(after), this.#bs);
    this.#free = copy(new Int32Array(after), this.#free);
    for (let slot = before; slot < after; slot++) {
      this.#free[slot] = slot;
      this.#payloads.push(undefined);
    }
    this.#capacity = after;
  }
}

function hashOf(timeUs: number): number {
  return Math.imul(timeUs, 0x9e3779b1) >>> (32 - RECENT_BITS);
}
