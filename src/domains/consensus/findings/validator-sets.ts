/**
 * The validator sets as one node announced them, to check certificates against. A certificate is judged
 * only where the set of its view is certain: by the epoch that it states, or, on a chain that has no
 * epochs, by the one set there is, as long as no announcement can have been missed.
 */
import type { Signers } from '../shared-texts.js';
import type { PowerTable } from './power-table.js';

/** Sets remembered. */
const KEPT = 4;

interface ValidatorSet {
  readonly epoch: number | undefined;
  /** Undefined where it is not known since when it has been in force. */
  readonly firstView: number | undefined;
  readonly powers: PowerTable;
}

/** The sets that one node announced. */
export class ValidatorSets {
  readonly #sets: ValidatorSet[] = [];
  #isCertain = false;
  #hasEpochs = false;

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
  announce(epoch: number | undefined, firstView: number | undefined, powers: PowerTable): void {
    this.noteEpoch(epoch);
    const last = this.#sets.at(-1);
    if (last !== undefined && last.epoch === epoch && !last.powers.isSame(powers)) {
      // Another set without another epoch: nobody can say which views it is for.
      this.#sets.length = 0;
      this.#hasEpochs = true;
    }
    const since = this.#sets.findIndex((set) => set.epoch === epoch);
    if (since >= 0) this.#sets.splice(since, 1);
    this.#sets.push({ epoch, firstView, powers });
    if (this.#sets.length > KEPT) this.#sets.shift();
    this.#isCertain = true;
  }

  /** Something was lost: it may have been an announcement. */
  doubt(): void {
    this.#isCertain = false;
  }

  /** What is wrong with the signers of an accepted certificate; undefined when nothing is, or nobody can tell. */
  problem(view: number, epoch: number | undefined, signers: Signers): string | undefined {
    const set = this.#setOf(epoch);
    if (set === undefined || view === 0) return undefined;
    const later = this.#sets.find((other) => (other.epoch ?? -1) > (set.epoch ?? -1));
    if (epoch !== undefined && later?.firstView !== undefined && later.firstView <= view)
      return `its epoch ${epoch} had ended before view ${view}`;
    return set.powers.problem(signers);
  }

  #setOf(epoch: number | undefined): ValidatorSet | undefined {
    if (epoch !== undefined) return this.#sets.find((set) => set.epoch === epoch);
    return this.#hasEpochs || !this.#isCertain ? undefined : this.#sets.at(-1);
  }
}
