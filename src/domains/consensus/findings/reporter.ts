/**
 * Makes findings of what was noticed: each once per kind, validator and view, counted, and handed on. It
 * remembers what it has said, bounded: the ring of views forgets earlier.
 */
import { invariant } from '../../../base/errors.js';
import type { Counter } from '../../../metrics/series.js';
import type { ChainScope } from '../../domain.js';
import { ValidatorTable } from '../../validator-table.js';
import {
  findingId,
  findingKinds,
  subjectOf,
  type FindingClass,
  type FindingDraft,
  type FindingKind,
  type FindingListener,
  type Subject,
} from './finding.js';
import { findingMetrics as m } from './finding-metrics.js';

/** Subjects remembered. */
const REMEMBERED = 16_384;

/** The findings of one chain. */
export class FindingReporter {
  readonly #scope: ChainScope;
  readonly #listener: FindingListener | undefined;
  readonly #said = new Set<string>();
  readonly #counters = new Map<string, Counter>();
  readonly #validators: ValidatorTable<Map<FindingClass, Counter>>;

  constructor(scope: ChainScope, listener: FindingListener | undefined) {
    this.#scope = scope;
    this.#listener = listener;
    const { series } = scope;
    // At zero from the start, so that the first finding is an increase.
    for (const [name, kinds] of Object.entries(findingKinds) as [FindingClass, readonly FindingKind[]][])
      for (const kind of kinds) this.#counters.set(`${name}|${kind}`, series.counter(m.findings, name, kind));
    this.#validators = new ValidatorTable(
      scope.names,
      () => new Map<FindingClass, Counter>(),
      (counters) => {
        for (const counter of counters.values()) series.release(counter);
      },
    );
  }

  /** Whether this has been said: asked before evidence is put together. */
  hasSaid(subject: Subject): boolean {
    return this.#said.has(subjectOf(subject));
  }

  raise(draft: FindingDraft): void {
    const subject = subjectOf(draft);
    if (this.#said.has(subject)) return;
    this.#said.add(subject);
    if (this.#said.size > REMEMBERED) {
      const [oldest] = this.#said;
      this.#said.delete(oldest!);
    }
    const counter = this.#counters.get(`${draft.class}|${draft.kind}`);
    invariant(counter !== undefined, `no finding is both ${draft.class} and ${draft.kind}`);
    counter.add();
    for (const validator of draft.validators) this.#counterOf(validator, draft.class).add();
    const { chain, names, clock } = this.#scope;
    const power = names.members.reduce((sum, member) => sum + member.power, 0);
    const set = names.members.length === 0 ? undefined : { size: names.members.length, power };
    const id = findingId(chain, draft);
    this.#listener?.finding({ id, chain, ...draft, set, foundAtUs: clock.nowUs() });
  }

  /** The validator set changed. */
  validators(): void {
    this.#validators.changed();
  }

  /** The chain was begun anew: the same views are others now. */
  forget(): void {
    this.#said.clear();
  }

  #counterOf(validator: string, name: FindingClass): Counter {
    const counters = this.#validators.of(validator);
    let counter = counters.get(name);
    if (counter === undefined) {
      counter = this.#scope.series.counter(m.validatorFindings, this.#scope.names.label(validator), name);
      counters.set(name, counter);
    }
    return counter;
  }
}
