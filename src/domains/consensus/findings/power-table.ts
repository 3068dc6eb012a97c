/**
 * A validator set with its voting power, as a node announced it; one object for all nodes that announced the same.
 * It tells whether the signers of a certificate are of the set, and are a quorum. Never changes.
 */
import type { ValidatorEntry } from '../../../events/schema.js';
import type { Signers } from '../shared-texts.js';
import type { ValidatorNumbers } from '../validator-numbers.js';

/** Above this, sums of voting power are not exact. */
const EXACT = 2 ** 50;
/** The power of a number that is not in the set. */
const NOT_A_MEMBER = -1;

/** Powers by id and by number. */
export class PowerTable {
  readonly #powers: ReadonlyMap<string, number>;
  readonly #byNumber: number[] = [];
  readonly #total: number;
  /** By number, the check that met it last: whoever is met twice in one signed twice. */
  readonly #metIn: number[] = [];
  #checks = 0;

  constructor(entries: readonly ValidatorEntry[], numbers: ValidatorNumbers) {
    this.#powers = new Map(entries.map(({ id, power }) => [id, Number(power)]));
    let total = 0;
    for (const [id, power] of this.#powers) {
      total += power;
      const number = numbers.find(id);
      while (this.#byNumber.length <= number) {
        this.#byNumber.push(NOT_A_MEMBER);
        this.#metIn.push(0);
      }
      if (number >= 0) this.#byNumber[number] = power;
    }
    this.#total = total;
  }

  isSame(other: PowerTable): boolean {
    const powers = other.#powers;
    return (
      this.#powers.size === powers.size && [...this.#powers].every(([id, power]) => powers.get(id) === power)
    );
  }

  /** What is wrong with the signers of a certificate; undefined when nothing is. */
  problem({ ids, numbers }: Signers): string | undefined {
    let power = 0;
    const check = ++this.#checks;
    for (let i = 0; i < ids.length; i++) {
      const number = numbers[i]!;
      // Who had no number when the set was announced is looked up by name.
      const known = this.#byNumber[number] ?? NOT_A_MEMBER;
      const own = known === NOT_A_MEMBER ? this.#powers.get(ids[i]!) : known;
      if (own === undefined) return `its signer ${ids[i]} is not in the set`;
      const isTwice = known === NOT_A_MEMBER ? ids.indexOf(ids[i]!) < i : this.#metIn[number] === check;
      if (isTwice) return `it counts ${ids[i]} twice`;
      if (known !== NOT_A_MEMBER) this.#metIn[number] = check;
      power += own;
    }
    const slack = this.#total > EXACT ? 1 - 1e-9 : 1;
    if (3 * power > 2 * this.#total * slack) return undefined;
    return `its signers have ${power} of ${this.#total} voting power, which is no quorum`;
  }
}
