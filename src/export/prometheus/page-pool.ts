/**
 * Memory for pages. A page belongs to whoever got it until it is given back; what is never given back is
 * left to the garbage collector. Only pages that were lent are taken back, each once.
 */

/** Spare pages kept: two scrapers may read at a time. */
const SPARES = 2;
/** Room to grow, so that a slightly longer page still fits the same memory. */
const GROWTH = 1.1;

/** Puts pages together in memory of its own. */
export class PagePool {
  readonly #spares: Uint8Array[] = [];
  readonly #lent = new WeakMap<Uint8Array, Uint8Array>();

  /** The parts as one page. */
  assemble(parts: readonly Uint8Array[]): Uint8Array {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const memory = this.#memoryFor(length);
    let at = 0;
    for (const part of parts) {
      memory.set(part, at);
      at += part.length;
    }
    const page = memory.subarray(0, length);
    this.#lent.set(page, memory);
    return page;
  }

  /** Takes back the memory of a page that nobody reads any more. */
  recycle(page: Uint8Array): void {
    const memory = this.#lent.get(page);
    if (!memory) return;
    this.#lent.delete(page);
    if (this.#spares.length < SPARES) this.#spares.push(memory);
  }

  #memoryFor(length: number): Uint8Array {
    for (let spare = this.#spares.pop(); spare; spare = this.#spares.pop()) {
      if (spare.length >= length) return spare;
    }
    return Buffer.allocUnsafeSlow(Math.ceil(length * GROWTH));
  }
}
