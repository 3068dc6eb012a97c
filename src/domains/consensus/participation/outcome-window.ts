/**
 * The last outcomes of one validator, counted over windows of 10, 100 and 1,000 at once. Adding is a
 * few integer operations whatever the window; memory is fixed.
 */

/** Sizes of the windows. */
export const windows = [10, 100, 1_000] as const;

/** A size of a window. */
export type WindowSize = (typeof windows)[number];

const LONGEST = 1_000;

/** Counts of outcomes 0 to `kinds - 1`. */
export class OutcomeWindow {
  readonly #kinds: number;
  readonly #ring = new Uint8Array(LONGEST);
  /** By window, then by kind. */
  readonly #counts: Uint16Array;
  #next = 0;
  #added = 0;

  constructor(kinds: number) {
    this.#kinds = kinds;
    this.#counts = new Uint16Array(windows.length * kinds);
  }

  /** How many were ever added. */
  get added(): number {
    return this.#added;
  }

  add(kind: number): void {
    const counts = this.#counts;
    const ring = this.#ring;
    const next = this.#next;
    for (let w = 0, base = 0; w < windows.length; w++, base += this.#kinds) {
      const size = windows[w]!;
      if (this.#added >= size) counts[base + ring[next < size ? next - size + LONGEST : next - size]!]!--;
      counts[base + kind]!++;
    }
    ring[next] = kind;
    this.#next = next + 1 === LONGEST ? 0 : next + 1;
    this.#added++;
  }

  /** How many of the last `size` are of `kind`. */
  count(size: WindowSize, kind: number): number {
    const window = size === windows[0] ? 0 : size === windows[1] ? 1 : 2;
    return this.#counts[window * this.#kinds + kind]!;
  }
}
