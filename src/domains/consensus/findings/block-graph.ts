/**
 * Which block extends which, as far as proposals and commits said so: what is needed to tell who signed
 * both sides of a fork. Bounded: the oldest are forgotten.
 */

/** Blocks remembered: several minutes of a fast chain. */
const REMEMBERED = 4_096;
/** Views whose block is told again by every node. */
const LATELY = 8;

/** Where a block stands. */
export interface BlockPlace {
  readonly view: number;
  readonly parent: string | undefined;
}

/** Blocks by id. */
export class BlockGraph {
  readonly #places = new Map<string, BlockPlace>();
  /** A ring in order of first mention: a map that loses its first entry is slow to find the next. */
  readonly #order: string[] = [];
  #next = 0;
  /** Newest blocks of which all is known, by view: what a hundred nodes repeat is compared, and not looked up. */
  readonly #lately = new Array<string>(LATELY).fill('');

  note(block: string, view: number, parent: string | undefined): void {
    const place = view % LATELY;
    if (this.#lately[place] === block) return;
    const known = this.#places.get(block);
    if (known !== undefined && (known.parent !== undefined || parent === undefined)) return;
    this.#places.set(block, { view, parent });
    if (parent !== undefined) this.#lately[place] = block;
    if (known !== undefined) return;
    const oldest = this.#order[this.#next];
    if (oldest !== undefined) this.#forget(oldest);
    this.#order[this.#next] = block;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  get(block: string): BlockPlace | undefined {
    return this.#places.get(block);
  }

  #forget(block: string): void {
    const place = this.#lately.indexOf(block);
    if (place >= 0) this.#lately[place] = '';
    this.#places.delete(block);
  }

  clear(): void {
    this.#lately.fill('');
    this.#places.clear();
    this.#order.length = 0;
    this.#next = 0;
  }
}
