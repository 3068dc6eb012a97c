/**
 * The validator sets as one node announced them, to check certificates against. A certificate is judged
 * only where the set of its view is certain: by the epoch that it states, or, on a chain that has no
 * epochs, by the one set there is, as long as no announcement can have been missed.
 */
import type { ValidatorEntry } from '../../../events/schema.js';

/** Sets remembered. */
const KEPT = 4;
/** Above this, sums of voting power are not exact. */
const EXACT = 2 ** 50;

/** A member; `seenIn` is the number of the check that met it last. */
interface Member {
  readonly power: number;
  seenIn: number;
}

interface ValidatorSet {
  readonly epoch: number | undefined;
  /** Undefined where it is not known since when it has been in force. */
  readonly firstView: number | undefined;
  readonly powers: ReadonlyMap<string, Member>;
  readonly total: number;
}

/** The sets that one node announced. */
export class ValidatorSets {
  readonly #sets: ValidatorSet[] = [];
  #isCertain = false;
  #hasEpochs = false;
  #checks = 0;

  /** Whether the chain speaks of epochs, so that the set may change. */
  get hasEpochs(): boolean {
    return this.#hasEpochs;
  }

  /** Whether a view of this epoch is under the set announced last, as far as is known. */
  isCurrent(epoch: number | undefined, view: number): boolean {
    const last = this.#sets.at(-1);
    if (epoch === undefined || last === undefined || last.epoch !== epoch) return false;
    return last.firstView !== undefined && view >= last.firstView;
  }

  /** An event named an epoch. */
  noteEpoch(epoch: number | undefined): void {
    if (epoch !== undefined) this.#hasEpochs = true;
  }

  /** @param firstView of the set, where it is known */
  announce(
    epoch: number | undefined,
    firstView: number | undefined,
    entries: readonly ValidatorEntry[],
  ): void {
    this.noteEpoch(epoch);
    const powers = new Map(entries.map(({ id, power }) => [id, { power: Number(power), seenIn: 0 }]));
    const total = [...powers.values()].reduce((sum, { power }) => sum + power, 0);
    const last = this.#sets.at(-1);
    if (last !== undefined && last.epoch === epoch && !isSame(last.powers, powers)) {
      // Another set without another epoch: nobody can say which views it is for.
      this.#sets.length = 0;
      this.#hasEpochs = true;
    }
    const since = this.#sets.findIndex((set) => set.epoch === epoch);
    if (since >= 0) this.#sets.splice(since, 1);
    this.#sets.push({ epoch, firstView, powers, total });
    if (this.#sets.length > KEPT) this.#sets.shift();
    this.#isCertain = true;
  }

  /** Something was lost: it may have been an announcement. */
  doubt(): void {
    this.#isCertain = false;
  }

  /** What is wrong with the signers of an accepted certificate; undefined when nothing is, or nobody can tell. */
  problem(view: number, epoch: number | undefined, signers: readonly string[]): string | undefined {
    const set = this.#setOf(epoch);
    if (set === undefined || view === 0) return undefined;
    const later = this.#sets.find((other) => (other.epoch ?? -1) > (set.epoch ?? -1));
    if (epoch !== undefined && later?.firstView !== undefined && later.firstView <= view)
      return `its epoch ${epoch} had ended before view ${view}`;
    let power = 0;
    const check = ++this.#checks;
    for (let i = 0; i < signers.length; i++) {
      const signer = signers[i]!;
      const member = set.powers.get(signer);
      if (member === undefined) return `its signer ${signer} is not in the set`;
      if (member.seenIn === check) return `it counts ${signer} twice`;
      member.seenIn = check;
      power += member.power;
    }
    const slack = set.total > EXACT ? 1 - 1e-9 : 1;
    if (3 * power > 2 * set.total * slack) return undefined;
    return `its signers have ${power} of ${set.total} voting power, which is no quorum`;
  }

  #setOf(epoch: number | undefined): ValidatorSet | undefined {
    if (epoch !== undefined) return this.#sets.find((set) => set.epoch === epoch);
    return this.#hasEpochs || !this.#isCertain ? undefined : this.#sets.at(-1);
  }
}

function isSame(a: ReadonlyMap<string, Member>, b: ReadonlyMap<string, Member>): boolean {
  return a.size === b.size && [...a].every(([id, { power }]) => b.get(id)?.power === power);
}
