/**
 * Which block extends which, as far as proposals and commits said so: what is needed to tell who signed
 * both sides of a fork. Bounded: the oldest are forgotten, a generation at a time, because a map that loses its
 * entries one by one is slow.
 */

/** Blocks of a generation: several minutes of a fast chain. Of two generations something is remembered. */
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
  #newer = new Map<string, BlockPlace>();
  #older: ReadonlyMap<string, BlockPlace> = new Map();
  /** Newest blocks of which all is known, by view: what a hundred nodes repeat is compared, and not looked up. */
  readonly #lately = new Array<string>(LATELY).fill('');

  note(block: string, view: number, parent: string | undefined): void {
    const place = view % LATELY;
    if (this.#lately[place] === block) return;
    const known = this.get(block);
    if (known !== undefined && (known.parent !== undefined || parent === undefined)) return;
    this.#newer.set(block, { view, parent });
    if (this.#newer.size >= REMEMBERED) this.#turn();
    else if (parent !== undefined) this.#lately[place] = block;
  }

  get(block: string): BlockPlace | undefined {
    return this.#newer.get(block) ?? this.#older.get(block);
  }

  clear(): void {
    this.#newer.clear();
    this.#older = new Map();
    this.#lately.fill('');
  }

  /** The older generation is forgotten. */
  #turn(): void {
    this.#older = this.#newer;
    this.#newer = new Map();
    this.#lately.fill('');
  }
}
