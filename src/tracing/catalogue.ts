/** Metrics of tracing: which views were kept and why, and which spans were not. What leaves is the delivery's to count. */
import { counter } from '../metrics/definition.js';

export const tracingMetrics = {
  views: counter(
    'quorumscope_tracing_views_total',
    'Views seen by a node that are traced, by why, and those that are not.',
    ['reason'],
  ),
  spans: counter(
    'quorumscope_tracing_spans_total',
    'Spans made of view records and handed to the exporter.',
    [],
  ),
  dropped: counter(
    'quorumscope_tracing_spans_dropped_total',
    'Spans dropped before the exporter: too many of one view, too many in a second, not convertible.',
    ['reason'],
  ),
} as const;
