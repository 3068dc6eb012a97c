/**
 * Requirements of "Stage 4.4: Analytics and Monitoring Implementation". The document watches the
 * sessions and variables of a bridge in Elixir; here a variable is a stored key, a session an attached
 * source or a plugin instance, gRPC the node's network.
 */
import { dashboard, percentiles, timeSeries } from './bridge-analytics-answers.js';
import { done, open, section, type Specification } from './row.js';
import { shown } from './shown.js';

const requirements = section('S3.requirements', 'Requirements', [
  done(shown.metricCatalogue, 'collection', 'Metric Collection: capture all relevant operational metrics', [
    'document docs/METRICS.md',
    'feature every domain has a catalogue and an observer',
  ]),
  done(shown.intake, 'real_time', 'Real-time Aggregation: instant visibility into system state', [
    'feature events are aggregated into series as they arrive',
  ]),
  done(
    shown.archiveRun,
    'historical',
    'Historical Analysis: store and query historical performance data',
    'feature history',
  ),
  done(
    shown.dashboards,
    'dashboards',
    'Performance Dashboards: generate actionable insights',
    'feature Grafana dashboards; causes and culprits of failed views on their first screen',
  ),
  done(shown.benchHooks, 'overhead', 'Minimal Overhead: not impact system performance', [
    'feature hooks of bounded work, measured by `npm run bench`',
  ]),
]);

const module = section('S3.module', 'Analytics module', [
  done(shown.board, 'ets', 'high-performance metric storage (ETS)', 'feature one flat array of slots'),
  open('dashboards', 'real-time dashboards for operational visibility', 'feature live page'),
  done(shown.board, 'ets_table', 'state: ets_table', 'feature the board'),
  done(shown.metricsConfig, 'aggregation_interval', 'state: aggregation_interval', [
    'setting metrics.collection_interval',
    'note Derived gauges are brought up to date at this interval.',
  ]),
  done(shown.archiveRetention, 'retention_period', 'state: retention_period', 'feature settings: retention'),
  done(shown.intake, 'metrics_buffer', 'state: metrics_buffer', 'feature the bounded queue of the intake'),
  done(shown.archive, 'aggregations', 'state: aggregations', 'feature roll-ups, recording rules'),
]);

const metricTypes = section(
  'S3.metrics',
  'Metric types',
  [
    done(shown.storage, 'variable_read', 'variable_read: counter', [
      'event storage.read_completed',
      'metric hotstuff_storage_reads_total',
    ]),
    done(shown.storage, 'variable_write', 'variable_write: counter', [
      'event storage.write_completed',
      'metric hotstuff_storage_writes_total',
    ]),
    done(shown.storage, 'variable_delete', 'variable_delete: counter', [
      'event storage.delete_completed',
      'metric hotstuff_storage_deletes_total',
    ]),
    done(shown.storage, 'read_latency_us', 'read_latency_us: histogram', [
      'metric hotstuff_storage_read_duration_seconds',
    ]),
    done(shown.metricCatalogue, 'write_latency_us', 'write_latency_us: histogram', [
      'metric hotstuff_storage_write_duration_seconds',
    ]),
    done(shown.network, 'grpc_latency_us', 'grpc_latency_us: histogram', [
      'event network.latency_measured',
      'metric hotstuff_network_peer_round_trip_seconds',
      'note The remote call of a node is its round trip to a peer.',
    ]),
    done(shown.storage, 'cache_hit', 'cache_hit: counter', [
      'event storage.cache_accessed',
      'metric hotstuff_storage_cache_hits_total',
    ]),
    done(shown.storage, 'cache_miss', 'cache_miss: counter', [
      'event storage.cache_accessed',
      'metric hotstuff_storage_cache_misses_total',
    ]),
    done(shown.storage, 'cache_eviction', 'cache_eviction: counter', [
      'event storage.cache_evicted',
      'metric hotstuff_storage_cache_evictions_total',
    ]),
    done(shown.metricCatalogue, 'optimization_started', 'optimization_started: counter', [
      'event execution.optimization_started',
      'metric hotstuff_execution_optimizations_started_total',
    ]),
    done(shown.execution, 'optimization_completed', 'optimization_completed: counter', [
      'event execution.optimization_completed',
      'metric hotstuff_execution_optimizations_completed_total',
    ]),
    done(shown.execution, 'optimization_failed', 'optimization_failed: counter', [
      'event execution.optimization_completed',
      'metric hotstuff_execution_optimizations_completed_total',
      'note Label `outcome`.',
    ]),
    done(shown.execution, 'optimization_duration_ms', 'optimization_duration_ms: histogram', [
      'metric hotstuff_execution_optimization_duration_seconds',
    ]),
    done(shown.execution, 'optimization_improvement', 'optimization_improvement: gauge', [
      'metric hotstuff_execution_optimization_improvement_ratio',
    ]),
    done(shown.execution, 'active_sessions', 'active_sessions: gauge', [
      'metric hotstuff_execution_active_instances',
      'metric quorumscope_source_connected',
      'note A session is a plugin instance; for the sidecar, an attached source.',
    ]),
    done(shown.execution, 'session_created', 'session_created: counter', [
      'event execution.instance_created',
      'metric hotstuff_execution_instances_created_total',
    ]),
    done(shown.metricCatalogue, 'session_terminated', 'session_terminated: counter', [
      'event execution.instance_terminated',
      'metric hotstuff_execution_instances_terminated_total',
    ]),
    done(shown.storage, 'operation_error', 'operation_error: counter', [
      'event storage.failed',
      'event process.error_raised',
      'metric hotstuff_storage_errors_total',
      'metric hotstuff_process_errors_total',
    ]),
    done(shown.network, 'grpc_error', 'grpc_error: counter', [
      'event network.connection_failed',
      'metric hotstuff_network_connection_failures_total',
    ]),
    done(shown.consensus, 'timeout_error', 'timeout_error: counter', [
      'event consensus.view_timed_out',
      'metric hotstuff_consensus_view_timeouts_total',
      'note Timeouts of calls have the outcome `timeout`, of connections the reason `timeout`.',
    ]),
    done(shown.process, 'memory_usage_mb', 'memory_usage_mb: gauge', [
      'metric hotstuff_process_resident_memory_bytes',
    ]),
    done(shown.metricCatalogue, 'process_count', 'process_count: gauge', [
      'metric hotstuff_process_threads',
      'note The processes of a virtual machine are the threads of a node.',
    ]),
    done(shown.board, 'ets_memory_mb', 'ets_memory_mb: gauge', [
      'metric quorumscope_series',
      'setting metrics.max_memory',
      'note The memory of the board is bounded by its number of series.',
    ]),
  ],
  'Variables are stored keys, latencies are in seconds, sessions are plugin instances and attached sources.',
);

const storage = section('S3.storage', 'Metric storage', [
  done(shown.board, 'write_concurrency', 'write_concurrency', [
    'feature one writer by design; other threads send batches',
  ]),
  done(shown.board, 'read_concurrency', 'read_concurrency', 'feature readers take one copy, a snapshot'),
  done(
    shown.board,
    'decentralized_counters',
    'decentralized_counters',
    'feature a counter is one slot of its own',
  ),
  done(shown.archive, 'time_index', 'analytics_time_index: ordered set', 'feature segments in order of time'),
  done(shown.archive, 'aggregates', 'analytics_aggregates', 'feature roll-ups of 1 min and 1 h'),
  done(shown.metricsConfig, 'aggregation_interval', 'aggregation_interval default 60_000', [
    'setting metrics.collection_interval',
    'note Seconds instead of a minute: gauges are read by scrapes.',
  ]),
  done(
    shown.archiveRetention,
    'retention_period',
    'retention_period default 86_400_000',
    'feature setting: retention, default a month',
  ),
  done(shown.settingsInEffect, 'schedule', 'schedule_aggregation', [
    'setting history.recent_interval',
    'feature sampling on the clock',
  ]),
]);

const recording = section('S3.recording', 'High-performance recording', [
  done(shown.board, 'lock_free', 'lock-free metric recording', 'feature recording is one add into a slot'),
  done(shown.collector, 'record_metric', 'record_metric(metric_type, value, metadata)', [
    'feature the `MetricsCollector` face; metadata are labels',
  ]),
  done(shown.clock, 'timestamp', 'monotonic microsecond timestamps', [
    'feature the clock port: wall and monotonic microseconds',
  ]),
  done(shown.series, 'counter', 'counter: update_counter in a time bucket', [
    'feature counters are cumulative; rates come from differences',
  ]),
  done(shown.series, 'histogram', 'record_histogram', [
    'feature buckets and exponential histograms',
    'note Raw values are not kept: they grow without bound.',
  ]),
  done(shown.board, 'gauge', 'record_gauge', 'feature gauge'),
  done(shown.archive, 'index', 'update time index', 'feature rows of all series in order of time'),
  done(
    shown.analyticsTruth,
    'make_bucket',
    'make_bucket(timestamp, 60_000_000)',
    'feature intervals of time series, aligned to whole ones',
  ),
]);

const aggregation = section('S3.aggregation', 'Real-time aggregation', [
  done(shown.sketch, 'sum', 'Aggregator.sum', 'feature sum of an exponential histogram'),
  done(shown.sketch, 'count', 'Aggregator.count', 'feature count of an exponential histogram'),
  done(shown.sketch, 'min', 'Aggregator.min', 'feature smallest value of an exponential histogram'),
  done(shown.sketch, 'max', 'Aggregator.max', 'feature largest value of an exponential histogram'),
  done(shown.promql, 'sum_of_squares', 'Aggregator.sum_of_squares', [
    'feature `stddev_over_time`, from running means',
    'note Sums of squares cancel catastrophically.',
  ]),
  done(shown.sketch, 'new', 'new', 'feature an empty exponential histogram'),
  done(shown.sketch, 'add', 'add(agg, value)', 'feature add to an exponential histogram'),
  done(shown.sketch, 'merge', 'merge(agg1, agg2)', 'feature exponential histograms merge exactly'),
  done(
    shown.promql,
    'stats',
    'stats: count, sum, mean, min, max, stddev',
    'feature `count_over_time`, `sum_over_time`, `avg_over_time`, `min_over_time`, `max_over_time`, `stddev_over_time`',
  ),
  done(shown.sketch, 'stats_empty', 'stats of nothing is nil', 'feature quantiles of nothing are absent'),
  done(
    shown.analyticsTruth,
    'mean',
    'stats.mean',
    'feature `avg_over_time`; aggregation `avg` of time series',
  ),
  done(shown.rangeFunctions, 'stddev', 'stats.stddev', 'feature `stddev_over_time`'),
]);

const telemetry = section(
  'S3.telemetry',
  'Telemetry integration',
  [
    done(shown.storage, 'variable_read', '[variable, read]', 'event storage.read_completed'),
    done(shown.storage, 'variable_write', '[variable, write]', 'event storage.write_completed'),
    done(shown.storage, 'variable_delete', '[variable, delete]', 'event storage.delete_completed'),
    done(shown.storage, 'cache_hit', '[cache, hit]', 'event storage.cache_accessed'),
    done(shown.storage, 'cache_miss', '[cache, miss]', 'event storage.cache_accessed'),
    done(shown.storage, 'cache_eviction', '[cache, eviction]', 'event storage.cache_evicted'),
    done(shown.metricCatalogue, 'optimization_started', '[optimization, started]', [
      'event execution.optimization_started',
    ]),
    done(shown.custom, 'optimization_progress', '[optimization, progress]', [
      'feature progress of an optimisation as a custom gauge (`metric.sampled`)',
    ]),
    done(shown.execution, 'optimization_completed', '[optimization, completed]', [
      'event execution.optimization_completed',
    ]),
    done(shown.execution, 'optimization_failed', '[optimization, failed]', [
      'event execution.optimization_completed',
      'note Field `outcome`.',
    ]),
    done(shown.execution, 'session_created', '[session, created]', 'event execution.instance_created'),
    done(
      shown.execution,
      'session_terminated',
      '[session, terminated]',
      'event execution.instance_terminated',
    ),
    done(shown.process, 'error', '[error]', 'event process.error_raised'),
    done(shown.hooks, 'attach_many', 'setup_telemetry_handlers: :telemetry.attach_many', [
      'feature channels of `node:diagnostics_channel` behind one hook object',
    ]),
    done(
      shown.metricCatalogue,
      'handle',
      'handle_telemetry_event',
      'feature handlers of an observer, by event type',
    ),
    done(shown.metricCatalogue, 'event_to_metric', 'event_to_metric_type: counter, histogram, gauge', [
      'feature observers map events to series',
    ]),
  ],
  'A telemetry event is an event of the vocabulary; the handler table is the observer of its domain.',
);

const exportFormats = section('S3.export', 'Export formats', [
  open(
    'export_metrics',
    'export_metrics(format, time_range), default last hour',
    'feature `quorumscope export`',
  ),
  done(shown.exposition, 'prometheus', 'prometheus: export_prometheus_format', 'route GET /metrics'),
  done(shown.exporters, 'json', 'json: export_json_format', 'feature export: JSON, JSON Lines'),
  done(shown.exporters, 'csv', 'csv: export_csv_format', 'feature export: CSV by RFC 4180'),
  done(shown.statsd, 'statsd', 'statsd: export_statsd_format', 'feature export: StatsD and DogStatsD'),
  done(shown.exposition, 'type_line', '# TYPE name type', 'route GET /metrics'),
  done(shown.exposition, 'value_line', 'name value timestamp', [
    'route GET /metrics',
    'note Without a timestamp: the scraper stamps, and stale series end.',
  ]),
]);

const alerting = section('S3.alerting', 'Alerting integration', [
  done(shown.alertSidecar, 'check_alerts', 'check_alerts(metrics)', 'feature evaluation of the rule files'),
  done(shown.rules, 'alert_rules', 'alert_rules', 'feature shipped rule files: docs/ALERTS.md'),
  done(shown.rulesTidy, 'rule_name', 'rule: name', 'feature rule: `alert`'),
  done(shown.rules, 'rule_condition', 'rule: condition', 'feature rule: `expr`'),
  done(shown.rulesTidy, 'rule_severity', 'rule: severity', 'feature rule: label `severity`'),
  done(shown.alertLife, 'evaluate', 'evaluate_alert_rule(rule, metrics)', 'feature PromQL evaluation'),
  done(shown.paging, 'trigger', 'trigger_alert', 'feature lifecycle and routing'),
  done(shown.rules, 'high_error_rate', 'high_error_rate: error_rate > 0.05, critical', [
    'setting alerts.thresholds.max_error_rate',
    'feature rule `HotStuffStorageErrors`: errors over operations',
  ]),
  done(shown.rules, 'slow_reads', 'slow_reads: read_latency_p95 > 10_000, warning', [
    'setting alerts.thresholds.max_storage_read_time',
    'feature rule `HotStuffReadsSlow`: storage read quantile 0.95 above 10 ms',
  ]),
  done(shown.rules, 'low_cache_hit_rate', 'low_cache_hit_rate: hit_rate < 0.8, info', [
    'setting alerts.thresholds.min_cache_hit_rate',
    'feature rule `HotStuffCacheHitRateLow`',
  ]),
]);

const testing = section('S3.testing', 'Testing scenarios', [
  done(shown.series, 'counter_updates', 'Metric Recording: high-frequency counter updates', [
    'feature tests and bench of bound handles',
  ]),
  done(shown.sketch, 'histogram_accuracy', 'Metric Recording: histogram accuracy', [
    'feature error bound of the exponential histogram as a property',
  ]),
  done(shown.board, 'gauge_consistency', 'Metric Recording: gauge consistency', [
    'feature a snapshot is one consistent copy',
  ]),
  done(
    shown.archive,
    'bucket_accuracy',
    'Aggregation: time bucket accuracy',
    'feature tests of roll-ups against raw data',
  ),
  done(shown.sketch, 'percentiles', 'Aggregation: percentile calculations', [
    'feature quantiles against sorted values',
  ]),
  done(shown.promql, 'rates', 'Aggregation: rate calculations', "feature Prometheus's own test files"),
  done(shown.benchRecord, 'recording_overhead', 'Performance: recording overhead', 'feature `npm run bench`'),
  done(shown.benchPromql, 'query_latency', 'Performance: query latency', 'feature `npm run bench`'),
  done(shown.benchHours, 'memory_usage', 'Performance: memory usage', 'feature `npm run bench`'),
  done(shown.accounting, 'no_loss', 'Accuracy: no metric loss', [
    'feature received = processed + duplicate + unknown + dropped + invalid, per source',
  ]),
  done(shown.promqlDifferential, 'correct_aggregations', 'Accuracy: correct aggregations', [
    'feature equal answers from the sidecar and a real Prometheus',
  ]),
  done(shown.clock, 'time_precision', 'Accuracy: time precision', 'feature integer microseconds throughout'),
]);

const checklist = section('S3.checklist', 'Implementation checklist', [
  done(shown.board, 'storage', 'Create Analytics GenServer with ETS storage', 'feature the board'),
  done(shown.board, 'types', 'Implement metric type system', 'feature metric definitions as data'),
  done(shown.board, 'recording', 'Add high-performance recording', 'feature bound handles'),
  done(shown.derived, 'aggregation', 'Create real-time aggregation', 'feature observers and derived gauges'),
  done(shown.sketch, 'percentiles', 'Implement percentile calculations', 'feature exponential histogram'),
  done(
    shown.dashboards,
    'dashboard',
    'Add dashboard generation',
    'feature dashboard data, Grafana dashboards',
  ),
  done(shown.archive, 'queries', 'Create time series queries', 'feature PromQL over history'),
  done(shown.hooks, 'telemetry', 'Integrate telemetry handlers', 'feature hooks'),
  done(
    shown.exporters,
    'export',
    'Add export formats',
    'feature JSON, CSV, StatsD, InfluxDB, OTLP beside Prometheus',
  ),
  done(
    shown.embeddedAlerts,
    'alerting',
    'Implement alerting hooks',
    'feature handlers of alerts for embedders',
  ),
  done(shown.bench, 'performance_tests', 'Write performance tests', 'feature `npm run bench` with floors'),
  done(shown.accounting, 'accuracy_tests', 'Add accuracy tests', 'feature property test of the accounting'),
  done(
    shown.benchPipeline,
    'load_tests',
    'Create load tests',
    'feature what a simulated network states, over a real socket, as fast as it is taken',
  ),
  done(shown.catalogue, 'document', 'Document metric definitions', 'document docs/METRICS.md'),
]);

const success = section('S3.success', 'Success criteria', [
  done(shown.benchRecord, 'performance', 'Performance: < 1 us metric recording overhead', [
    'feature recording through a bound handle in nanoseconds, by `npm run bench`',
  ]),
  done(shown.accounting, 'accuracy', 'Accuracy: no metric loss under load', [
    'feature every event is counted as processed, duplicate, unknown, dropped or invalid',
  ]),
  done(shown.benchPipeline, 'scalability', 'Scalability: handle millions of metrics/minute', [
    'feature more than 200,000 events/s from a socket per second of processor time, of the mix that a simulated network states, 12 million a minute; `npm run bench` holds it to 500,000, which it does not reach',
  ]),
  open('usability', 'Usability: instant dashboard generation', 'feature live page without a build step'),
  done(shown.prometheusApi, 'flexibility', 'Flexibility: support custom queries', [
    'route GET /api/v1/query',
    'command query',
    'feature PromQL',
  ]),
  done(
    shown.exporters,
    'integration',
    'Integration: export to standard formats',
    'feature exporters under one contract suite',
  ),
]);

/** Stage 4.4: Analytics and Monitoring Implementation. */
export const bridgeAnalytics: Specification = {
  id: 'S3',
  title: 'Stage 4.4: Analytics and Monitoring Implementation',
  about:
    'Analytics of the DSPex bridge. A variable is a stored key, a session a plugin instance (for the sidecar itself, ' +
    "an attached source), gRPC the node's network, an optimisation one of the execution engine.",
  sections: [
    requirements,
    module,
    metricTypes,
    storage,
    recording,
    aggregation,
    dashboard,
    percentiles,
    timeSeries,
    telemetry,
    exportFormats,
    alerting,
    testing,
    checklist,
    success,
  ],
};
