/**
 * Requirements of "Spec: Analytics and Metrics System" (023-analytics-metrics). The document watches
 * LLM loops; here a loop is a view, its execution a view's course, a tool call a host call.
 */
import { analytics, dashboard, alerts } from './metrics-system-answers.js';
import { done, open, section, type Specification } from './row.js';
import { shown } from './shown.js';

const summary = section('S2.summary', 'Summary', [
  done(shown.intake, 'collects', 'collects performance data', [
    'feature all domains of the event vocabulary are observed',
  ]),
  open('patterns', 'tracks usage patterns', 'feature history, baselines, usage report'),
  done(
    shown.explain,
    'insights',
    'provides insights into system behavior',
    'feature causes of failed views, reports',
  ),
  done(
    shown.archiveRun,
    'both',
    'both real-time monitoring and historical analysis',
    'feature board and history, one language',
  ),
  done(shown.benchArchive, 'efficient', 'efficient storage and querying', 'feature Parquet archive, PromQL'),
  done(shown.metricCatalogue, 'dependency', 'depends on 009-execution-tracking', [
    'event consensus.view_entered',
    'event execution.invocation_completed',
    'note Execution tracking is the event stream, and the view records made of it.',
  ]),
]);

const acceptance = section('S2.acceptance', 'Acceptance criteria', [
  done(shown.metricCatalogue, 'metrics_collection', '1. Metrics Collection', 'document docs/METRICS.md'),
  done(shown.process, 'system_metrics', 'System performance metrics', [
    'event process.measured',
    'metric hotstuff_process_cpu_ratio',
    'metric hotstuff_process_resident_memory_bytes',
  ]),
  done(shown.metricCatalogue, 'loop_metrics', 'Loop execution metrics', [
    'event consensus.view_entered',
    'event execution.invocation_completed',
    'metric hotstuff_consensus_view_duration_seconds',
    'metric hotstuff_execution_invocation_duration_seconds',
    'note A loop execution is a view, and within it the calls of contracts.',
  ]),
  done(shown.process, 'resource_usage', 'Resource usage tracking', [
    'event process.measured',
    'event storage.measured',
    'metric hotstuff_storage_size_bytes',
  ]),
  done(shown.process, 'error_rate', 'Error rate monitoring', [
    'event process.error_raised',
    'metric hotstuff_process_errors_total',
  ]),
  done(shown.archive, 'storage_system', '2. Storage System', 'feature room `history`'),
  done(
    shown.archive,
    'time_series',
    'Time-series data storage',
    'feature history: journal and Parquet segments',
  ),
  done(shown.benchArchive, 'compression', 'Efficient compression', 'feature at most 1.2 bytes a sample'),
  done(
    shown.archiveRetention,
    'retention',
    'Retention policies',
    'feature retention by age, size, resolution and selector',
  ),
  done(shown.archive, 'aggregation_support', 'Aggregation support', 'feature roll-ups of 1 min and 1 h'),
  done(shown.prometheusApi, 'query_interface', '3. Query Interface', [
    'route GET /api/v1/query',
    'route POST /api/v1/query',
    'command query',
  ]),
  done(shown.prometheusApi, 'time_range', 'Time-range queries', [
    'route GET /api/v1/query_range',
    'route POST /api/v1/query_range',
    'command query',
  ]),
  done(
    shown.promql,
    'metric_aggregation',
    'Metric aggregation',
    'feature PromQL aggregations, held against the cases that Prometheus tests itself with',
  ),
  done(
    shown.promql,
    'percentiles',
    'Percentile calculations',
    'feature `histogram_quantile`, `quantile`, `quantile_over_time`',
  ),
  done(shown.prometheusApi, 'custom_queries', 'Custom queries', [
    'route GET /api/v1/query',
    'feature PromQL',
  ]),
  open('visualization', '4. Visualization', 'feature live page, dashboards, reports'),
  open('dashboards', 'Real-time dashboards', 'feature live page, Grafana dashboards'),
  done(
    shown.archive,
    'trends',
    'Historical trends',
    'feature range queries over the archive and its roll-ups',
  ),
  done(
    shown.alertmanager,
    'alert_integration',
    'Alert integration',
    "feature rules; Alertmanager's file, API and payload",
  ),
  done(shown.exportCommand, 'export', 'Export capabilities', 'feature JSON, CSV, Parquet, line protocol'),
]);

const phases = section('S2.phases', 'Implementation phases', [
  done(shown.board, 'metric_types', 'Phase 1: define metric types', [
    'feature counter, gauge, histogram, summary as data',
  ]),
  done(shown.board, 'collection', 'Phase 1: collection infrastructure', 'feature the board and its handles'),
  done(shown.board, 'basic_storage', 'Phase 1: basic storage', 'feature the board: all series in one array'),
  done(shown.board, 'simple_queries', 'Phase 1: simple queries', 'feature snapshot of all series'),
  done(shown.archive, 'database', 'Phase 2: time-series database', 'feature history'),
  done(
    shown.archiveFiles,
    'compression',
    'Phase 2: data compression',
    'feature delta encoding, byte splitting, gzip',
  ),
  done(
    shown.archiveRetention,
    'retention',
    'Phase 2: retention management',
    'feature retention, hold, recorded deletion',
  ),
  done(
    shown.archive,
    'index',
    'Phase 2: index optimization',
    'feature index of series by name and labels; segments by time',
  ),
  done(
    shown.alertSidecar,
    'pipeline',
    'Phase 3: aggregation pipeline',
    'feature roll-ups and recording rules',
  ),
  done(shown.promql, 'statistics', 'Phase 3: statistical functions', 'feature PromQL functions'),
  open('anomalies', 'Phase 3: anomaly detection', 'feature streaming detectors'),
  done(
    shown.phases,
    'performance',
    'Phase 3: performance analysis',
    'feature phase timing and critical path of a view',
  ),
  done(
    shown.dashboards,
    'framework',
    'Phase 4: dashboard framework',
    'feature dashboards generated from the catalogue',
  ),
  done(
    shown.eventStream,
    'updates',
    'Phase 4: real-time updates',
    'feature Server-Sent Events: lines as they were received, verdicts, findings',
  ),
  done(shown.paging, 'alerts', 'Phase 4: alert system', 'feature rule evaluation, routing, channels'),
  open('reports', 'Phase 4: report generation', 'feature incident report, fuel report'),
]);

const modules = section('S2.modules', 'Module structure', [
  done(shown.house, 'mod', 'mod.rs', 'feature package entry, one room per module, arrows enforced'),
  done(shown.catalogue, 'metrics', 'metrics.rs: metric definitions', 'document docs/METRICS.md'),
  done(
    shown.collector,
    'collector',
    'collector.rs: collection system',
    'feature the `MetricsCollector` face',
  ),
  done(shown.archive, 'storage', 'storage.rs: storage backend', 'feature room `history`'),
  done(shown.promql, 'query', 'query.rs: query engine', 'feature room `promql`'),
  done(shown.archive, 'aggregator', 'aggregator.rs: aggregation logic', 'feature roll-ups in `history`'),
  done(
    shown.fedBoard,
    'dashboard',
    'dashboard.rs: dashboard data',
    'feature dashboard data for a time range, as a function of the package',
  ),
  done(shown.paging, 'alerts', 'alerts.rs: alert system', 'feature room `alerts`'),
]);

const types = section('S2.types', 'Metric types', [
  done(shown.board, 'counter', 'MetricType::Counter', 'feature counter'),
  done(shown.board, 'gauge', 'MetricType::Gauge', 'feature gauge'),
  done(shown.board, 'histogram', 'MetricType::Histogram', 'feature histogram, classic and exponential'),
  done(shown.board, 'summary', 'MetricType::Summary', 'feature summary over an exponential histogram'),
  done(shown.board, 'counter_name', 'Counter.name', 'feature name of the definition'),
  done(shown.board, 'counter_labels', 'Counter.labels', 'feature labels, interned, under a budget'),
  done(shown.series, 'counter_value', 'Counter.value: AtomicU64', [
    'feature a slot',
    'note One thread writes a board, so that no atomics are needed.',
  ]),
  open('counter_created_at', 'Counter.created_at', 'feature `_created` samples in OpenMetrics'),
  done(shown.board, 'gauge_name', 'Gauge.name', 'feature name of the definition'),
  done(shown.board, 'gauge_labels', 'Gauge.labels', 'feature labels, interned, under a budget'),
  done(shown.board, 'gauge_value', 'Gauge.value: AtomicI64', [
    'feature a slot',
    'note A double, so that ratios and seconds fit.',
  ]),
  done(shown.archive, 'gauge_updated_at', 'Gauge.updated_at', [
    'feature staleness in history',
    'note A gauge whose input is missing is absent, not old.',
  ]),
  done(shown.board, 'histogram_name', 'Histogram.name', 'feature name of the definition'),
  done(shown.board, 'histogram_labels', 'Histogram.labels', 'feature labels, interned, under a budget'),
  done(shown.series, 'histogram_buckets', 'Histogram.buckets', 'feature a run of slots'),
  done(shown.series, 'histogram_sum', 'Histogram.sum', 'feature a slot'),
  done(shown.series, 'histogram_count', 'Histogram.count', 'feature a slot'),
  done(shown.board, 'summary_name', 'Summary.name', 'feature name of the definition'),
  done(shown.board, 'summary_labels', 'Summary.labels', 'feature labels, interned, under a budget'),
  done(shown.board, 'summary_quantiles', 'Summary.quantiles', 'feature quantiles of the definition'),
  done(shown.board, 'summary_sum', 'Summary.sum', 'feature a slot'),
  done(shown.board, 'summary_count', 'Summary.count', 'feature a slot'),
]);

const collector = section(
  'S2.collector',
  'Metrics collector',
  [
    done(shown.board, 'registry', 'MetricsCollector.registry', 'feature the board'),
    done(
      shown.archive,
      'storage',
      'MetricsCollector.storage',
      'feature history reads the board every interval',
    ),
    done(shown.collector, 'flush_interval', 'MetricsCollector.flush_interval', [
      'feature flush of the collector face',
    ]),
    done(
      shown.alertSidecar,
      'aggregation_rules',
      'MetricsCollector.aggregation_rules',
      'feature recording rules',
    ),
    done(
      shown.collector,
      'record_histogram',
      'record_histogram(name, labels, value)',
      'feature collector: record',
    ),
    done(
      shown.collector,
      'record_counter',
      'record_counter(name, labels, value)',
      'feature collector: increment by',
    ),
    done(shown.collector, 'record_gauge', 'record_gauge(name, labels, value)', 'feature collector: set'),
    done(shown.metricCatalogue, 'collect_loop_metrics', 'collect_loop_metrics(execution)', [
      'event consensus.view_entered',
      'event execution.invocation_completed',
      'note Observers of the domains; a loop execution is a view and its calls.',
    ]),
    done(shown.consensus, 'loop_execution_duration', 'loop_execution_duration histogram', [
      'metric hotstuff_consensus_view_duration_seconds',
    ]),
    done(shown.execution, 'loop_type', 'label loop_type', [
      'metric hotstuff_execution_invocations_total',
      'note Labels `contract` and `entry`; for views the label `outcome`.',
    ]),
    done(shown.consensus, 'status', 'label status', [
      'metric hotstuff_consensus_view_duration_seconds',
      'note Label `outcome`.',
    ]),
    done(shown.execution, 'llm_tokens_used', 'llm_tokens_used counter', [
      'metric hotstuff_execution_fuel_used_total',
      'note Tokens are fuel.',
    ]),
    done(shown.execution, 'token_type', 'label token_type: "prompt"', [
      'metric hotstuff_execution_class_fuel_total',
      'note Label `class`.',
    ]),
    done(shown.execution, 'tool_invocations', 'tool_invocations counter', [
      'event execution.host_call_completed',
      'metric hotstuff_execution_host_calls_total',
      'note A tool is a host call.',
    ]),
    done(shown.execution, 'tool', 'label tool', [
      'metric hotstuff_execution_host_calls_total',
      'note Label `class`.',
    ]),
    done(shown.metricCatalogue, 'loop_errors', 'loop_errors counter', [
      'metric hotstuff_execution_invocations_total',
      'metric hotstuff_consensus_view_timeouts_total',
      'note A failed view, or a call whose outcome is not `ok`.',
    ]),
    done(shown.execution, 'error_type', 'label error_type: classify_error', [
      'metric hotstuff_execution_invocations_total',
      'note Label `outcome`, a closed list.',
    ]),
    done(shown.process, 'collect_system_metrics', 'collect_system_metrics', 'event process.measured'),
    done(shown.process, 'system_cpu_usage', 'system_cpu_usage gauge', [
      'metric hotstuff_process_cpu_ratio',
      'note A ratio, 1 being one core; percent breaks the conventions.',
    ]),
    done(shown.process, 'system_memory_used', 'system_memory_used gauge', [
      'metric hotstuff_process_resident_memory_bytes',
    ]),
    done(shown.execution, 'active_loops', 'active_loops gauge: count_active_loops', [
      'metric hotstuff_execution_active_instances',
      'note A node runs one view at a time; what is active are instances.',
    ]),
  ],
  'Loop = view (and, inside it, the calls of contracts); tokens = fuel; tools = host calls.',
);

const storage = section('S2.storage', 'Time-series storage', [
  done(shown.archiveRun, 'data_dir', 'TimeSeriesStorage.data_dir', 'feature setting: data folder'),
  done(
    shown.archiveRetention,
    'retention_policy',
    'TimeSeriesStorage.retention_policy',
    'feature settings: retention',
  ),
  done(
    shown.archiveFiles,
    'compressor',
    'TimeSeriesStorage.compressor',
    'feature Parquet encodings and gzip',
  ),
  done(shown.archive, 'indices', 'TimeSeriesStorage.indices', 'feature index of series; cached file footers'),
  done(
    shown.archive,
    'write_metric',
    'write_metric(metric)',
    'feature a row of all series every archive interval',
  ),
  done(shown.archive, 'shard', 'determine shard based on timestamp', 'feature hourly segments'),
  done(
    shown.archiveFiles,
    'compress',
    'compress metric',
    'feature columns compressed when a segment is sealed',
  ),
  done(shown.archiveKills, 'append', 'write to shard file', 'feature fsynced journal'),
  done(
    shown.archive,
    'index_metric',
    'update indices: index_metric',
    'feature series index, written with the segment',
  ),
  done(shown.archive, 'query', 'query(query) -> points', 'feature PromQL over history'),
  done(
    shown.archive,
    'find_shards',
    'use indices to find relevant shards',
    'feature segments chosen by time and series',
  ),
  open('parallel', 'read from shards in parallel', 'feature segments read concurrently, bounded'),
  done(
    shown.archive,
    'apply',
    'apply_query_operations: filters and aggregations',
    'feature PromQL evaluator',
  ),
]);

const notes = section('S2.notes', 'Notes', [
  done(
    shown.prometheus,
    'prometheus',
    'use Prometheus format for metrics compatibility',
    'route GET /metrics',
  ),
  done(
    shown.benchArchive,
    'compression',
    'efficient compression for long-term storage',
    'feature at most 1.2 bytes a sample',
  ),
  done(
    shown.dashboards,
    'dashboards',
    'pre-built dashboards for common use cases',
    'feature shipped Grafana dashboards',
  ),
  done(shown.custom, 'custom', 'custom metrics from user loops', [
    'event metric.declared',
    'event metric.changed',
    'event metric.observed',
    'event metric.sampled',
    'note A node states metrics of its own as events.',
  ]),
]);

/** Spec: Analytics and Metrics System. */
export const metricsSystem: Specification = {
  id: 'S2',
  title: 'Spec: Analytics and Metrics System',
  about:
    'A metrics system for LLM loops (023-analytics-metrics). A loop is a view, its executions the calls of contracts ' +
    'within it, tokens are fuel, tools are host calls.',
  sections: [
    summary,
    acceptance,
    phases,
    modules,
    types,
    collector,
    storage,
    analytics,
    dashboard,
    alerts,
    notes,
  ],
};
