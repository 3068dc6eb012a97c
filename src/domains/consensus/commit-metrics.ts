/** Metrics of the committed chain: what became final here, how fast, and catching up. */
import { counter, gauge, histogram, nodeLabels } from '../../metrics/definition.js';
import { byteBuckets, countBuckets, longBuckets, volumeBuckets } from '../buckets.js';
import { fed } from '../declare.js';

/** Subject: commits. */
export const commitMetrics = {
  blocksCommitted: fed(
    counter(
      'hotstuff_consensus_blocks_committed_total',
      'Blocks that became final here, those fetched while catching up included.',
      nodeLabels,
    ),
    'consensus.block_committed',
  ),
  transactionsCommitted: fed(
    counter(
      'hotstuff_consensus_transactions_committed_total',
      'Transactions in blocks that became final here, those fetched while catching up included.',
      nodeLabels,
    ),
    'consensus.block_committed',
  ),
  committedHeight: fed(
    gauge(
      'hotstuff_consensus_committed_height',
      'Height of the last block that became final here.',
      nodeLabels,
    ),
    'consensus.block_committed',
  ),
  committedView: fed(
    gauge(
      'hotstuff_consensus_committed_view',
      'View in which the last block that became final here was proposed.',
      nodeLabels,
    ),
    'consensus.block_committed',
  ),
  lastCommit: fed(
    gauge(
      'hotstuff_consensus_last_commit_timestamp_seconds',
      'When a block last became final here, Unix time by the clock of the node. `time() - this` is the age, and keeps growing when the node is dead.',
      nodeLabels,
      { unit: 'seconds' },
    ),
    'consensus.block_committed',
  ),
  viewsSinceCommit: fed(
    gauge(
      'hotstuff_consensus_views_since_last_commit',
      'Views entered since a block last became final here, or since the node was first seen.',
      nodeLabels,
    ),
    'consensus.view_entered',
    'consensus.block_committed',
  ),
  viewsPerCommit: fed(
    histogram(
      'hotstuff_consensus_views_per_commit',
      'Views entered from one commit to the next; blocks that commit together count 0 after the first.',
      countBuckets,
      nodeLabels,
    ),
    'consensus.view_entered',
    'consensus.block_committed',
  ),
  blockTransactions: fed(
    histogram(
      'hotstuff_consensus_block_transactions',
      'Transactions per committed block.',
      volumeBuckets,
      nodeLabels,
    ),
    'consensus.block_committed',
  ),
  blockBytes: fed(
    histogram('hotstuff_consensus_block_size_bytes', 'Size of committed blocks.', byteBuckets, nodeLabels, {
      unit: 'bytes',
    }),
    'consensus.block_committed',
  ),
  blocksPruned: fed(
    counter(
      'hotstuff_consensus_blocks_pruned_total',
      'Blocks dropped from the tree because they conflict with a final one.',
      nodeLabels,
    ),
    'consensus.block_pruned',
  ),
  blocksPerSecond: fed(
    gauge(
      'hotstuff_consensus_committed_blocks_per_second',
      'Block throughput: blocks committed per second of the window, catching up left out.',
      nodeLabels,
    ),
    'consensus.block_committed',
  ),
  transactionsPerSecond: fed(
    gauge(
      'hotstuff_consensus_committed_transactions_per_second',
      'Transaction throughput: transactions committed per second of the window, catching up left out. Absent where blocks do not say how many they hold.',
      nodeLabels,
    ),
    'consensus.block_committed',
  ),
  efficiency: fed(
    gauge(
      'hotstuff_consensus_efficiency_ratio',
      'Consensus efficiency: blocks committed per view entered within the window, catching up left out of both.',
      nodeLabels,
      { unit: 'ratio' },
    ),
    'consensus.view_entered',
    'consensus.block_committed',
  ),
  syncing: fed(
    gauge(
      'hotstuff_consensus_syncing',
      'Whether the node is catching up from others (1) or not (0).',
      nodeLabels,
    ),
    'consensus.sync_started',
    'consensus.sync_completed',
  ),
  syncs: fed(
    counter('hotstuff_consensus_syncs_started_total', 'Times that the node began to catch up.', nodeLabels),
    'consensus.sync_started',
  ),
  syncBlocks: fed(
    counter('hotstuff_consensus_sync_blocks_total', 'Blocks fetched while catching up.', nodeLabels),
    'consensus.sync_completed',
  ),
  syncDuration: fed(
    histogram('hotstuff_consensus_sync_duration_seconds', 'Time to catch up.', longBuckets, nodeLabels, {
      unit: 'seconds',
    }),
    'consensus.sync_completed',
  ),
} as const;
