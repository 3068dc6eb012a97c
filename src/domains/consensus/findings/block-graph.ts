/**
 * Which block extends which, as far as proposals and commits said so: what is needed to tell who signed
 * both sides of a fork. Bounded: the oldest are forgotten, a generation at a time, because a map that loses its
 * entries one by one is slow.
 *
 * Nobody asks while validators agree: what is noted waits, and enters the maps, which are large and far from the
 * caches, together with others or before somebody asks.
 */

/** Blocks of a generation: several minutes of a fast chain. Of two generations something is remembered. */
const REMEMBERED = 4_096;
/** Blocks that wait to enter the maps. */
const MOST_WAITING = 256;
/** Views whose block is told again by every node. */
const LATELY = 8;

/** Where a block stands. */
export interface BlockPlace {
  readonly view: number;
  readonly parent: string | undefined;
}

/** A block that was spoken of. */
interface Noted extends BlockPlace {
  readonly block: string;
}

/** Blocks by id. */
export class BlockGraph {
  #newer = new Map<string, BlockPlace>();
  #older: ReadonlyMap<string, BlockPlace> = new Map();
  /** In the order in which they were noted. */
  readonly #waiting: Noted[] = [];
  /** Newest blocks of which all is noted, by view: what a hundred nodes repeat is compared, and not noted again. */
  readonly #lately = new Array<string>(LATELY).fill('');

  note(block: string, view: number, parent: string | undefined): void {
    const place = view % LATELY;
    if (this.#lately[place] === block) return;
    if (parent !== undefined) this.#lately[place] = block;
    this.#waiting.push({ block, view, parent });
    if (this.#waiting.length === MOST_WAITING) this.#settle();
  }

  get(block: string): BlockPlace | undefined {
    this.#settle();
    return this.#known(block);
  }

  clear(): void {
    this.#waiting.length = 0;
    this.#newer.clear();
    this.#older = new Map();
    this.#lately.fill('');
  }

  #known(block: string): BlockPlace | undefined {
    return this.#newer.get(block) ?? this.#older.get(block);
  }

  #settle(): void {
    for (const { block, view, parent } of this.#waiting) {
      const known = this.#known(block);
      if (known !== undefined && (known.parent !== undefined || parent === undefined)) continue;
      this.#newer.set(block, { view, parent });
      if (this.#newer.size >= REMEMBERED) this.#turn();
    }
    this.#waiting.length = 0;
  }

  /** The older generation is forgotten. */
  #turn(): void {
    this.#older = this.#newer;
    this.#newer = new Map();
  }
}
