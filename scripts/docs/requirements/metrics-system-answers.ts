/** What the metrics system answers and raises: its analytics, its dashboard, its alert rules. */
import { done, open, section } from './row.js';
import { shown } from './shown.js';

export const analytics = section(
  'S2.analytics',
  'Analytics queries',
  [
    done(
      shown.analytics,
      'storage',
      'AnalyticsEngine.storage',
      'feature PromQL evaluator over any series source',
    ),
    done(shown.rangeCache, 'cache', 'AnalyticsEngine.cache', [
      'setting query.cache_size',
      'feature cache of repeated range queries',
    ]),
    done(shown.analytics, 'loop_performance_stats', 'loop_performance_stats(loop_type, time_range)', [
      'feature performance statistics by label, as a function and as documented PromQL',
    ]),
    done(shown.prometheusApi, 'metric_names', 'MetricQuery.metric_names', 'feature PromQL selector'),
    done(
      shown.prometheusApi,
      'filters',
      'MetricQuery.filters: Filter::Label',
      'feature PromQL label matchers',
    ),
    done(shown.queryApi, 'time_range', 'MetricQuery.time_range', [
      'route GET /api/v1/query_range',
      'feature `start`, `end` and `step`',
    ]),
    done(
      shown.promql,
      'aggregation_percentiles',
      'MetricQuery.aggregation: Percentiles(0.5, 0.95, 0.99)',
      'feature `histogram_quantile`',
    ),
    done(shown.prometheusApi, 'aggregation_sum', 'MetricQuery.aggregation: Sum', 'feature `sum`'),
    done(shown.prometheusApi, 'group_by', 'MetricQuery.group_by', 'feature `sum by (...)`'),
    done(
      shown.analytics,
      'median_duration',
      'PerformanceStats.median_duration',
      'feature performance statistics: median',
    ),
    done(
      shown.analytics,
      'p95_duration',
      'PerformanceStats.p95_duration',
      'feature performance statistics: p95',
    ),
    done(
      shown.analytics,
      'p99_duration',
      'PerformanceStats.p99_duration',
      'feature performance statistics: p99',
    ),
    done(
      shown.analytics,
      'total_executions',
      'PerformanceStats.total_executions',
      'feature performance statistics: count',
    ),
    done(
      shown.analytics,
      'success_rate',
      'PerformanceStats.success_rate: calculate_success_rate',
      'feature performance statistics: success rate',
    ),
    done(shown.analyticsAsked, 'token_usage_report', 'token_usage_report(time_range)', [
      'feature usage report: fuel by contract and class, with cost',
    ]),
    done(
      shown.analyticsAsked,
      'total_tokens',
      'TokenUsageReport.total_tokens',
      'feature usage report: total fuel',
    ),
    done(
      shown.analyticsAsked,
      'by_loop_type',
      'TokenUsageReport.by_loop_type',
      'feature usage report: by contract',
    ),
    done(
      shown.analyticsAsked,
      'by_token_type',
      'TokenUsageReport.by_token_type',
      'feature usage report: by class',
    ),
    done(shown.analyticsAsked, 'estimated_cost', 'TokenUsageReport.estimated_cost: calculate_token_cost', [
      'feature usage report: cost by a price table given by the caller',
    ]),
  ],
  'Loop = view or call of a contract; tokens = fuel, so that the token report is a fuel usage report.',
);

export const dashboard = section('S2.dashboard', 'Real-time dashboard', [
  done(shown.healthSimulated, 'system_health', 'DashboardData.system_health: calculate_system_health', [
    'route GET /health',
    'feature state of chain and nodes, each issue with its reason',
  ]),
  done(shown.viewsInProgress, 'active_loops', 'DashboardData.active_loops: get_active_loops', [
    'route GET /api/quorumscope/v1/views',
    'feature current view of each node, its leader and when it was entered',
    'note An active loop is a view in progress.',
  ]),
  done(shown.consensusRun, 'recent_errors', 'DashboardData.recent_errors: get_recent_errors', [
    'route GET /api/quorumscope/v1/verdicts',
    'route GET /api/quorumscope/v1/evidence',
  ]),
  done(
    shown.analytics,
    'performance_metrics',
    'DashboardData.performance_metrics: get_performance_metrics',
    'feature throughput and latency figures',
  ),
  open(
    'resource_usage',
    'DashboardData.resource_usage: get_resource_usage',
    'feature CPU, memory, disk, network of each node',
  ),
  open('analytics', 'MetricsDashboard.analytics', 'feature live page asks the query API'),
  open('update_interval', 'MetricsDashboard.update_interval', 'feature setting: refresh of the live page'),
  open('subscribers', 'MetricsDashboard.subscribers', 'feature Server-Sent Events'),
  open('start', 'start: tick, collect, notify subscribers', 'feature live stream of dashboard data'),
  done(shown.analytics, 'collect', 'collect_dashboard_data', 'feature dashboard data for a time range'),
]);

export const alerts = section('S2.alerts', 'Alert rules', [
  done(shown.alertLife, 'name', 'AlertRule.name', 'feature rule: `alert`'),
  done(shown.alertLife, 'condition', 'AlertRule.condition', 'feature rule: `expr`'),
  done(shown.conditions, 'severity', 'AlertRule.severity', 'feature rule: label `severity`'),
  done(shown.conditions, 'cooldown', 'AlertRule.cooldown', 'feature rule form: cooldown'),
  done(shown.alertRoutes, 'actions', 'AlertRule.actions', 'feature routes to receivers'),
  done(
    shown.alertLife,
    'metric_threshold',
    'AlertCondition::MetricThreshold',
    'feature PromQL comparison with `for`',
  ),
  done(shown.conditions, 'metric_threshold_metric', 'MetricThreshold.metric', 'feature rule form: metric'),
  done(
    shown.conditions,
    'metric_threshold_operator',
    'MetricThreshold.operator',
    'feature rule form: comparator',
  ),
  done(
    shown.conditions,
    'metric_threshold_threshold',
    'MetricThreshold.threshold',
    'feature rule form: threshold',
  ),
  done(shown.alertLife, 'metric_threshold_duration', 'MetricThreshold.duration', 'feature rule: `for`'),
  done(
    shown.rules,
    'error_rate',
    'AlertCondition::ErrorRate',
    'feature PromQL ratio of rates, as in rule `HotStuffStorageErrors`',
  ),
  done(shown.conditions, 'error_rate_threshold', 'ErrorRate.threshold', 'feature rule form: threshold'),
  done(shown.conditions, 'error_rate_window', 'ErrorRate.window', 'feature rule form: window'),
  done(
    shown.embeddedAlerts,
    'custom',
    'AlertCondition::Custom(predicate)',
    'feature predicate condition for embedders',
  ),
  done(shown.alertSidecar, 'rules', 'AlertManager.rules', 'feature rule files, reloaded atomically'),
  done(
    shown.alertSidecar,
    'analytics',
    'AlertManager.analytics',
    'feature rules are evaluated by the query engine',
  ),
  done(
    shown.alertChannels,
    'notification_channels',
    'AlertManager.notification_channels',
    'feature receivers',
  ),
  done(
    shown.alertLife,
    'evaluate_rules',
    'evaluate_rules',
    'feature evaluation on an interval, and at once for findings',
  ),
  done(shown.rulesPromtool, 'check_rule', 'check_rule(rule)', 'feature `quorumscope test rules`'),
  done(
    shown.alertLife,
    'fire_alert',
    'fire_alert(alert)',
    'feature lifecycle inactive, pending, firing, resolved',
  ),
]);
