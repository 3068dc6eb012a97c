/**
 * Whose wall clock is wrong, proven by the order of things alone: a block was proposed after the one that it extends,
 * and received after it was proposed. Where stamps say the opposite by more than a second, two clocks are that far
 * apart at least, however long messages take. Whoever is apart from validators with more than half of the votes is
 * named; which of two is wrong is never guessed.
 *
 * A clock that is merely off by less, or by less than a rotation of leaders takes, is not found. Bounded by validators.
 */
import type { EventMap } from '../../../events/vocabulary.js';
import type { ValidatorMember } from '../../domain.js';
import { statementOf, type FindingDraft, type Statement } from './finding.js';

/** Clocks that are further apart are found; block timestamps may be rounded to seconds. */
const SKEW_US = 1_000_000;

type Committed = EventMap['consensus.block_committed'];
type Received = EventMap['consensus.proposal_received'];

/** Two stamps that contradict the order in which they were made. */
interface Contradiction {
  /** How far apart the two clocks are at least. */
  readonly byUs: number;
  readonly statements: readonly Statement[];
}

/** The newest committed block of a proposer. */
interface Stamp {
  readonly atUs: number;
  readonly event: Committed;
}

/** The clocks of one chain's validators. */
export class ClockBook {
  readonly #members: () => readonly ValidatorMember[];
  readonly #raise: (draft: FindingDraft) => void;
  readonly #stamps = new Map<string, Stamp>();
  /** By validator whose clock is ahead, and by the one that it is ahead of. */
  readonly #ahead = new Map<string, Map<string, Contradiction>>();
  readonly #told = new Set<string>();
  #height = -1;
  #newestUs = Number.POSITIVE_INFINITY;

  constructor(members: () => readonly ValidatorMember[], raise: (draft: FindingDraft) => void) {
    this.#members = members;
    this.#raise = raise;
  }

  /** A node committed a block; those that were committed before, by any node, say nothing new. */
  committed(event: Committed): void {
    const { height, proposer, proposed_at_us: atUs } = event;
    if (height <= this.#height || proposer === undefined || atUs === undefined) return;
    this.#height = height;
    this.#newestUs = atUs;
    for (const [other, stamp] of this.#stamps) {
      if (other === proposer) continue;
      const byUs = stamp.atUs - atUs;
      if (byUs >= SKEW_US)
        this.#contradict(other, proposer, event.view, {
          byUs,
          statements: [statementOf(stamp.event), statementOf(event)],
        });
      else this.#agree(other, proposer);
    }
    this.#stamps.set(proposer, { atUs, event });
  }

  /** A node, which is `self`, received a proposal. */
  received(event: Received, self: string | undefined): void {
    const { validator, proposed_at_us: atUs, ts_us: cameUs } = event;
    if (atUs === undefined || self === undefined || validator === self) return;
    const byUs = atUs - cameUs;
    if (byUs < SKEW_US) return this.#agree(validator, self);
    // Where a chain lets no block be older than its parent, one wrong stamp pulls the next ones along.
    if (atUs - this.#newestUs < SKEW_US) return;
    this.#contradict(validator, self, event.view, { byUs, statements: [statementOf(event)] });
  }

  /** The validator set changed: who left is not compared any more. */
  validators(): void {
    const present = new Set(this.#members().map(({ id }) => id));
    for (const map of [this.#stamps, this.#ahead, ...this.#ahead.values()])
      for (const validator of map.keys()) if (!present.has(validator)) map.delete(validator);
  }

  /** The chain was begun anew. */
  forget(): void {
    this.#stamps.clear();
    this.#ahead.clear();
    this.#told.clear();
    this.#height = -1;
    this.#newestUs = Number.POSITIVE_INFINITY;
  }

  #contradict(ahead: string, behind: string, view: number, found: Contradiction): void {
    const others = this.#ahead.get(ahead) ?? new Map<string, Contradiction>();
    this.#ahead.set(ahead, others.set(behind, found));
    for (const one of [ahead, behind]) this.#judge(one, view, found);
  }

  #agree(ahead: string, behind: string): void {
    const others = this.#ahead.get(ahead);
    if (others?.delete(behind) !== true) return;
    if (others.size === 0) this.#ahead.delete(ahead);
    // Said once: what is told of it ends when its clock contradicts nobody's any more.
    for (const one of [ahead, behind]) if (!this.#isApartFromAny(one)) this.#told.delete(one);
  }

  #judge(validator: string, view: number, { byUs, statements }: Contradiction): void {
    if (this.#told.has(validator) || !this.#isApart(validator)) return;
    this.#told.add(validator);
    const side = this.#ahead.has(validator) ? 'ahead of' : 'behind';
    this.#raise({
      class: 'divergence',
      kind: 'clock_skew',
      validators: [validator],
      view,
      height: undefined,
      epoch: undefined,
      detail: `its clock is ${side} those of most others, by ${Math.round(byUs / 1_000)} ms or more`,
      source: 'inferred',
      statements,
    });
  }

  #isApartFromAny(validator: string): boolean {
    return this.#ahead.has(validator) || [...this.#ahead.values()].some((others) => others.has(validator));
  }

  /** Whether its clock is apart from those of validators with more than half of the votes. */
  #isApart(validator: string): boolean {
    let all = 0;
    let apart = 0;
    for (const { id, power } of this.#members()) {
      all += power;
      const isOff =
        this.#ahead.get(validator)?.has(id) === true || this.#ahead.get(id)?.has(validator) === true;
      if (isOff) apart += power;
    }
    return 2 * apart > all;
  }
}
