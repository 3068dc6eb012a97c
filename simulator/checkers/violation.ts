/**
 * What a checker says when a rule of research 1.7 is broken. Every violation names its rule and the
 * seed, since the seed is what it takes to see it again.
 */

/** What each rule forbids or demands. */
const rules = {
  S1: 'two conflicting blocks were committed at one height',
  S2: 'two blocks were certified in one view',
  S3: 'a certificate has fewer signers than a quorum',
  S4: 'a validator voted twice in a phase, in a view below one it had voted in, or late in the second phase',
  S5: "a validator's lock went back",
  S6: 'a validator voted for a proposal whose certificate is below its lock',
  S7: "a validator's view went back within one process run",
  S8: 'a block was committed without the certificates that its protocol demands',
  S9: 'committed heights of a validator are not contiguous, or parent links do not match',
  S10: 'a leader proposed two blocks in one view',
  S11: 'two validators have different state roots at one height',
  S12: 'a proposal was sent by another than the leader of the view',
  S13: 'a block was committed while fewer than q - f honest validators were locked on it',
  L5: 'a leader without the certificate of the view before proposed without waiting for locks',
  L1: 'no commit within the views or the time that the protocol needs',
  L2: 'a validator did not enter a view that another had a timeout certificate for',
  L3: 'an admitted transaction was committed twice, or was lost',
  L4: 'a view without faults took longer than its messages',
} as const;

/** Name of a rule. */
export type RuleName = keyof typeof rules;

/** One broken rule. */
export interface Violation {
  readonly rule: RuleName;
  /** The rule in words. */
  readonly meaning: string;
  /** Virtual time, microseconds from the start of the run. */
  readonly at_us: number;
  /** Validator positions concerned. */
  readonly validators: readonly number[];
  readonly view?: number;
  readonly height?: number;
  readonly detail: string;
  /** S1: positions of validators that must have broken the rules, f + 1 or more. */
  readonly culprits?: readonly number[] | undefined;
  readonly seed: number;
}

/** How many violations of one rule are kept; all are counted. */
const KEPT_PER_RULE = 10;

/** Collects violations, bounded. */
export class ViolationLog {
  readonly #seed: number;
  readonly #heard: ((violation: Violation) => void) | undefined;
  readonly #kept: Violation[] = [];
  readonly #counts = new Map<RuleName, number>();

  /** @param heard hears those that are kept */
  constructor(seed: number, heard?: (violation: Violation) => void) {
    this.#seed = seed;
    this.#heard = heard;
  }

  /** Notes a broken rule. */
  add(rule: RuleName, atUs: number, about: Omit<Violation, 'rule' | 'meaning' | 'at_us' | 'seed'>): void {
    const count = (this.#counts.get(rule) ?? 0) + 1;
    this.#counts.set(rule, count);
    if (count > KEPT_PER_RULE) return;
    const violation = { rule, meaning: rules[rule], at_us: atUs, ...about, seed: this.#seed };
    this.#kept.push(violation);
    this.#heard?.(violation);
  }

  /** The first violations of each rule, in order. */
  get kept(): readonly Violation[] {
    return this.#kept;
  }

  /** All violations, kept or not. */
  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }
}
