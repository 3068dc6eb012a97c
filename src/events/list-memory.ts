/**
 * Lists of ids seen last, by their bytes: the certificate of a view lists its signers in the words of every node that
 * has it, and a list found again is not read again. Whoever holds the list then holds the same one as all others.
 *
 * Memory is fixed: eight lists of at most 8 KB. What was remembered was read and found good; equal bytes are as good.
 */

const KEPT = 8;
const MOST_WORDS = 2_048;

interface Kept {
  /** The text of the list with its brackets, in words; the last one may be filled up with zeros. */
  readonly words: Int32Array;
  /** Of the text, in bytes. */
  length: number;
  ids: readonly string[];
}

/** The lists that all streams of the process said last. */
export class ListMemory {
  /** Found last or made last first. */
  readonly #kept: Kept[] = Array.from({ length: KEPT }, () => ({
    words: new Int32Array(MOST_WORDS),
    length: 0,
    ids: [],
  }));
  /** Length of the text of the list that was found last. */
  length = 0;

  /**
   * The list whose text begins at `start`; undefined where it was not seen lately.
   * @param words may be read up to three bytes behind `end`
   */
  find(words: DataView, start: number, end: number): readonly string[] | undefined {
    for (let i = 0; i < KEPT; i++) {
      const kept = this.#kept[i]!;
      if (kept.length === 0 || start + kept.length > end || !isAt(kept, words, start)) continue;
      if (i > 0) this.#toFront(i, kept);
      this.length = kept.length;
      return kept.ids;
    }
    return undefined;
  }

  /** Remembers a list that was read and found good. */
  keep(words: DataView, start: number, end: number, ids: readonly string[]): void {
    const length = end - start;
    if (length > 4 * MOST_WORDS) return;
    const oldest = this.#kept[KEPT - 1]!;
    const whole = length >> 2;
    for (let i = 0; i < whole; i++) oldest.words[i] = words.getInt32(start + 4 * i, true);
    if ((length & 3) !== 0) oldest.words[whole] = words.getInt32(start + 4 * whole, true) & maskOf(length);
    oldest.length = length;
    oldest.ids = ids;
    this.#toFront(KEPT - 1, oldest);
  }

  #toFront(place: number, kept: Kept): void {
    for (let i = place; i > 0; i--) this.#kept[i] = this.#kept[i - 1]!;
    this.#kept[0] = kept;
  }
}

function isAt(kept: Kept, words: DataView, start: number): boolean {
  const { length } = kept;
  const whole = length >> 2;
  // Lists of one chain begin alike; where somebody is missing they differ all the way from there.
  for (let i = 0; i < whole; i++) if (words.getInt32(start + 4 * i, true) !== kept.words[i]) return false;
  return (
    (length & 3) === 0 || (words.getInt32(start + 4 * whole, true) & maskOf(length)) === kept.words[whole]
  );
}

/** Bits of the last word that are of the text. */
function maskOf(length: number): number {
  return (1 << ((length & 3) << 3)) - 1;
}
