/**
 * The intake's own metrics. Per source, once drained:
 * received = processed + duplicate + unknown + dropped + invalid.
 *
 * `source` is the door, `node_id` who spoke; it is empty for lines of which that is not known.
 */
import { counter, gauge, histogram } from '../metrics/definition.js';

const perNode = ['source', 'node_id'] as const;
const perDomain = ['node_id', 'domain'] as const;
/** Per node there are up to a dozen reasons or domains; the number of nodes is bounded by the intake. */
const SERIES_LIMIT = 15_000;
/** The nodes that the intake knows at a time, by a few doors. */
const NODE_LIMIT = 4_000;

export const intakeMetrics = {
  sourceConnected: gauge(
    'quorumscope_source_connected',
    'Open connections of a door; 0 when nobody is attached.',
    ['source'],
  ),
  nodeConnected: gauge('quorumscope_node_connected', 'Open connections that speak for a node.', [
    'chain_id',
    'node_id',
  ]),
  received: counter('quorumscope_events_received_total', 'Lines received, good or bad.', perNode, {
    limit: NODE_LIMIT,
  }),
  processed: counter('quorumscope_events_processed_total', 'Events that reached their domain.', perNode, {
    limit: NODE_LIMIT,
  }),
  duplicate: counter(
    'quorumscope_events_duplicate_total',
    'Events refused because their `seq` was seen before.',
    perNode,
    { limit: NODE_LIMIT },
  ),
  unknown: counter(
    'quorumscope_events_unknown_total',
    'Lines of a type that this version does not know.',
    perNode,
    { limit: NODE_LIMIT },
  ),
  dropped: counter(
    'quorumscope_events_dropped_total',
    'Events dropped because the intake was full, by priority.',
    [...perNode, 'priority'],
    { limit: SERIES_LIMIT },
  ),
  invalid: counter('quorumscope_events_invalid_total', 'Lines refused, by reason.', [...perNode, 'reason'], {
    limit: SERIES_LIMIT,
  }),
  missing: counter(
    'quorumscope_events_missing_total',
    'Events that a gap in `seq` shows to be absent.',
    perDomain,
    {
      limit: SERIES_LIMIT,
    },
  ),
  late: counter(
    'quorumscope_events_late_total',
    'Events that came after being counted as missing.',
    perDomain,
    {
      limit: SERIES_LIMIT,
    },
  ),
  sourceDropped: counter(
    'quorumscope_source_dropped_events_total',
    'Events that the node itself says it dropped.',
    perDomain,
    { limit: SERIES_LIMIT },
  ),
  unknownFields: counter(
    'quorumscope_unknown_fields_total',
    'Fields that no schema knows; they are ignored.',
    perNode,
    { limit: NODE_LIMIT },
  ),
  lag: histogram(
    'quorumscope_event_lag_seconds',
    "From an event's own timestamp to its processing here, by the two wall clocks.",
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    ['node_id'],
    { unit: 'seconds' },
  ),
  ahead: counter(
    'quorumscope_events_ahead_total',
    "Events whose timestamp lies in the future of this machine's clock: the clocks disagree.",
    ['node_id'],
  ),
  queued: gauge('quorumscope_intake_queue_events', 'Events waiting to be processed.', []),
  queueCapacity: gauge('quorumscope_intake_queue_capacity_events', 'Most events that may wait.', []),
  nodesForgotten: counter(
    'quorumscope_nodes_forgotten_total',
    'Disconnected nodes whose state and series made room for others.',
    [],
  ),
  failures: counter(
    'quorumscope_dispatch_failures_total',
    'Events whose processing failed inside the sidecar: a defect of it.',
    [],
  ),
} as const;

/** The recorder's own metrics. */
export const recorderMetrics = {
  lines: counter('quorumscope_recorded_lines_total', 'Lines written to the recording.', []),
  bytes: counter('quorumscope_recorded_bytes_total', 'Bytes written to the recording.', [], {
    unit: 'bytes',
  }),
  lost: counter(
    'quorumscope_recording_lost_lines_total',
    'Lines that are missing in the recording: the disk was too slow (full) or failed (error).',
    ['reason'],
  ),
} as const;
