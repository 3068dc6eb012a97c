/**
 * Who is validator 17 of this chain: a small number for every validator of the set, and for others that were
 * spoken of. Records, participation and findings share it, so that they compare and store numbers; the name is
 * looked up again where something is told to people.
 *
 * Invariants: a number is given once and never to another; members of a set have theirs before anything is said
 * of them; strangers get one only while fewer are known than twice the set, so that invented names are bounded.
 */
import type { ValidatorNames } from '../domain.js';

/** Strangers that get a number however small the set is. */
const LEAST = 256;
/** More than the members of any set, and of those that followed each other, may get. */
const MOST = 4_096;

/** Stands before the first of a list. */
const LIST_BEGIN = MOST;

/** The number of a validator that has none. */
export const UNNUMBERED = -1;

/** Numbers of the validators of one chain. */
export class ValidatorNumbers {
  readonly #names: ValidatorNames;
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];
  /** By number, and for the beginning of a list: who came next in the last list. */
  readonly #followers: number[] = new Array<number>(MOST + 1).fill(0);
  /** Asked for last: what is said of one validator, several rooms hear. */
  #lastId = '';
  #lastNumber = UNNUMBERED;

  constructor(names: ValidatorNames) {
    this.#names = names;
    this.members();
  }

  /** The set in force has changed. */
  members(): void {
    for (const { id } of this.#names.members)
      if (!this.#numbers.has(id) && this.#ids.length < MOST) this.#give(id);
  }

  /** How many may be kept of what grows with validators: numbers at or beyond it are of strangers, or of long ago. */
  get bound(): number {
    return Math.max(LEAST, 2 * this.#names.members.length);
  }

  /** The number of `id`, given to it now if need be; -1 beyond the bound. */
  of(id: string): number {
    if (id === this.#lastId) return this.#lastNumber;
    const number = this.#numbers.get(id) ?? this.#newcomer(id);
    if (number === UNNUMBERED) return number;
    this.#lastId = id;
    return (this.#lastNumber = number);
  }

  /** The same for a list, in its order: whoever followed somebody in the list before mostly does so again. */
  ofAll(ids: readonly string[]): number[] {
    const numbers: number[] = [];
    let before = LIST_BEGIN;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      const follower = this.#followers[before];
      if (follower !== undefined && this.#ids[follower] === id) {
        numbers.push(follower);
        before = follower;
        continue;
      }
      const number = this.#numbers.get(id) ?? this.#newcomer(id);
      numbers.push(number);
      if (number === UNNUMBERED) continue;
      this.#followers[before] = number;
      before = number;
    }
    return numbers;
  }

  /** The number of `id` where it has one; -1 otherwise. */
  find(id: string): number {
    return this.#numbers.get(id) ?? UNNUMBERED;
  }

  /** Who has this number. */
  id(number: number): string {
    return this.#ids[number] ?? '';
  }

  #newcomer(id: string): number {
    return this.#ids.length < this.bound ? this.#give(id) : UNNUMBERED;
  }

  #give(id: string): number {
    this.#numbers.set(id, this.#ids.length);
    return this.#ids.push(id) - 1;
  }
}
