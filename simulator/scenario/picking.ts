/**
 * From validators as a scenario states them to positions. All chance is the seed's; names of `who` are drawn first, in
 * the order of the file, and whoever was drawn is not drawn again while there are others.
 */
import type { Random } from '../../src/base/random.js';
import type { Pick } from './words.js';

/** The network that is picked from. */
export interface PickedFrom {
  readonly validators: number;
  readonly random: Random;
  /** Added to every time. */
  readonly shiftUs: number;
  /** Who leads at a time as long as nothing goes wrong; undefined where that cannot be told beforehand. */
  readonly leaderAt: ((us: number) => number) | undefined;
}

/** Draws validators, and remembers names. */
export class Picking {
  readonly #from: PickedFrom;
  readonly #names = new Map<string, readonly number[]>();
  readonly #drawn = new Set<number>();
  /** What could not be picked, in words. */
  readonly problems: string[] = [];

  constructor(from: PickedFrom) {
    this.#from = from;
  }

  /** Gives validators a name. */
  name(name: string, pick: Pick): readonly number[] {
    const picked = this.pick(pick);
    this.#names.set(name, picked);
    return picked;
  }

  /** Positions, in the order picked. */
  pick(pick: Pick): readonly number[] {
    if (Array.isArray(pick)) return pick.flatMap((one) => this.pick(one));
    if (typeof pick === 'number') return this.#known(pick);
    if (typeof pick === 'string') return this.#word(pick);
    const { validators, random } = this.#from;
    if ('any' in pick) return this.#draw(this.#all(), pick.any);
    if ('any_of' in pick) return this.#draw(this.pick(pick.any_of), 1);
    if ('others' in pick) {
      const without = new Set(this.pick(pick.others));
      return this.#all().filter((one) => !without.has(one));
    }
    if ('leader_at' in pick) return this.#leading(pick.leader_at, 0);
    if ('bystander_at' in pick) {
      const first = Math.floor(validators / 2);
      const count = pick.count ?? 1;
      return Array.from({ length: count }, (_, i) => this.#leading(pick.bystander_at, first + i)).flat();
    }
    const count = 'adjacent' in pick ? pick.adjacent : pick.spread;
    if (count > validators) return this.#fail(`${count} of ${validators} validators`);
    const stride = 'adjacent' in pick ? 1 : Math.floor(validators / count);
    const first = random.int(validators);
    return Array.from({ length: count }, (_, i) => (first + i * stride) % validators);
  }

  #word(word: string): readonly number[] {
    if (word === 'all') return this.#all();
    if (word === 'any') return this.#draw(this.#all(), 1);
    const known = this.#names.get(word.slice(1));
    return known ?? this.#fail(`${word}, which is no name of who`);
  }

  #all(): number[] {
    return Array.from({ length: this.#from.validators }, (_, index) => index);
  }

  #known(position: number): readonly number[] {
    return position < this.#from.validators
      ? [position]
      : this.#fail(`validator ${position} of ${this.#from.validators}`);
  }

  #draw(from: readonly number[], count: number): readonly number[] {
    const fresh = from.filter((one) => !this.#drawn.has(one));
    const pool = fresh.length >= count ? fresh : [...from];
    if (count > pool.length) return this.#fail(`${count} of ${pool.length} validators`);
    const drawn = Array.from(
      { length: count },
      () => pool.splice(this.#from.random.int(pool.length), 1)[0] as number,
    );
    for (const one of drawn) this.#drawn.add(one);
    return drawn.sort((a, b) => a - b);
  }

  #leading(atUs: number, later: number): readonly number[] {
    const { leaderAt, validators, shiftUs } = this.#from;
    if (leaderAt === undefined)
      return this.#fail('a leader at a time, which takes equal delays and round_robin');
    return [(leaderAt(atUs + shiftUs) + later) % validators];
  }

  #fail(found: string): readonly number[] {
    this.problems.push(`found ${found}`);
    return [];
  }
}
