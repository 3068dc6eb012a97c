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
} as const;
