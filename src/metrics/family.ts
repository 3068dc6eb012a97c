/**
 * A family is a metric on the board: it hands out a bound handle per label set and remembers it. `at`
 * is a lookup; whoever records often keeps what it returns.
 *
 * `within` fixes the first labels once (the node's `chain_id` and `node_id`), so that an observer
 * deals with its own labels only. A family remembers live series and nothing else: label sets that
 * were folded or refused leave no trace, or a flood of them would eat the memory that the budget saves.
 */
import { QuorumscopeError } from '../base/errors.js';
import type { MetricDefinition } from './definition.js';
import type { Handle } from './series.js';

/** Label value that everything beyond the budget counts under. */
export const OTHER = 'other';

type Strings<L extends readonly string[]> = { [K in keyof L]: string };

/** Makes the handle of a label set that has none: its own, or a shared one beyond the budget. */
export type CreateHandle<H extends Handle> = (labelValues: readonly string[]) => H;

/** A point of the lookup tree: the path to it is a list of label values, a full one carries the handle. */
class Branch<H> {
  handle: H | undefined;
  children: Map<string, Branch<H>> | undefined;
  /** True while it does not hang in the tree: whoever holds it must look again from the root. */
  isDetached = false;
}

/** Handles of one metric by label values, in the order of the definition's labels. */
export class Family<H extends Handle, L extends readonly string[] = readonly string[]> {
  readonly definition: MetricDefinition;
  readonly #createHandle: CreateHandle<H>;
  readonly #root: Branch<H>;
  readonly #fixed: readonly string[];
  /** How many label values `at` takes. */
  readonly #arity: number;
  #branch: Branch<H>;

  constructor(
    definition: MetricDefinition,
    createHandle: CreateHandle<H>,
    root: unknown = new Branch<H>(),
    fixed: readonly string[] = [],
  ) {
    this.definition = definition;
    this.#createHandle = createHandle;
    this.#root = root as Branch<H>;
    this.#fixed = fixed;
    this.#arity = definition.labels.length - fixed.length;
    this.#branch = this.#find(fixed);
  }

  /**
   * The handle of these label values; the same values give the same handle while it lives. Beyond the
   * budget it is one that shares the series `other`, or for a gauge one that nobody sees.
   * @throws QuorumscopeError `metrics.recording` when the number of values is not that of the labels
   */
  at(...labelValues: Strings<L>): H {
    const values = labelValues as unknown as readonly string[];
    if (values.length !== this.#arity) throw this.#wrongArity(values);
    if (this.#branch.isDetached) this.#branch = this.#find(this.#fixed);
    let branch: Branch<H> | undefined = this.#branch;
    for (let i = 0; i < values.length && branch !== undefined; i++) branch = branch.children?.get(values[i]!);
    return branch?.handle ?? this.#create(values);
  }

  /** The handle of these label values of the whole metric, where it has one; makes none. */
  known(labelValues: readonly string[]): H | undefined {
    return this.#find(labelValues).handle;
  }

  /**
   * The same family with its first labels fixed.
   * @throws QuorumscopeError `metrics.recording` when there are fewer labels than values
   */
  within<const F extends readonly string[]>(...values: F): Family<H, Rest<L, F>> {
    if (values.length > this.#arity) throw this.#wrongArity(values);
    return new Family(this.definition, this.#createHandle, this.#root, [...this.#fixed, ...values]);
  }

  /** Forgets `handle`; called by its owner when it retires. */
  forget(handle: H): void {
    const path = [this.#root];
    for (const value of handle.labelValues) {
      const next = path.at(-1)?.children?.get(value);
      if (!next) return;
      path.push(next);
    }
    if (path.at(-1)?.handle !== handle) return;
    path.at(-1)!.handle = undefined;
    for (let depth = path.length - 1; depth > 0 && isEmpty(path[depth]!); depth--) {
      path[depth]!.isDetached = true;
      path[depth - 1]!.children?.delete(handle.labelValues[depth - 1]!);
    }
  }

  #create(own: readonly string[]): H {
    const values = [...this.#fixed, ...own];
    const handle = this.#createHandle(values);
    const isItsOwn = handle.isLive && values.every((value, i) => value === handle.labelValues[i]);
    if (isItsOwn) this.#grow(handle.labelValues).handle = handle;
    return handle;
  }

  /** The branch at `values`, or a detached one. */
  #find(values: readonly string[]): Branch<H> {
    let branch: Branch<H> | undefined = this.#root;
    for (const value of values) branch = branch?.children?.get(value);
    if (branch) return branch;
    const detached = new Branch<H>();
    detached.isDetached = true;
    return detached;
  }

  #grow(values: readonly string[]): Branch<H> {
    let branch = this.#root;
    for (const value of values) {
      branch.children ??= new Map();
      let next = branch.children.get(value);
      if (!next) branch.children.set(value, (next = new Branch()));
      branch = next;
    }
    return branch;
  }

  #wrongArity(values: readonly string[]): QuorumscopeError {
    const expected = this.definition.labels.slice(this.#fixed.length).join(', ') || 'none';
    return new QuorumscopeError(
      'metrics.recording',
      'input',
      `${this.definition.name}: ${values.length} label values given, expected those of: ${expected}`,
      { details: { metric: this.definition.name } },
    );
  }
}

/** The label names left after as many as `F` were fixed. */
type Rest<L extends readonly string[], F extends readonly string[]> = F extends readonly [string, ...infer G]
  ? L extends readonly [string, ...infer M]
    ? Rest<M extends readonly string[] ? M : [], G extends readonly string[] ? G : []>
    : L
  : L;

function isEmpty<H>(branch: Branch<H>): boolean {
  return branch.handle === undefined && (branch.children === undefined || branch.children.size === 0);
}
