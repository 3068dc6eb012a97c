/** What history says about itself. */
import { counter, gauge } from '../metrics/definition.js';

/** The room's own metrics. */
export const historyMetrics = {
  span: gauge('quorumscope_history_recent_span_seconds', 'How far back the samples in memory reach.', [], {
    unit: 'seconds',
  }),
  bytes: gauge('quorumscope_history_recent_bytes', 'Memory of the samples in memory.', [], { unit: 'bytes' }),
  skipped: counter(
    'quorumscope_history_recent_skipped_total',
    'Samplings left out because the clock stood still or went back.',
    [],
  ),
  cacheSteps: counter(
    'quorumscope_query_cache_steps_total',
    'Steps of range queries that were kept from an earlier one, or computed.',
    ['from'],
  ),
  cacheBytes: gauge('quorumscope_query_cache_bytes', 'Memory of kept answers to range queries, about.', [], {
    unit: 'bytes',
  }),
  cacheDropped: counter(
    'quorumscope_query_cache_dropped_total',
    'Kept answers that were dropped, because the samples that they come from are read in another way now, or for space.',
    ['reason'],
  ),
} as const;
