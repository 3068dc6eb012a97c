/**
 * Verdicts as series of their chain. Counters count a view once, by its last word; a revision is counted when it is
 * said. Blame is by validator label, and goes when the validator leaves the set.
 */
import type { Counter } from '../../../metrics/series.js';
import type { ChainScope } from '../../domain.js';
import { ClosedLabel } from '../../scoped-series.js';
import { ValidatorTable } from '../../validator-table.js';
import { verdictMetrics as m } from './verdict-metrics.js';
import type { Cause, Scope, VerdictListener, ViewVerdict } from './view-verdict.js';

const outcomes = ['decided', 'lagged', 'failed', 'skipped'] as const;

/** Hears the verdicts of a chain and counts them. */
export class VerdictSeries implements VerdictListener {
  readonly #views;
  readonly #failed;
  readonly #lagged;
  readonly #blamed: ValidatorTable<ClosedLabel<Cause, Counter>>;
  readonly #revisions;
  readonly #lastFailure;
  readonly #vantage;
  #lastFailureUs = 0;

  constructor({ series, names }: ChainScope) {
    this.#views = new ClosedLabel(
      (outcome: ViewVerdict['outcome']) => series.counter(m.views, outcome),
      outcomes,
    );
    const byCause = (metric: typeof m.failed) =>
      new ClosedLabel(
        (cause: Cause) => new ClosedLabel((scope: Scope) => series.counter(metric, cause, scope)),
      );
    this.#failed = byCause(m.failed);
    this.#lagged = byCause(m.lagged);
    this.#blamed = new ValidatorTable(
      names,
      (label) => new ClosedLabel<Cause, Counter>((cause) => series.counter(m.blamed, label, cause)),
      (causes) => {
        for (const counter of causes.entries()) series.release(counter);
      },
    );
    this.#revisions = series.counter(m.revisions);
    this.#lastFailure = series.gauge(m.lastFailure);
    this.#vantage = series.gauge(m.vantage);
  }

  verdict({ revision }: ViewVerdict): void {
    if (revision === 1) this.#revisions.add();
  }

  settled({ outcome, cause, scope, culprits, enteredAtUs, vantage }: ViewVerdict): void {
    this.#views.at(outcome).add();
    if (vantage.validators > 0) this.#vantage.set(Math.min(1, vantage.nodes.length / vantage.validators));
    if (cause === undefined) return;
    (outcome === 'failed' ? this.#failed : this.#lagged).at(cause).at(scope).add();
    for (const culprit of culprits) this.#blamed.of(culprit).at(cause).add();
    if (outcome !== 'failed' || enteredAtUs <= this.#lastFailureUs) return;
    this.#lastFailureUs = enteredAtUs;
    this.#lastFailure.set(enteredAtUs / 1e6);
  }

  /** The validator set changed. */
  validators(): void {
    this.#blamed.changed();
  }
}
