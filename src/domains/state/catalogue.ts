/** Every metric of the state domain. */
import { counter, gauge, histogram, nodeLabels } from '../../metrics/definition.js';
import { longBuckets, workBuckets } from '../buckets.js';
import { fed } from '../declare.js';

const seconds = { unit: 'seconds' } as const;
const bytes = { unit: 'bytes' } as const;

/** The catalogue of the state domain. */
export const stateMetrics = {
  transitions: fed(
    counter('hotstuff_state_transitions_total', 'State transitions applied.', nodeLabels),
    'state.transition_applied',
  ),
  transitionDuration: fed(
    histogram(
      'hotstuff_state_transition_duration_seconds',
      "Time to apply one block's changes to the state.",
      workBuckets,
      nodeLabels,
      seconds,
    ),
    'state.transition_applied',
  ),
  appliedHeight: fed(
    gauge('hotstuff_state_applied_height', 'Height of the last block applied to the state.', nodeLabels),
    'state.transition_applied',
  ),
  applyLag: fed(
    gauge(
      'hotstuff_state_apply_lag_blocks',
      'Blocks that are final here but not yet applied to the state.',
      nodeLabels,
    ),
    'state.transition_applied',
    'consensus.block_committed',
  ),
  queries: fed(
    counter('hotstuff_state_queries_total', 'State queries answered, by outcome.', [
      ...nodeLabels,
      'outcome',
    ]),
    'state.query_completed',
  ),
  queryDuration: fed(
    histogram(
      'hotstuff_state_query_duration_seconds',
      'Time to answer a state query.',
      workBuckets,
      nodeLabels,
      seconds,
    ),
    'state.query_completed',
  ),
  snapshots: fed(
    counter('hotstuff_state_snapshots_total', 'Snapshots of the state written.', nodeLabels),
    'state.snapshot_created',
  ),
  snapshotDuration: fed(
    histogram(
      'hotstuff_state_snapshot_duration_seconds',
      'Time to write a snapshot of the state.',
      longBuckets,
      nodeLabels,
      seconds,
    ),
    'state.snapshot_created',
  ),
  snapshotHeight: fed(
    gauge('hotstuff_state_snapshot_height', 'Height that the last snapshot is of.', nodeLabels),
    'state.snapshot_created',
  ),
  snapshotBytes: fed(
    gauge('hotstuff_state_snapshot_size_bytes', 'Size of the last snapshot.', nodeLabels, bytes),
    'state.snapshot_created',
  ),
  size: fed(gauge('hotstuff_state_size_bytes', 'Bytes of state.', nodeLabels, bytes), 'state.measured'),
  accounts: fed(gauge('hotstuff_state_accounts', 'Accounts in the state.', nodeLabels), 'state.measured'),
  contracts: fed(gauge('hotstuff_state_contracts', 'Contracts in the state.', nodeLabels), 'state.measured'),
  validations: fed(
    counter('hotstuff_state_transaction_validations_total', 'Transactions validated, by outcome.', [
      ...nodeLabels,
      'outcome',
    ]),
    'state.transaction_validated',
  ),
  validationFailures: fed(
    counter(
      'hotstuff_state_validation_failures_total',
      'Transactions found invalid, by reason; `other` where the node gives none.',
      [...nodeLabels, 'reason'],
    ),
    'state.transaction_validated',
  ),
  validationDuration: fed(
    histogram(
      'hotstuff_state_validation_duration_seconds',
      'Time to validate a transaction; of those validated together, their mean.',
      workBuckets,
      nodeLabels,
      seconds,
    ),
    'state.transaction_validated',
  ),
} as const;
