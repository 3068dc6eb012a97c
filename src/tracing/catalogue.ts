/** Metrics of tracing: which views and transactions were kept, and which spans and log lines were not. What leaves is the delivery's to count. */
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
  transactions: counter(
    'quorumscope_tracing_transactions_total',
    'Transactions traced, by whether they waited to the end or had to make room for others.',
    ['outcome'],
  ),
  exemplars: counter(
    'quorumscope_tracing_exemplars_total',
    'Exemplars put beside buckets and counters: observations with the trace of their view.',
    [],
  ),
  logLines: counter(
    'quorumscope_tracing_log_lines_total',
    'Log lines of the sidecar handed to the exporter of logs.',
    [],
  ),
  logLinesDropped: counter(
    'quorumscope_tracing_log_lines_dropped_total',
    'Log lines not exported: too many in a second, not convertible, said before the exporter was open.',
    ['reason'],
  ),
} as const;
