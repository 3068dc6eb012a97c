/** Voting power of sets of validators against the quorum: pure arithmetic over the set in force. */
import type { ValidatorMember } from '../../domain.js';
import type { Known } from './known.js';

/** The validators of a view and what they weigh. */
export class Committee {
  readonly members: readonly ValidatorMember[];
  readonly power: number;
  /** Least power that is more than two thirds of the set. */
  readonly quorum: number;
  readonly #powers = new Map<string, number>();

  constructor(members: readonly ValidatorMember[]) {
    this.members = members;
    let power = 0;
    for (const member of members) {
      power += member.power;
      this.#powers.set(member.id, member.power);
    }
    this.power = power;
    this.quorum = Math.floor((2 * power) / 3) + 1;
  }

  has(id: string): boolean {
    return this.#powers.has(id);
  }

  /** Power of those of `ids` that are members; each counts once. */
  powerOf(ids: Iterable<string>): number {
    let power = 0;
    for (const id of new Set(ids)) power += this.#powers.get(id) ?? 0;
    return power;
  }

  /** Whether a quorum does something, by what is known of each; unknown for an unknown set. */
  isQuorum(knows: (id: string) => Known): Known {
    if (this.members.length === 0) return undefined;
    let surely = 0;
    let perhaps = 0;
    for (const { id, power } of this.members) {
      const known = knows(id);
      if (known === true) surely += power;
      else if (known === undefined) perhaps += power;
    }
    if (surely >= this.quorum) return true;
    return surely + perhaps < this.quorum ? false : undefined;
  }

  /** Members of whom `holds` is known to be true, in order of id. */
  those(holds: (id: string) => Known): string[] {
    return this.members.filter(({ id }) => holds(id) === true).map(({ id }) => id);
  }
}
