/**
 * Requirements of "Performance Monitoring and Analytics". The document describes five contracts on
 * one chain; here they are rooms of the sidecar, beside the node and off the chain.
 */
import { done, open, section, type Specification } from './row.js';
import { shown } from './shown.js';

const components = section(
  'S1.components',
  'Core components',
  [
    done(shown.intake, 'monitoring', 'Performance Monitoring Contract: metrics collection and analysis', [
      'feature rooms `intake`, `domains`, `metrics`: events in, series out',
    ]),
    done(
      shown.archive,
      'storage',
      'Analytics Storage Contract: time-series data and aggregation',
      'feature room `history`',
    ),
    open('dashboard', 'Monitoring Dashboard Contract: visualization and user interfaces', [
      'feature live page and generated Grafana dashboards',
    ]),
    done(
      shown.paging,
      'alerting',
      'Alerting System Contract: real-time alerts and notifications',
      'feature room `alerts`: rules, routes, receivers',
    ),
    done(shown.exporters, 'external', 'External Monitoring Contract: integration with external tools', [
      'feature rooms `export`, `tracing`, `delivery`',
    ]),
  ],
  'A contract that serves the analytics becomes a room of the sidecar; a contract that is watched, a `contract` of the execution domain.',
);

const metrics = section('S1.metrics', 'Performance metrics', [
  done(shown.execution, 'gas', 'Gas usage tracking', [
    'event execution.invocation_completed',
    'event execution.block_executed',
    'metric hotstuff_execution_fuel_used_total',
  ]),
  done(shown.metricCatalogue, 'execution_time', 'Execution time monitoring', [
    'metric hotstuff_execution_invocation_duration_seconds',
    'metric hotstuff_execution_block_duration_seconds',
  ]),
  done(shown.storage, 'storage', 'Storage operation analysis', [
    'event storage.read_completed',
    'event storage.write_completed',
    'event storage.delete_completed',
    'metric hotstuff_storage_reads_total',
    'metric hotstuff_storage_writes_total',
    'metric hotstuff_storage_deletes_total',
  ]),
  done(shown.execution, 'errors', 'Error rate tracking', [
    'metric hotstuff_execution_invocations_total',
    'metric hotstuff_storage_errors_total',
    'note Errors over all by label `outcome`.',
  ]),
  done(shown.custom, 'custom', 'Custom metric collection', [
    'event metric.declared',
    'event metric.changed',
    'event metric.observed',
    'event metric.sampled',
  ]),
]);

const storage = section('S1.storage', 'Analytics & storage', [
  done(
    shown.archive,
    'buckets',
    'Time-series data buckets',
    'feature history: journal, hourly segments, daily files',
  ),
  done(shown.archive, 'aggregation_hourly', 'Data aggregation: hourly', 'feature roll-up 1 h'),
  done(shown.analyticsDays, 'aggregation_daily', 'Data aggregation: daily', [
    'feature daily aggregate on query: time series of intervals of a day, as a function of the package',
    'note Days of UTC.',
  ]),
  done(shown.analyticsDays, 'aggregation_weekly', 'Data aggregation: weekly', [
    'feature weekly aggregate on query: time series of intervals of a week, as a function of the package',
    'note A week is seven days of UTC that begin with a Thursday.',
  ]),
  open('aggregation_monthly', 'Data aggregation: monthly', 'feature monthly aggregate on query'),
  done(shown.rangeCache, 'cache', 'Query caching for performance', [
    'setting query.cache_size',
    'feature cache of repeated range queries',
  ]),
  done(
    shown.archiveRetention,
    'retention',
    'Data retention policies',
    'feature retention by age, size, resolution and selector',
  ),
  done(
    shown.archiveFiles,
    'compression',
    'Compression for historical data',
    'feature delta-encoded, compressed Parquet files',
  ),
]);

const dashboards = section('S1.dashboards', 'Dashboards', [
  done(
    shown.dashboardsCustom,
    'layouts',
    'Customizable dashboard layouts',
    'feature custom dashboards from configuration: grid',
  ),
  open('widgets', 'Real-time widgets and charts', 'feature live page; Grafana panels'),
  open('sharing', 'Public/private sharing options', [
    'feature live page behind authentication, read-only role; folders in Grafana',
  ]),
  done(
    shown.dashboardsCustom,
    'templates',
    'Dashboard templates',
    'feature shipped dashboards as templates for custom ones',
  ),
  open('preferences', 'User preferences', 'feature live page remembers theme and panels in the browser'),
]);

const alerting = section('S1.alerting', 'Alerting', [
  done(
    shown.alertSidecar,
    'rules',
    'Configurable alert rules',
    'feature Prometheus rule files, evaluated as they are',
  ),
  done(shown.rulesTidy, 'severities', 'Multiple severity levels', 'feature severity critical, warning, info'),
  done(
    shown.notifier,
    'rate_limiting',
    'Rate limiting and suppression',
    'feature rate limits, inhibition, silences',
  ),
  done(shown.notifier, 'escalation', 'Escalation policies', 'feature escalation after unacknowledged time'),
  done(shown.alertChannels, 'channels', 'Multiple notification channels', [
    'feature channels: Slack, PagerDuty, e-mail, webhook, Discord, Telegram, log',
  ]),
]);

const external = section('S1.external', 'External integration', [
  done(
    shown.alertChannels,
    'webhooks',
    'Webhook endpoints',
    "feature channel: webhook with Alertmanager's payload",
  ),
  open('api_keys', 'API key management', 'feature API keys with scope and expiry, stored as hashes'),
  done(
    shown.exportCommand,
    'export',
    'Data export functionality',
    'feature `quorumscope export`; export over HTTP',
  ),
  done(shown.prometheus, 'third_party', 'Third-party tool integration', [
    'route GET /metrics',
    "note Prometheus scrapes it; an operator's own prom-client registry is merged in.",
  ]),
  done(
    shown.victoriaMetrics,
    'sync',
    'Sync with external monitoring',
    'feature remote write, OTLP, InfluxDB, StatsD on an interval',
  ),
]);

const recording = section('S1.record_metric', 'Recording metrics: `record_metric`', [
  done(shown.custom, 'contract_address', 'contract_address', [
    'event metric.changed',
    'note A label of the metric, such as `contract`.',
  ]),
  done(shown.custom, 'name', 'metric name: "gas_used"', 'event metric.declared'),
  done(shown.custom, 'value', 'value: gas_amount', ['event metric.observed', 'event metric.sampled']),
  done(shown.custom, 'unit', 'unit: "gas"', ['event metric.declared', 'note Field `unit`.']),
  done(shown.custom, 'function', 'function: "function_name"', [
    'event metric.changed',
    'note A label of the metric; calls of contracts carry it as `entry`.',
  ]),
  done(shown.custom, 'metadata', 'metadata', [
    'event metric.changed',
    'note Field `labels`, under a budget.',
  ]),
  done(shown.collector, 'metric_id', 'returns metric_id', [
    'feature a bound handle: the index of the series, recorded through without a lookup',
  ]),
]);

const createRule = section('S1.create_alert_rule', 'Creating alert rules: `create_alert_rule`', [
  done(
    shown.alertSidecar,
    'admin',
    'admin',
    'feature rules change by file and reload only, by who may write the file',
  ),
  done(shown.conditions, 'name', 'name: "High Gas Usage"', 'feature rule form: name'),
  done(shown.conditions, 'contract', 'contract: Some(contract_address)', 'feature rule form: label matchers'),
  done(shown.conditions, 'metric', 'metric: "gas_used"', 'feature rule form: metric'),
  done(shown.conditions, 'comparator', 'comparator: "gt"', 'feature rule form: comparator'),
  done(shown.conditions, 'threshold', 'threshold: 1000000', 'feature rule form: threshold'),
  done(shown.conditions, 'window', 'window: 300 (5 minutes)', 'feature rule form: window'),
  done(shown.conditions, 'min_points', 'min data points: 10', 'feature rule form: minimum points'),
  done(
    shown.conditions,
    'severity',
    'severity: "high"',
    'feature rule form: severity; high becomes critical',
  ),
  done(shown.conditions, 'cooldown', 'cooldown: 300', 'feature rule form: cooldown'),
  done(shown.alertSidecar, 'rule_id', 'returns rule_id', 'feature rules are named by group and alert'),
]);

const createDashboard = section('S1.create_dashboard', 'Building dashboards: `create_dashboard`', [
  done(
    shown.dashboardsPush,
    'owner',
    'owner',
    'feature `quorumscope dashboards push` with the token of its owner',
  ),
  done(shown.dashboardsCustom, 'title', 'title: "Performance Overview"', 'feature custom dashboard: title'),
  done(
    shown.dashboardsCustom,
    'description',
    'description: "Main performance dashboard"',
    'feature custom dashboard: description',
  ),
  done(shown.dashboardsCustom, 'layout', 'layout: "grid"', 'feature custom dashboard: grid'),
  done(shown.dashboardsCustom, 'columns', 'columns: 3', 'feature custom dashboard: columns'),
  done(shown.dashboardsCustom, 'rows', 'rows: 4', 'feature custom dashboard: rows'),
  done(
    shown.dashboardsPush,
    'dashboard_id',
    'returns dashboard_id',
    'feature stable dashboard uid; pushing twice changes nothing',
  ),
]);

const createIntegration = section('S1.create_integration', 'External integration: `create_integration`', [
  done(shown.openapi, 'owner', 'owner', 'feature integrations change by configuration only'),
  done(shown.exporterSettings, 'name', 'name: "Prometheus Integration"', 'feature exporter setting: name'),
  done(shown.exporterSettings, 'type', 'type: "prometheus"', 'feature exporter setting: kind'),
  done(
    shown.remoteWrite,
    'mode',
    'mode: "push"',
    'feature Prometheus remote write; pushes to a URL on an interval',
  ),
  done(shown.exporterSettings, 'config', 'config', 'feature exporter settings, all problems at once'),
  done(shown.exporterSettings, 'auth', 'auth type: "api_key"', 'feature exporter setting: credential kind'),
  done(
    shown.exportersSidecar,
    'credentials',
    'encrypted_creds',
    'feature secrets from files (`_file`), never logged or served',
  ),
  done(shown.exporters, 'format', 'format: "json"', 'feature exporter setting: format'),
  done(shown.exporters, 'interval', 'sync every minute: 60', 'feature exporter setting: interval'),
  done(
    shown.exportersSidecar,
    'integration_id',
    'returns integration_id',
    'feature integrations listed, paused and tested by API',
  ),
]);

const conditions = section('S1.conditions', 'Alert rule conditions', [
  done(
    shown.conditions,
    'threshold',
    'Threshold: simple value comparison',
    'feature PromQL comparison; rule form: comparator and threshold',
  ),
  done(
    shown.conditions,
    'rate',
    'Rate: rate-based alerts over time windows',
    'feature PromQL `rate`; rule form: function and window',
  ),
  open('anomaly', 'Anomaly: statistical anomaly detection', 'feature rules on anomaly scores'),
  done(shown.patterns, 'pattern', 'Pattern: complex pattern matching', [
    'feature event-pattern rules: counted and ordered sequences of events',
  ]),
]);

const widgets = section('S1.widgets', 'Dashboard widgets', [
  done(shown.dashboardsCustom, 'line', 'Charts: line', 'feature custom dashboard: time series panel'),
  done(shown.dashboardsCustom, 'bar', 'Charts: bar', 'feature custom dashboard: bar chart panel'),
  done(shown.dashboardsCustom, 'pie', 'Charts: pie', 'feature custom dashboard: pie chart panel'),
  done(shown.dashboardsCustom, 'gauge', 'Charts: gauge', 'feature custom dashboard: gauge panel'),
  done(
    shown.dashboardsCustom,
    'metrics',
    'Metrics: single value displays',
    'feature custom dashboard: stat panel',
  ),
  done(
    shown.dashboardsCustom,
    'tables',
    'Tables: tabular data presentation',
    'feature custom dashboard: table panel',
  ),
  done(
    shown.dashboardsCustom,
    'alerts',
    'Alerts: active alert displays',
    'feature custom dashboard: alert list panel',
  ),
]);

const retention = section('S1.retention', 'Data retention', [
  done(
    shown.archiveRetention,
    'periods',
    'Configurable retention periods',
    'feature settings: retention by age and size',
  ),
  done(
    shown.archive,
    'compression',
    'Automatic data compression',
    'feature segments are sealed hourly, compacted daily',
  ),
  done(
    shown.archiveRetention,
    'granularity',
    'Granularity-based cleanup',
    'feature retention per resolution',
  ),
  done(shown.archiveRetention, 'compliance', 'Compliance-aware policies', [
    'feature `hold` (never deleted) and `purge_after` (deletion recorded) by selector',
  ]),
]);

const benefits = section('S1.benefits', 'Benefits', [
  done(shown.prometheus, 'real_time', 'Real-time Monitoring: immediate visibility', [
    'route GET /metrics',
    'feature an event is on the board when its line has been read',
  ]),
  open('proactive', 'Proactive Alerts: early detection of performance issues', [
    'feature alert in under a second from the event; trends and anomaly scores',
  ]),
  open('decisions', 'Data-driven Decisions: analytics for optimization opportunities', [
    'feature fuel report, participation tables, incident report',
  ]),
  done(shown.benchArchive, 'scalability', 'Scalability: efficient storage and querying for high volume', [
    'feature archive of at most 1.2 bytes a sample, from which a day is answered in milliseconds; measured by `npm run bench`',
  ]),
  done(shown.exposition, 'integration', 'Integration Ready: seamless integration with external tools', [
    'route GET /metrics',
    'feature text 0.0.4 and OpenMetrics 1.0',
  ]),
]);

const security = section('S1.security', 'Security considerations', [
  done(shown.openapi, 'admin_only', 'Admin-only configuration changes', [
    'command check config',
    'feature configuration by file, environment and flags only; no route changes it',
  ]),
  open('rate_limiting', 'Rate limiting on API endpoints', 'feature limits per client and per query'),
  open('credentials', 'Encrypted credential storage', 'feature secrets from files, encrypted at rest'),
  open('access_control', 'Access control for sensitive data', [
    'feature authentication and roles; without them nothing but loopback is served',
  ]),
  open('audit', 'Audit logging for all operations', 'feature hash-chained audit log'),
]);

const future = section('S1.future', 'Future enhancements', [
  open('machine_learning', 'Machine learning for anomaly detection', [
    'feature streaming detectors, scored on the Numenta anomaly benchmark',
  ]),
  done(
    shown.explain,
    'visualization',
    'Advanced visualization options',
    'feature pictures in the incident report; view ribbon of `quorumscope demo`; traces',
  ),
  open('mobile', 'Mobile dashboard support', 'feature live page usable on a narrow screen'),
  done(
    shown.nats,
    'tools',
    'Enhanced external tool integrations',
    'feature OTLP, Jaeger, remote write, StatsD, NATS',
  ),
  open(
    'recommendations',
    'Automated optimization recommendations',
    'feature advice with evidence and expiry',
  ),
]);

const overview = section('S1.overview', 'Overview', [
  open('comprehensive', 'comprehensive performance monitoring and analytics system', [
    'feature the whole of this table',
    'note "Stellar Insured Soroban contracts" are the contracts that a node executes.',
  ]),
]);

/** Performance Monitoring and Analytics. */
export const performanceAnalytics: Specification = {
  id: 'S1',
  title: 'Performance Monitoring and Analytics',
  about:
    'Monitoring of Soroban contracts by further contracts. The watched contract is a contract of the ' +
    'execution domain, gas is fuel; the watching contracts are rooms of the sidecar.',
  sections: [
    overview,
    components,
    metrics,
    storage,
    dashboards,
    alerting,
    external,
    recording,
    createRule,
    createDashboard,
    createIntegration,
    conditions,
    widgets,
    retention,
    benefits,
    security,
    future,
  ],
};
