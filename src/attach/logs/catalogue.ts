/** Metrics of logs that are followed. `log` is the name that the configuration gives it, `adapter` what reads it. */
import { counter, gauge } from '../../metrics/definition.js';

/** The most logs a sidecar is expected to follow, by a handful of outcomes. */
const LIMIT = 1_000;

export const logMetrics = {
  readable: gauge(
    'quorumscope_log_readable',
    'Whether a log that is to be followed can be read: 1, or 0 where it is not there or nobody may read it.',
    ['log'],
  ),
  bytes: counter('quorumscope_log_read_bytes_total', 'Bytes read of a log.', ['log']),
  reopened: counter(
    'quorumscope_log_reopened_total',
    'How often reading began anew: rotated (a new file), truncated (the file was emptied), restarted (journalctl ended).',
    ['log', 'reason'],
    { limit: LIMIT },
  ),
  gaps: counter(
    'quorumscope_log_gaps_total',
    'How often what a log held since the last start of the sidecar was not found any more, so that lines are missing.',
    ['log'],
  ),
  lines: counter(
    'quorumscope_adapter_lines_total',
    'Lines of a log by what they were: matched, ignored (of no known kind), foreign (of another node), failed (like a known kind, and none), unreadable.',
    ['adapter', 'log', 'outcome'],
    { limit: LIMIT },
  ),
  drift: counter(
    'quorumscope_adapter_drift_total',
    'Lines that begin like a kind that the adapter knows and are none: the format of the log has changed.',
    ['adapter', 'pattern'],
    { limit: LIMIT },
  ),
} as const;
