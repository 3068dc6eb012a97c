/**
 * Twins: two processes under one identity, each running the protocol honestly with a part of the others.
 * What comes of it is every kind of equivocation at once, without one line of attack code. While it lasts
 * the network is two worlds that share the twinned identities: side 0 with the first processes, side 1
 * with the second ones. Slots name processes: validator i is slot i, its twin slot n + i.
 */

/** Which process hears whom. */
export class Twins {
  readonly #size: number;
  #twinned: ReadonlySet<number> = new Set();
  #apart: ReadonlySet<number> = new Set();

  constructor(size: number) {
    this.#size = size;
  }

  /** Whether there are any. */
  get present(): boolean {
    return this.#twinned.size > 0;
  }

  /** @param apart the others that are on the side of the second processes */
  set(twinned: ReadonlySet<number>, apart: ReadonlySet<number>): void {
    this.#twinned = twinned;
    this.#apart = apart;
  }

  /** The slot that a message from slot `from` to validator `to` reaches; undefined: none. */
  route(from: number, to: number): number | undefined {
    const side = from >= this.#size || this.#apart.has(from) ? 1 : 0;
    if (this.#twinned.has(to)) return side === 1 ? this.#size + to : to;
    return (this.#apart.has(to) ? 1 : 0) === side ? to : undefined;
  }
}
