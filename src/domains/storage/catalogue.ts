/** Every metric of the storage domain. Before a vote, a durable write is on the critical path. */
import { counter, gauge, histogram, nodeLabels } from '../../metrics/definition.js';
import { volumeBuckets, workBuckets } from '../buckets.js';
import { fed } from '../declare.js';

const byKey = [...nodeLabels, 'key_type'] as const;
const byKeyAndOutcome = [...byKey, 'outcome'] as const;
const byCache = [...nodeLabels, 'cache'] as const;
const seconds = { unit: 'seconds' } as const;
const bytes = { unit: 'bytes' } as const;

/** The catalogue of the storage domain. */
export const storageMetrics = {
  reads: fed(
    counter('hotstuff_storage_reads_total', 'Reads ended, by kind of key and outcome.', byKeyAndOutcome),
    'storage.read_completed',
  ),
  writes: fed(
    counter('hotstuff_storage_writes_total', 'Writes ended, by kind of key and outcome.', byKeyAndOutcome),
    'storage.write_completed',
  ),
  deletes: fed(
    counter('hotstuff_storage_deletes_total', 'Deletes ended, by kind of key and outcome.', byKeyAndOutcome),
    'storage.delete_completed',
  ),
  readDuration: fed(
    histogram('hotstuff_storage_read_duration_seconds', 'Time of a read.', workBuckets, byKey, seconds),
    'storage.read_completed',
  ),
  writeDuration: fed(
    histogram('hotstuff_storage_write_duration_seconds', 'Time of a write.', workBuckets, byKey, seconds),
    'storage.write_completed',
  ),
  deleteDuration: fed(
    histogram(
      'hotstuff_storage_delete_duration_seconds',
      'Time of a delete.',
      workBuckets,
      nodeLabels,
      seconds,
    ),
    'storage.delete_completed',
  ),
  readBytes: fed(
    counter(
      'hotstuff_storage_read_bytes_total',
      'Bytes read, where the node states them.',
      nodeLabels,
      bytes,
    ),
    'storage.read_completed',
  ),
  writtenBytes: fed(
    counter(
      'hotstuff_storage_written_bytes_total',
      'Logical bytes written: keys and values, single writes and batches.',
      nodeLabels,
      bytes,
    ),
    'storage.write_completed',
    'storage.batch_completed',
  ),
  physicalBytes: fed(
    counter(
      'hotstuff_storage_physical_written_bytes_total',
      'Bytes that reached the disk for what was written, where the node states them.',
      nodeLabels,
      bytes,
    ),
    'storage.write_completed',
    'storage.batch_completed',
  ),
  efficiency: fed(
    gauge(
      'hotstuff_storage_efficiency_ratio',
      'Storage efficiency: logical bytes over physical bytes written within the window, over the writes that state both. The inverse of write amplification.',
      nodeLabels,
      { unit: 'ratio' },
    ),
    'storage.write_completed',
    'storage.batch_completed',
  ),
  batches: fed(
    counter('hotstuff_storage_batches_total', 'Batches of operations ended, by outcome.', [
      ...nodeLabels,
      'outcome',
    ]),
    'storage.batch_completed',
  ),
  batchDuration: fed(
    histogram(
      'hotstuff_storage_batch_duration_seconds',
      'Time of a batch.',
      workBuckets,
      nodeLabels,
      seconds,
    ),
    'storage.batch_completed',
  ),
  batchOperations: fed(
    histogram('hotstuff_storage_batch_operations', 'Operations per batch.', volumeBuckets, nodeLabels),
    'storage.batch_completed',
  ),
  syncDuration: fed(
    histogram(
      'hotstuff_storage_sync_duration_seconds',
      'Time to make written data durable (fsync), by what it was for: vote and lock delay every view.',
      workBuckets,
      [...nodeLabels, 'target'],
      seconds,
    ),
    'storage.sync_completed',
  ),
  stalls: fed(
    counter('hotstuff_storage_stalls_total', 'Times that the storage engine held writes back, by reason.', [
      ...nodeLabels,
      'reason',
    ]),
    'storage.stalled',
  ),
  stallTime: fed(
    counter(
      'hotstuff_storage_stall_seconds_total',
      'Time for which the storage engine held writes back, by reason.',
      [...nodeLabels, 'reason'],
      seconds,
    ),
    'storage.stalled',
  ),
  errors: fed(
    counter(
      'hotstuff_storage_errors_total',
      'Storage operations that the node states as failed, by operation and reason. Reads and writes that end in `error` also count in their own metric.',
      [...nodeLabels, 'operation', 'reason'],
    ),
    'storage.failed',
  ),
  size: fed(
    gauge('hotstuff_storage_size_bytes', 'Bytes used by the store.', nodeLabels, bytes),
    'storage.measured',
  ),
  capacity: fed(
    gauge(
      'hotstuff_storage_capacity_bytes',
      'Bytes that the store may use, or size of its device.',
      nodeLabels,
      bytes,
    ),
    'storage.measured',
  ),
  utilization: fed(
    gauge(
      'hotstuff_storage_utilization_ratio',
      "Share of the capacity in use: by everything on the device where the node states it, else by the store. Absent while the capacity isn't known.",
      nodeLabels,
      { unit: 'ratio' },
    ),
    'storage.measured',
  ),
  cacheHits: fed(
    counter('hotstuff_storage_cache_hits_total', 'Times that a cache had the answer.', byCache),
    'storage.cache_accessed',
  ),
  cacheMisses: fed(
    counter('hotstuff_storage_cache_misses_total', 'Times that a cache did not have the answer.', byCache),
    'storage.cache_accessed',
  ),
  cacheEvictions: fed(
    counter(
      'hotstuff_storage_cache_evictions_total',
      'Entries that a cache threw out to make room.',
      byCache,
    ),
    'storage.cache_evicted',
  ),
  cacheSize: fed(
    gauge('hotstuff_storage_cache_size_bytes', 'Bytes held by a cache.', byCache, bytes),
    'storage.cache_measured',
  ),
  cacheEntries: fed(
    gauge('hotstuff_storage_cache_entries', 'Entries held by a cache.', byCache),
    'storage.cache_measured',
  ),
} as const;
