/**
 * Which block extends which, as far as proposals and commits said so: what is needed to tell who signed
 * both sides of a fork. Bounded: the oldest are forgotten, a generation at a time.
 *
 * Nobody asks while validators agree: what is noted is only written down, and found by its hash once somebody asks. The
 * hash of a block that nobody asks for is then never computed, and there is no map to keep.
 *
 * Invariants: a generation holds at most `REMEMBERED` notes; what is found by hash is what its notes say, in the order in
 * which they came: the first that names a parent, else the first.
 */

/** Notes of a generation: several minutes of a fast chain. Of two generations something is remembered. */
const REMEMBERED = 4_096;
/** Views whose blocks are told again by every node; a power of two. */
const LATELY = 8;
/** Blocks of one such view that are told apart. */
const LATELY_PER_VIEW = 4;

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
  #newer = new Generation();
  #older = new Generation();
  /** By view, newest last: what a hundred nodes repeat is compared, and not noted again. */
  readonly #lately: Noted[][] = Array.from({ length: LATELY }, () => []);

  note(block: string, view: number, parent: string | undefined): void {
    const lately = this.#lately[view % LATELY]!;
    for (let i = lately.length - 1; i >= 0; i--) {
      const noted = lately[i]!;
      if (noted.block === block && (noted.parent !== undefined || parent === undefined)) return;
    }
    const noted: Noted = { block, view, parent };
    if (lately.length > 0 && (lately.length === LATELY_PER_VIEW || lately[0]!.view !== view))
      lately.length = 0;
    lately.push(noted);
    if (this.#newer.isFull) {
      this.#older = this.#newer;
      this.#newer = new Generation();
    }
    this.#newer.add(noted);
  }

  get(block: string): BlockPlace | undefined {
    const older = this.#older.get(block);
    if (older?.parent !== undefined) return older;
    const newer = this.#newer.get(block);
    return newer?.parent !== undefined ? newer : (older ?? newer);
  }

  clear(): void {
    this.#newer = new Generation();
    this.#older = new Generation();
    for (const lately of this.#lately) lately.length = 0;
  }
}

/** Notes in their order, and as far as somebody asked, by block. */
class Generation {
  readonly #noted: Noted[] = [];
  readonly #byBlock = new Map<string, Noted>();
  #indexed = 0;

  get isFull(): boolean {
    return this.#noted.length === REMEMBERED;
  }

  add(noted: Noted): void {
    this.#noted.push(noted);
  }

  get(block: string): BlockPlace | undefined {
    for (; this.#indexed < this.#noted.length; this.#indexed++) {
      const noted = this.#noted[this.#indexed]!;
      const known = this.#byBlock.get(noted.block);
      if (known === undefined || (known.parent === undefined && noted.parent !== undefined))
        this.#byBlock.set(noted.block, noted);
    }
    return this.#byBlock.get(block);
  }
}
