/** The state domain: transitions, queries, snapshots, validation, sizes. */
import type { EventMap } from '../../events/vocabulary.js';
import { perNode, type NodeObserver, type NodeScope } from '../domain.js';
import { MeasuredGauges } from '../measured.js';
import { ClosedLabel } from '../scoped-series.js';
import { stateMetrics as m } from './catalogue.js';

/** Transitions, and how far they lag behind the committed chain. */
function observeTransitions({ series }: NodeScope): NodeObserver {
  const transitions = series.counter(m.transitions);
  const duration = series.histogram(m.transitionDuration);
  const appliedHeight = series.gauge(m.appliedHeight);
  const lag = series.gauge(m.applyLag);
  let committed: number | undefined;
  let applied: number | undefined;
  const showLag = (): void => {
    // A node that applies before it commits (optimistic execution) lags by nothing.
    if (committed !== undefined && applied !== undefined) lag.set(Math.max(0, committed - applied));
  };
  return {
    handlers: {
      'state.transition_applied': (event) => {
        transitions.add(event.transitions ?? 1);
        duration.observe(event.duration_us / 1e6);
        appliedHeight.set(event.height);
        applied = event.height;
        showLag();
      },
      'consensus.block_committed': (event) => {
        committed = event.height;
        showLag();
      },
    },
    hello: (_hello, isNewRun) => {
      if (!isNewRun) return;
      committed = undefined;
      applied = undefined;
      lag.clear();
    },
  };
}

/** Queries, snapshots, sizes. */
function observeUse({ series }: NodeScope): NodeObserver {
  const queries = new ClosedLabel((outcome: EventMap['state.query_completed']['outcome']) =>
    series.counter(m.queries, outcome),
  );
  const queryDuration = series.histogram(m.queryDuration);
  const snapshots = series.counter(m.snapshots);
  const snapshotDuration = series.histogram(m.snapshotDuration);
  const lastSnapshot = new MeasuredGauges<EventMap['state.snapshot_created']>(
    [(event) => event.height, series.gauge(m.snapshotHeight)],
    [(event) => event.bytes, series.gauge(m.snapshotBytes)],
  );
  const sizes = new MeasuredGauges<EventMap['state.measured']>(
    [(event) => event.size_bytes, series.gauge(m.size)],
    [(event) => event.accounts, series.gauge(m.accounts)],
    [(event) => event.contracts, series.gauge(m.contracts)],
  );
  return {
    handlers: {
      'state.query_completed': (event) => {
        queries.at(event.outcome).add(event.weight ?? 1);
        queryDuration.observe(event.duration_us / 1e6, event.weight);
      },
      'state.snapshot_created': (event) => {
        snapshots.add();
        snapshotDuration.observe(event.duration_us / 1e6);
        lastSnapshot.show(event);
      },
      'state.measured': (event) => sizes.show(event),
    },
  };
}

/** Transaction validation. */
function observeValidation({ series }: NodeScope): NodeObserver {
  type Validated = EventMap['state.transaction_validated'];
  const validations = new ClosedLabel((outcome: Validated['outcome']) =>
    series.counter(m.validations, outcome),
  );
  const failures = new ClosedLabel((reason: NonNullable<Validated['reason']>) =>
    series.counter(m.validationFailures, reason),
  );
  const duration = series.histogram(m.validationDuration);
  return {
    handlers: {
      'state.transaction_validated': (event) => {
        const count = event.count ?? 1;
        const weight = count * (event.weight ?? 1);
        if (count === 0) return;
        validations.at(event.outcome).add(weight);
        if (event.outcome === 'invalid') failures.at(event.reason ?? 'other').add(weight);
        duration.observe(event.duration_us / count / 1e6, weight);
      },
    },
  };
}

/** Transitions, queries, snapshots, validation. */
export const stateDomain = perNode('state', 'state', m, observeTransitions, observeUse, observeValidation);
