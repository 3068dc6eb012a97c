/** The mempool domain. Transactions are never label values; a sampled one stands for its weight. */
import type { EventMap } from '../../events/vocabulary.js';
import { perNode, type NodeObserver, type NodeScope } from '../domain.js';
import { MeasuredGauges } from '../measured.js';
import { ClosedLabel } from '../scoped-series.js';
import { mempoolMetrics as m } from './catalogue.js';

type Measured = EventMap['mempool.measured'];

/** Transactions coming, going and becoming final. */
function observeTransactions({ series }: NodeScope): NodeObserver {
  const admitted = series.counter(m.admitted);
  const bytes = series.histogram(m.transactionBytes);
  const rejected = new ClosedLabel((reason: EventMap['mempool.transaction_rejected']['reason']) =>
    series.counter(m.rejected, reason),
  );
  const evicted = new ClosedLabel((reason: EventMap['mempool.transaction_evicted']['reason']) =>
    series.counter(m.evicted, reason),
  );
  const committed = series.counter(m.committed);
  const confirmation = series.span(m.confirmation);
  return {
    handlers: {
      'mempool.transaction_admitted': (event) => {
        admitted.add(event.weight ?? 1);
        if (event.bytes !== undefined) bytes.observe(event.bytes, event.weight);
      },
      'mempool.transaction_rejected': (event) => rejected.at(event.reason).add(event.weight ?? 1),
      'mempool.transaction_evicted': (event) => evicted.at(event.reason).add(event.weight ?? 1),
      'mempool.transaction_committed': (event) => {
        committed.add(event.weight ?? 1);
        confirmation.observeUs(event.ts_us - event.admitted_at_us, event.weight);
      },
    },
  };
}

/** The pool's size. */
function observePool({ series }: NodeScope): NodeObserver {
  const pool = new MeasuredGauges<Measured>(
    [(event) => event.transactions, series.gauge(m.transactions)],
    [(event) => event.bytes, series.gauge(m.bytes)],
    [(event) => event.capacity, series.gauge(m.capacity)],
    [
      ({ transactions, capacity }) => (capacity ? transactions / capacity : undefined),
      series.gauge(m.utilization),
    ],
    [
      ({ oldest_age_us: ageUs }) => (ageUs === undefined ? undefined : ageUs / 1e6),
      series.gauge(m.oldestAge),
    ],
  );
  return {
    handlers: { 'mempool.measured': (event) => pool.show(event) },
    hello: (_hello, isNewRun) => {
      if (isNewRun) pool.clear();
    },
  };
}

/** Admission, rejection, eviction, confirmation, size. */
export const mempoolDomain = perNode('mempool', 'mempool', m, observeTransactions, observePool);
