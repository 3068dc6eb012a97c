/**
 * Requirements of "HotStuff-2 Metrics & Monitoring", second half: alerts, health, dashboards, export,
 * testing, performance targets, configuration, integration points. Read by consensus-metrics.ts.
 */
import { done, open, section, type Section } from './row.js';
import { shown } from './shown.js';

const alertConfig = section(
  'S4.alert_config',
  '`AlertConfig`',
  [
    done(shown.rules, 'max_block_time', 'max_block_time: Duration', [
      'setting alerts.thresholds.max_block_time',
      'metric quorumscope_threshold',
      'feature rule `HotStuffChainHalted` and `HotStuffNodeStalled`: time since the last commit',
    ]),
    done(shown.rules, 'max_view_change_frequency', 'max_view_change_frequency: f64', [
      'setting alerts.thresholds.max_view_change_frequency',
      'metric quorumscope_threshold',
      'feature rule `HotStuffValidatorFailsViews`, `HotStuffOwnValidatorFailsViews`, `HotStuffNetworkFailsViews`: failed views per minute',
    ]),
    done(shown.rules, 'min_transaction_throughput', 'min_transaction_throughput: f64', [
      'setting alerts.thresholds.min_transaction_throughput',
      'metric quorumscope_threshold',
      'feature rule `HotStuffThroughputLow`: transactions committed per second; off unless set',
    ]),
    done(shown.rules, 'max_peer_disconnection_rate', 'max_peer_disconnection_rate: f64', [
      'setting alerts.thresholds.max_peer_disconnection_rate',
      'metric quorumscope_threshold',
      'feature rule `HotStuffPeersUnstable`: connections lost per minute',
    ]),
    done(shown.rules, 'max_message_loss_rate', 'max_message_loss_rate: f64', [
      'setting alerts.thresholds.max_message_loss_rate',
      'metric quorumscope_threshold',
      'feature rule `HotStuffMessageLoss`: one less the message delivery ratio; `HotStuffMessagesDropped`',
    ]),
    done(shown.rules, 'max_network_latency', 'max_network_latency: Duration', [
      'setting alerts.thresholds.max_network_latency',
      'metric quorumscope_threshold',
      'feature rule `HotStuffPeerLatencyHigh`: quantile of the round trip to peers',
    ]),
    done(shown.rules, 'max_cpu_usage', 'max_cpu_usage: f64', [
      'setting alerts.thresholds.max_cpu_usage',
      'metric quorumscope_threshold',
      'feature rule `HotStuffCpuHigh`: processors of the machine',
    ]),
    done(shown.rules, 'max_memory_usage', 'max_memory_usage: f64', [
      'setting alerts.thresholds.max_memory_usage',
      'metric quorumscope_threshold',
      'feature rule `HotStuffMemoryHigh`: memory of the machine',
    ]),
    done(shown.rules, 'max_disk_usage', 'max_disk_usage: f64', [
      'setting alerts.thresholds.max_disk_usage',
      'metric quorumscope_threshold',
      'feature rule `HotStuffDiskFull` and `HotStuffStorageFull`',
    ]),
    done(shown.rules, 'max_byzantine_behavior_rate', 'max_byzantine_behavior_rate: f64', [
      'setting alerts.thresholds.max_byzantine_behavior_rate',
      'metric quorumscope_threshold',
      'feature rule `HotStuffValidatorByzantine`, `HotStuffOwnValidatorByzantine`: findings per hour; the first one fires',
    ]),
    done(shown.rules, 'max_safety_violations', 'max_safety_violations: u64', [
      'setting alerts.thresholds.max_safety_violations',
      'metric quorumscope_threshold',
      'feature rule `HotStuffSafetyViolation`: the first finding fires',
    ]),
    done(shown.rules, 'max_liveness_timeouts', 'max_liveness_timeouts: u64', [
      'setting alerts.thresholds.max_liveness_timeouts',
      'metric quorumscope_threshold',
      'feature rule `HotStuffViewsTimeOut`: views in a row that time out on every attached node',
    ]),
  ],
  'Every field is a setting, exported as `quorumscope_threshold`, against which a shipped rule compares.',
);

const alertManager = section('S4.alert_manager', '`AlertManager`', [
  done(shown.health, 'config', 'config: AlertConfig', [
    'setting alerts.thresholds.max_block_time',
    'feature thresholds as settings',
  ]),
  done(
    shown.embeddedAlerts,
    'alert_handlers',
    'alert_handlers: Vec<AlertHandler>',
    'feature receivers; a handler for embedders',
  ),
  done(shown.embeddedAlerts, 'check_consensus_health', 'check_consensus_health(metrics) -> Vec<Alert>', [
    'feature check by component: consensus',
  ]),
  done(shown.embeddedAlerts, 'check_network_health', 'check_network_health(metrics) -> Vec<Alert>', [
    'feature check by component: network',
  ]),
  done(shown.embeddedAlerts, 'check_system_health', 'check_system_health(metrics) -> Vec<Alert>', [
    'feature check by component: process and storage',
  ]),
  done(
    shown.embeddedAlerts,
    'send_alert',
    'send_alert(alert)',
    'feature send, counted as notified only when delivered',
  ),
  done(
    shown.alertKills,
    'resolve_alert',
    'resolve_alert(alert_id)',
    'feature resolve; resolves survive a restart',
  ),
]);

const health = section('S4.health', '`HealthChecker` and `HealthStatus`', [
  done(shown.health, 'consensus_health', 'consensus_health: ConsensusHealthChecker', [
    'route GET /health/{component}',
    'metric hotstuff_health',
    'feature checks of consensus: docs/HEALTH.md',
  ]),
  done(shown.health, 'network_health', 'network_health: NetworkHealthChecker', [
    'route GET /health/{component}',
    'feature checks of the network',
  ]),
  done(shown.health, 'storage_health', 'storage_health: StorageHealthChecker', [
    'route GET /health/{component}',
    'feature checks of storage; of state, mempool, execution, process and sidecar besides',
  ]),
  done(shown.healthRoutes, 'overall', 'overall_health_status -> HealthStatus', [
    'route GET /health',
    'feature `state`, `scope` and `summary` of the report',
  ]),
  done(shown.healthSimulated, 'detailed', 'detailed_health_report -> HealthReport', [
    'route GET /health',
    'feature `sidecar.health()`: issues with reason and remedy',
  ]),
  done(shown.healthRoutes, 'component', 'component_health(component) -> ComponentHealth', [
    'route GET /health/{component}',
  ]),
  done(shown.health, 'healthy', 'HealthStatus::Healthy', 'feature health state `healthy`'),
  done(shown.health, 'warning', 'HealthStatus::Warning { issues }', [
    'feature health state `warning` with issues',
  ]),
  done(shown.health, 'critical', 'HealthStatus::Critical { issues }', [
    'feature health state `critical` with issues',
  ]),
  done(shown.health, 'failing', 'HealthStatus::Failing { issues }', [
    'feature health state `failing` with issues',
  ]),
]);

const dashboards = section('S4.dashboards', '`DashboardConfig` and `DashboardExporter`', [
  done(shown.dashboards, 'consensus_dashboard', 'consensus_dashboard: ConsensusDashboardConfig', [
    'feature Grafana dashboards: consensus, validators',
  ]),
  done(
    shown.dashboards,
    'network_dashboard',
    'network_dashboard: NetworkDashboardConfig',
    'feature Grafana dashboard: network',
  ),
  done(shown.dashboards, 'system_dashboard', 'system_dashboard: SystemDashboardConfig', [
    'feature Grafana dashboards: storage and state, process and sidecar',
  ]),
  done(shown.dashboardsCustom, 'custom_dashboards', 'custom_dashboards: Vec<CustomDashboardConfig>', [
    'feature custom dashboards from configuration',
  ]),
  done(
    shown.dashboards,
    'prometheus_client',
    'prometheus_client: PrometheusClient',
    'feature data source variable of the dashboards',
  ),
  done(
    shown.dashboardsPush,
    'grafana_client',
    'grafana_client: GrafanaClient',
    'feature `quorumscope dashboards push`',
  ),
  done(shown.dashboards, 'export_consensus_dashboard', 'export_consensus_dashboard -> String', [
    'feature `quorumscope dashboards build`, also as a function',
  ]),
  done(shown.dashboards, 'export_network_dashboard', 'export_network_dashboard -> String', [
    'feature `quorumscope dashboards build`, also as a function',
  ]),
  done(shown.dashboardsCustom, 'create_custom_dashboard', 'create_custom_dashboard(config) -> String', [
    'feature custom dashboards, also as a function',
  ]),
]);

const prometheus = section('S4.prometheus', '`PrometheusExporter`', [
  done(shown.exposition, 'registry', 'registry: prometheus::Registry', [
    'route GET /metrics',
    "feature the board, the default process metrics, and an operator's own prom-client registry",
  ]),
  done(shown.settingsInEffect, 'port', 'port: u16', 'setting server.listen'),
  done(shown.settingsInEffect, 'metrics_prefix', 'metrics_prefix: String', 'setting metrics.prefix'),
  done(shown.settingsInEffect, 'new', 'new(port, prefix)', [
    'setting server.listen',
    'setting metrics.prefix',
  ]),
  done(shown.prometheus, 'start_server', 'start_server', ['command run', 'route GET /metrics']),
  done(shown.exposition, 'register_metrics', 'register_metrics(metrics)', [
    "feature an operator's own registry is merged into the page",
  ]),
  done(shown.exposition, 'scrape_metrics', 'scrape_metrics -> String', 'route GET /metrics'),
]);

const exporters = section('S4.exporters', 'Custom export formats', [
  done(shown.exportsExample, 'export_metrics', 'MetricsExporter.export_metrics(snapshot) -> Vec<u8>', [
    'feature the `MetricsExporter` face, public, with a worked example',
  ]),
  done(
    shown.exportsExample,
    'format_name',
    'MetricsExporter.format_name',
    'feature the `MetricsExporter` face',
  ),
  done(shown.exporters, 'json', 'JsonExporter', 'feature export: JSON, JSON Lines'),
  done(shown.exporters, 'csv', 'CsvExporter', 'feature export: CSV by RFC 4180'),
  done(shown.influxDb, 'influxdb', 'InfluxDbExporter', 'feature export: InfluxDB v2 and v1 line protocol'),
  done(shown.influxDb, 'influxdb_client', 'InfluxDbExporter.client', "feature InfluxDB's own client library"),
  done(
    shown.influxDb,
    'influxdb_database',
    'InfluxDbExporter.database',
    'feature settings: org and bucket, or database',
  ),
]);

const testing = section('S4.testing', 'Testing framework: `test_utils` and `MetricsTestFramework`', [
  done(shown.testingFace, 'test_utils', 'pub mod test_utils', [
    'feature package entry `quorumscope/testing`',
    'document docs/TESTING.md',
  ]),
  done(shown.testCollector, 'create_test_metrics_collector', 'create_test_metrics_collector', [
    'feature `createTestCollector` of `quorumscope/testing`',
  ]),
  done(shown.testScenario, 'simulate_consensus_load', 'simulate_consensus_load(metrics, duration)', [
    'feature `simulateConsensusLoad` of `quorumscope/testing`',
  ]),
  done(
    shown.testScenario,
    'simulate_network_conditions',
    'simulate_network_conditions(metrics, conditions)',
    ['feature `networkConditions` of `quorumscope/testing`, by name or as data, of any scenario or load'],
  ),
  done(
    shown.testExpectations,
    'assert_metrics_recorded',
    'assert_metrics_recorded(collector, expected)',
    'feature `assertMetricsRecorded` of `quorumscope/testing`',
  ),
  done(shown.testCollector, 'collector', 'MetricsTestFramework.collector', [
    'feature `createTestCollector` of `quorumscope/testing`; checks make their own, or take its options',
  ]),
  done(shown.testScenario, 'scenario_runner', 'MetricsTestFramework.scenario_runner', [
    'feature `runScenario` of `quorumscope/testing`',
  ]),
  done(shown.testChecks, 'high_throughput', 'test_high_throughput_metrics(tps, duration)', [
    'feature `checkHighThroughput` of `quorumscope/testing`',
  ]),
  done(shown.testChecks, 'large_scale', 'test_large_scale_network_metrics(peer_count)', [
    'feature `checkLargeScale` of `quorumscope/testing`',
  ]),
  done(shown.testChecks, 'overhead', 'benchmark_metrics_collection_overhead', [
    'feature `checkOverhead` of `quorumscope/testing`; `npm run bench`',
  ]),
  done(shown.testChecks, 'accuracy', 'test_metrics_accuracy(known_workload)', [
    'feature `checkAccuracy` of `quorumscope/testing`',
  ]),
  done(shown.testPrometheus, 'prometheus_export', 'test_prometheus_export', [
    'feature `checkPrometheusExport` of `quorumscope/testing`',
  ]),
  done(shown.dashboardsAnswered, 'grafana', 'test_grafana_dashboard_generation', [
    'feature every query of every panel is asked of a running sidecar, and answered unless a list says why not',
  ]),
]);

const targets = section('S4.targets', 'Target performance', [
  done(shown.benchHooks, 'overhead', 'Metrics collection overhead: < 1% of consensus performance', [
    'feature at most 600 ns per event on the thread of the node, by `npm run bench`',
  ]),
  done(shown.benchExposition, 'export', 'Metrics export: < 100ms for full snapshot', [
    'feature 10,000 series in at most 2 ms, by `npm run bench`',
  ]),
  open('refresh', 'Dashboard refresh: < 5s for live dashboards', 'feature live page, pushed by the server'),
  done(
    shown.benchLatency,
    'alert',
    'Alert response time: < 1s for critical alerts',
    'feature event-driven evaluation; measured by `npm run bench`',
  ),
  done(
    shown.benchArchive,
    'storage',
    'Storage overhead: < 100MB for 24h of metrics',
    'feature whole folder below 100 MB a day at 2,500 series every 5 s; measured by `npm run bench`',
  ),
]);

const techniques = section('S4.techniques', 'Optimization techniques', [
  done(shown.hookBatches, 'batch', 'Batch collection', 'feature hooks ship events in batches'),
  done(shown.hooks, 'sampling', 'Sampling: sample high-frequency events', [
    'feature events sampled at the source carry `weight`; votes, proposals and certificates never are',
  ]),
  done(
    shown.archiveFiles,
    'compression',
    'Compression: compress historical metrics data',
    'feature Parquet encodings and gzip',
  ),
  done(shown.board, 'lazy', 'Lazy aggregation: compute complex metrics on-demand', [
    'feature summaries and derived gauges are computed when read or on the tick',
  ]),
]);

const config = section('S4.config', '`MetricsConfig`', [
  done(shown.settingsInEffect, 'collection_enabled', 'collection_enabled: bool', 'setting metrics.enabled'),
  done(shown.settingsInEffect, 'collection_interval', 'collection_interval: Duration', [
    'setting metrics.collection_interval',
  ]),
  done(shown.settingsInEffect, 'max_metrics_memory', 'max_metrics_memory: usize', [
    'setting metrics.max_memory',
    'setting metrics.max_series',
    'note A series is reckoned at a measured size, so that memory becomes a number of series.',
  ]),
  done(
    shown.settingsInEffect,
    'prometheus_enabled',
    'prometheus_enabled: bool',
    'setting prometheus.enabled',
  ),
  done(shown.settingsInEffect, 'prometheus_port', 'prometheus_port: u16', 'setting server.listen'),
  done(
    shown.exporterSettings,
    'custom_exporters',
    'custom_exporters: Vec<ExporterConfig>',
    'feature settings of exporters',
  ),
  open('grafana_integration', 'grafana_integration: bool', 'feature settings: Grafana address and token'),
  open('dashboard_auto_generation', 'dashboard_auto_generation: bool', [
    'feature dashboards generated and pushed on start',
  ]),
  done(
    shown.dashboardsCustom,
    'custom_dashboards',
    'custom_dashboards: Vec<String>',
    'setting dashboards.custom',
  ),
  done(shown.embeddedAlerts, 'alerting_enabled', 'alerting_enabled: bool', 'setting rules.enabled'),
  done(shown.health, 'alert_config', 'alert_config: AlertConfig', [
    'setting alerts.thresholds.max_block_time',
    'feature thresholds as settings',
  ]),
  done(shown.notifications, 'alert_destinations', 'alert_destinations: Vec<AlertDestination>', [
    'feature receivers; short form for people without Alertmanager knowledge',
  ]),
  done(shown.embedded, 'metrics_sampling_rate', 'metrics_sampling_rate: f64', 'setting hooks.sampling_rate'),
  done(shown.embedded, 'batch_size', 'batch_size: usize', 'setting hooks.batch_size'),
  done(shown.embedded, 'async_export', 'async_export: bool', [
    'setting hooks.thread',
    'note Pages are rendered in a worker thread, off the event loop of the node.',
  ]),
]);

const status = section('S4.status', 'Implementation status', [
  done(
    shown.house,
    'phase',
    'Framework Phase: interfaces, design, integration points',
    'document ARCHITECTURE.md',
  ),
  done(
    shown.collector,
    'interface',
    'Metrics collection interface design',
    'feature the `MetricsCollector` face',
  ),
  done(shown.house, 'planning', 'Observability architecture planning', 'document ARCHITECTURE.md'),
  done(
    shown.exporters,
    'export',
    'Export and integration framework',
    'feature rooms `export` and `delivery`',
  ),
  done(shown.dashboards, 'dashboards', 'Dashboard and alerting design', 'feature dashboards and rule files'),
  open('implementation', 'Implementation pending', 'feature the whole of this table'),
]);

const foundation = section('S4.foundation', 'Academic foundation', [
  done(shown.prometheus, 'prometheus', 'Prometheus: metrics collection and storage', 'route GET /metrics'),
  done(
    shown.dashboards,
    'grafana',
    'Grafana: visualization and dashboards',
    'feature generated Grafana dashboards',
  ),
  done(
    shown.jaeger,
    'jaeger',
    'Jaeger: distributed tracing for protocol analysis',
    'feature a trace per view, across nodes',
  ),
  done(
    shown.otlp,
    'opentelemetry',
    'OpenTelemetry: unified observability standards',
    'feature OTLP out (traces, metrics, logs) and in',
  ),
  done(
    shown.rulesTidy,
    'sre',
    'SRE Practices',
    'feature runbook, severities, alerts on symptoms, dead-man switch',
  ),
  open('excellence', 'operational excellence', 'feature runbook, `quorumscope doctor`, clean shutdown'),
  done(
    shown.phases,
    'transparency',
    'performance transparency',
    'feature phase timing of views; figures with their floors by `npm run bench`',
  ),
  open('proactive', 'proactive monitoring', 'feature quorum margin, trends, anomaly scores'),
]);

const integration = section('S4.integration', 'Integration points', [
  done(shown.consensus, 'consensus', 'consensus/: core consensus metrics and performance', [
    'event consensus.view_entered',
    'feature domain consensus',
  ]),
  done(shown.network, 'network', 'network/: network communication and peer management', [
    'event network.message_sent',
    'feature domain network',
  ]),
  done(shown.storage, 'storage', 'storage/: storage performance', [
    'event storage.read_completed',
    'feature domain storage',
  ]),
  done(shown.health, 'storage_health', 'storage/: health monitoring', 'feature checks of storage'),
  done(shown.participation, 'validator', 'validator/: validator performance and reputation tracking', [
    'feature participation windows and reputation score per validator',
  ]),
  done(shown.mempool, 'mempool', 'mempool/: transaction pool metrics and throughput', [
    'event mempool.measured',
    'metric hotstuff_mempool_transactions',
  ]),
]);

/** The second half of the document, in its order. */
export const operationsSections: readonly Section[] = [
  alertConfig,
  alertManager,
  health,
  dashboards,
  prometheus,
  exporters,
  testing,
  targets,
  techniques,
  config,
  status,
  foundation,
  integration,
];
