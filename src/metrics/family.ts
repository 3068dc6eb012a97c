/**
 * A family is a metric on the board: it hands out a bound handle per label set, interns the label
 * values, and keeps to its budget. `at` is a lookup; whoever records often keeps what it returns.
 *
 * `within` fixes the first labels once (the node's `chain_id` and `node_id`), so that an observer
 * deals with its own labels only.
 */
import type { MetricDefinition } from './definition.js';
import type { Handle } from './series.js';

type Branch<H> = Map<string, Branch<H> | H>;

/** Label value that everything beyond the budget counts under. */
export const OTHER = 'other';

type Strings<L extends readonly string[]> = { [K in keyof L]: string };

/** What a family asks of the board. */
export interface FamilyOwner<H extends Handle> {
  /** A new live handle, or the one to fold into; undefined never. */
  create(definition: MetricDefinition, labelValues: readonly string[]): H;
}

/** Handles of one metric by label values, in the order of the definition's labels. */
export class Family<H extends Handle, L extends readonly string[] = readonly string[]> {
  readonly definition: MetricDefinition;
  readonly #owner: FamilyOwner<H>;
  readonly #root: Branch<H>;
  readonly #fixed: readonly string[];

  constructor(
    definition: MetricDefinition,
    owner: FamilyOwner<H>,
    root: Branch<H> = new Map(),
    fixed: readonly string[] = [],
  ) {
    this.definition = definition;
    this.#owner = owner;
    this.#root = root;
    this.#fixed = fixed;
  }

  /** The handle of these label values; the same values give the same handle. */
  at(...labelValues: Strings<L>): H {
    const values = labelValues as unknown as readonly string[];
    const last = values.length - 1;
    if (last < 0) return (this.#root.get('') as H | undefined) ?? this.#create(this.#root, '', values);
    let branch = this.#root;
    for (let i = 0; i < last; i++) {
      const next = branch.get(values[i]!) as Branch<H> | undefined;
      branch = next ?? grow(branch, values[i]!);
    }
    return (branch.get(values[last]!) as H | undefined) ?? this.#create(branch, values[last]!, values);
  }

  /** The same family with its first labels fixed. */
  within<const F extends readonly string[]>(...values: F): Family<H, Rest<L, F>> {
    let branch = this.#root;
    for (const value of values) branch = (branch.get(value) as Branch<H> | undefined) ?? grow(branch, value);
    return new Family(this.definition, this.#owner, branch, [...this.#fixed, ...values]);
  }

  /** Forgets the handle of these label values; called by the board when it retires one. */
  forget(labelValues: readonly string[]): void {
    const own = labelValues.slice(this.#fixed.length);
    let branch: Branch<H> | undefined = this.#root;
    for (const value of own.slice(0, -1)) branch = branch?.get(value) as Branch<H> | undefined;
    branch?.delete(own.at(-1) ?? '');
  }

  #create(branch: Branch<H>, key: string, values: readonly string[]): H {
    const handle = this.#owner.create(this.definition, [...this.#fixed, ...values]);
    branch.set(key, handle);
    return handle;
  }
}

/** The label names left after as many as `F` were fixed. */
type Rest<L extends readonly string[], F extends readonly string[]> = F extends readonly [string, ...infer G]
  ? L extends readonly [string, ...infer M]
    ? Rest<M extends readonly string[] ? M : [], G extends readonly string[] ? G : []>
    : L
  : L;

function grow<H>(branch: Branch<H>, value: string): Branch<H> {
  const next: Branch<H> = new Map();
  branch.set(value, next);
  return next;
}
