/**
 * Text as words of eight bytes, so that known text is copied by a few stores instead of one per
 * character, and a bounded memory of ids seen lately in that form. Words are doubles: bytes of valid
 * UTF-8 never make the bit pattern of a NaN, the one double that a copy may change.
 *
 * Copying writes up to seven bytes beyond the text: a target needs `SLACK` bytes of room after it.
 */

/** Room that must follow whatever is written. */
export const SLACK = 16;

/** Bytes to write to, seen in the two ways that writing needs. */
export interface Target {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** The words of ASCII text, the last one filled up with spaces. */
export function wordsOf(text: string): number[] {
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8), 'latin1');
  return Array.from({ length: padded.length / 8 }, (_, i) => padded.readDoubleLE(i * 8));
}

/** Eight spaces. */
const SPACES = wordsOf(' ')[0]!;

/** Words remembered in all: 64 KiB, some 900 block hashes. */
const SLAB_WORDS = 8_192;
const LENGTH_BITS = 10;
/**
 * An unknown id is learned at every fourth chance. One that recurs is soon known; a field whose ids
 * never recur (transactions) does not pay for learning each of them, which costs as much as five writes.
 */
const LEARN_EVERY = 4;

/** Quoted ids seen lately. Full, it forgets everything and starts again: ids live for a few views. */
class IdMemory {
  readonly #slab = new Float64Array(SLAB_WORDS);
  /** Where the words of an id start in the slab, and below it how many bytes they are. */
  readonly #places = new Map<string, number>();
  #used = 0;
  #unknown = 0;

  /** Copies the quoted form of `id` to `at`. @returns the position after it, or -1 when `id` is not known */
  put({ view }: Target, at: number, id: string): number {
    const place = this.#places.get(id);
    if (place === undefined) return -1;
    const slab = this.#slab;
    const end = at + (place & ((1 << LENGTH_BITS) - 1));
    for (let from = place >>> LENGTH_BITS, to = at; to < end; from++, to += 8) {
      view.setFloat64(to, slab[from]!, true);
    }
    return end;
  }

  /** May remember the quoted id that was just written from `at` to `end`; at most 1,023 bytes. */
  learn({ bytes, view }: Target, at: number, end: number): void {
    if (++this.#unknown % LEARN_EVERY !== 0) return;
    const count = (end - at + 7) >>> 3;
    if (this.#used + count > SLAB_WORDS) {
      this.#places.clear();
      this.#used = 0;
    }
    // What follows the text must be spaces: old bytes there could make a NaN of the last word.
    view.setFloat64(end, SPACES, true);
    for (let i = 0; i < count; i++) this.#slab[this.#used + i] = view.getFloat64(at + i * 8, true);
    // A copy as key: the caller's string may be a slice that keeps a whole message alive.
    this.#places.set(bytes.toString('latin1', at + 1, end - 1), (this.#used << LENGTH_BITS) | (end - at));
    this.#used += count;
  }
}

/** The leading digits of a clock's stamps, which stay the same for a second. */
export class SecondsMemory {
  #seconds = -1;
  #length = 0;
  #first = 0;
  #second = 0;

  /** Copies the digits of `seconds` to `at`. @returns the position after them, or -1 when another second was known */
  put({ view }: Target, at: number, seconds: number): number {
    if (seconds !== this.#seconds) return -1;
    view.setFloat64(at, this.#first, true);
    view.setFloat64(at + 8, this.#second, true);
    return at + this.#length;
  }

  /** Remembers the digits, at most ten, that were just written from `at` to `end`. */
  learn({ view }: Target, at: number, end: number, seconds: number): void {
    view.setFloat64(end, SPACES, true);
    view.setFloat64(end + 8, SPACES, true);
    this.#first = view.getFloat64(at, true);
    this.#second = view.getFloat64(at + 8, true);
    this.#length = end - at;
    this.#seconds = seconds;
  }
}

/** What the writers of one stream remember between lines. */
export class LineMemory {
  readonly ids = new IdMemory();
  readonly wall = new SecondsMemory();
  readonly mono = new SecondsMemory();
}
