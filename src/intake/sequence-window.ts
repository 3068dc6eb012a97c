/**
 * Tells new events from repeated, missing and late ones by their `seq`: of one node, run and domain.
 *
 * State: the next `seq` expected, and for each of the last 1,024 below it whether it has been seen.
 * What is older than that window counts as seen. In-order events cost one bit.
 */

/** How far behind the highest `seq` an event may come and still be told from a repeated one. */
export const REORDERING_WINDOW = 1024;

/** `accept` found a `seq` that was seen before, or is too old to tell. */
export const DUPLICATE = -1;

/** `accept` found a `seq` that had been counted as missing. */
export const LATE = -2;

const WORD_MASK = REORDERING_WINDOW / 32 - 1;

export class SequenceWindow {
  #expected: number;
  // Bit `seq & 1023` says whether `seq` was seen. What precedes the start counts as seen.
  readonly #seen = new Uint32Array(REORDERING_WINDOW / 32).fill(0xffffffff);

  /** @param expected the first `seq` to come */
  constructor(expected = 0) {
    this.#expected = expected;
  }

  /** The next `seq` expected. */
  get expected(): number {
    return this.#expected;
  }

  /**
   * Takes one event's `seq`.
   * @returns 0 when it is the expected one, the number missing before it when it is higher, else
   *   `DUPLICATE` or `LATE`
   */
  accept(seq: number): number {
    const ahead = seq - this.#expected;
    if (ahead < 0) return this.#behind(seq);
    if (ahead > 0) this.skipTo(seq);
    this.#seen[(seq >>> 5) & WORD_MASK]! |= 1 << (seq & 31);
    this.#expected = seq + 1;
    return ahead;
  }

  /** Says that the next `seq` is `next`. @returns how many are thereby missing, 0 when it is no news */
  skipTo(next: number): number {
    const missing = next - this.#expected;
    if (missing <= 0) return 0;
    if (missing >= REORDERING_WINDOW) this.#seen.fill(0);
    else
      for (let seq = this.#expected; seq < next; seq++)
        this.#seen[(seq >>> 5) & WORD_MASK]! &= ~(1 << (seq & 31));
    this.#expected = next;
    return missing;
  }

  #behind(seq: number): number {
    if (seq < this.#expected - REORDERING_WINDOW) return DUPLICATE;
    const word = (seq >>> 5) & WORD_MASK;
    const bit = 1 << (seq & 31);
    if ((this.#seen[word]! & bit) !== 0) return DUPLICATE;
    this.#seen[word]! |= bit;
    return LATE;
  }
}
