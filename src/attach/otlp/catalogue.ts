/**
 * What the OTLP door says about itself. Of every kind of record (`logs`, `spans`, `span_events`, `metrics`, of which points are
 * counted): received = mapped + ignored + rejected.
 */
import { counter, gauge, histogram } from '../../metrics/definition.js';

const kind = ['kind'] as const;

export const otlpMetrics = {
  requests: counter(
    'quorumscope_otlp_requests_total',
    'Requests of OTLP by what they were of and what became of them: accepted, partial (some records rejected), malformed, too_large, media_type, encoding, method, path, unauthorized, foreign, busy, broken_off, failed.',
    ['signal', 'outcome'],
  ),
  bytes: counter('quorumscope_otlp_received_bytes_total', 'Bytes of bodies, as they came.', ['signal']),
  received: counter(
    'quorumscope_otlp_received_total',
    'Records received by OTLP: log records, spans, their events, points of metrics.',
    kind,
  ),
  mapped: counter('quorumscope_otlp_mapped_total', 'Records of which the mapping made something.', kind),
  ignored: counter('quorumscope_otlp_ignored_total', 'Records that the mapping has no line for.', kind),
  rejected: counter(
    'quorumscope_otlp_rejected_total',
    'Records that could not be taken, by reason; the sender was told how many.',
    [...kind, 'reason'],
  ),
  resets: counter('quorumscope_otlp_resets_total', 'Counters and histograms of OTLP that began anew.', []),
  resources: gauge('quorumscope_otlp_resources', 'Resources of OTLP that are known now.', []),
  duration: histogram(
    'quorumscope_otlp_request_duration_seconds',
    'Time from the first byte of a request to its answer.',
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    ['signal'],
    { unit: 'seconds' },
  ),
} as const;
