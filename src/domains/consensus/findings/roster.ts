/**
 * Small numbers for nodes, so that what is kept per vote is a few bytes. Numbers are
 * never given to another; beyond the bound a newcomer has none, and nothing is kept about it.
 */

/** Names by number and back. */
export class Roster {
  readonly #limit: () => number;
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  /** @param limit most names, as things are now */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** The number of `name`, from 0; -1 beyond the bound. */
  number(name: string): number {
    return this.#numbers.get(name) ?? this.#add(name);
  }

  /** The number of `name` where it has one; -1 otherwise. */
  find(name: string): number {
    return this.#numbers.get(name) ?? -1;
  }

  name(number: number): string {
    return this.#names[number] ?? '';
  }

  #add(name: string): number {
    if (this.#names.length >= this.#limit()) return -1;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }
}
