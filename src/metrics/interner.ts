/**
 * Label values, each held once however many series carry it. A value is copied when it is first
 * seen, so that a short label never keeps the long line alive that it was cut from, and forgotten
 * with its last series.
 */
interface Interned {
  readonly value: string;
  uses: number;
}

/** A counted pool of strings. */
export class Interner {
  readonly #pool = new Map<string, Interned>();

  /** Distinct values held. */
  get size(): number {
    return this.#pool.size;
  }

  /** The one instance of the well-formed `value`. Give it back with `release`. */
  acquire(value: string): string {
    const known = this.#pool.get(value);
    if (known) {
      known.uses++;
      return known.value;
    }
    const copy = Buffer.from(value, 'utf8').toString('utf8');
    this.#pool.set(copy, { value: copy, uses: 1 });
    return copy;
  }

  /** One series less carries `value`. */
  release(value: string): void {
    const known = this.#pool.get(value);
    if (known && --known.uses === 0) this.#pool.delete(value);
  }
}

/** `value` with lone surrogates as U+FFFD: what a page can show, so that two series never look the same. */
export function wellFormed(value: string): string {
  return /\p{Surrogate}/u.test(value) ? Buffer.from(value, 'utf8').toString('utf8') : value;
}
