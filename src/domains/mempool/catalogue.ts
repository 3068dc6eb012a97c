/** Every metric of the mempool domain. */
import { counter, gauge, histogram, nodeLabels } from '../../metrics/definition.js';
import { byteBuckets, latencyBuckets } from '../buckets.js';
import { fed } from '../declare.js';

const seconds = { unit: 'seconds' } as const;
const bytes = { unit: 'bytes' } as const;

/** The catalogue of the mempool domain. */
export const mempoolMetrics = {
  admitted: fed(
    counter('hotstuff_mempool_transactions_admitted_total', 'Transactions taken into the pool.', nodeLabels),
    'mempool.transaction_admitted',
  ),
  rejected: fed(
    counter('hotstuff_mempool_transactions_rejected_total', 'Transactions refused, by reason.', [
      ...nodeLabels,
      'reason',
    ]),
    'mempool.transaction_rejected',
  ),
  evicted: fed(
    counter('hotstuff_mempool_transactions_evicted_total', 'Waiting transactions thrown out, by reason.', [
      ...nodeLabels,
      'reason',
    ]),
    'mempool.transaction_evicted',
  ),
  committed: fed(
    counter(
      'hotstuff_mempool_transactions_committed_total',
      'Transactions admitted by this node whose block became final here.',
      nodeLabels,
    ),
    'mempool.transaction_committed',
  ),
  transactionBytes: fed(
    histogram(
      'hotstuff_mempool_transaction_size_bytes',
      'Size of admitted transactions.',
      byteBuckets,
      nodeLabels,
      bytes,
    ),
    'mempool.transaction_admitted',
  ),
  confirmation: fed(
    histogram(
      'hotstuff_mempool_transaction_confirmation_latency_seconds',
      "Transaction confirmation latency: admission at this node to the commit of the transaction's block here.",
      latencyBuckets,
      nodeLabels,
      seconds,
    ),
    'mempool.transaction_committed',
  ),
  transactions: fed(
    gauge('hotstuff_mempool_transactions', 'Transactions waiting.', nodeLabels),
    'mempool.measured',
  ),
  bytes: fed(
    gauge('hotstuff_mempool_size_bytes', 'Bytes of waiting transactions.', nodeLabels, bytes),
    'mempool.measured',
  ),
  capacity: fed(
    gauge('hotstuff_mempool_capacity_transactions', 'Transactions that the pool can hold.', nodeLabels),
    'mempool.measured',
  ),
  utilization: fed(
    gauge(
      'hotstuff_mempool_utilization_ratio',
      'Transactions waiting over what the pool can hold; absent while the latter is not known.',
      nodeLabels,
      { unit: 'ratio' },
    ),
    'mempool.measured',
  ),
  oldestAge: fed(
    gauge(
      'hotstuff_mempool_oldest_transaction_age_seconds',
      'Age of the oldest waiting transaction when the node last looked.',
      nodeLabels,
      seconds,
    ),
    'mempool.measured',
  ),
} as const;
