/**
 * Requirements of "Fuel Metering Analytics". The document speaks of WASM plugins; here a plugin is a
 * contract or plugin that the node executes (label `contract`), and fuel is the node's fuel or gas.
 */
import { next, practices } from './fuel-practices.js';
import { done, open, section, type Specification } from './row.js';
import { shown } from './shown.js';

const architecture = section('S0.architecture', 'Analytics architecture', [
  open('insights', 'granular insights into consumption, behavior analysis, anomaly detection', [
    'feature execution analytics: metrics per contract, behaviour baselines, anomaly scores, fuel report',
  ]),
  done(shown.execution, 'plugin_execution', 'Plugin Execution', [
    'event execution.invocation_completed',
    'metric hotstuff_execution_invocations_total',
  ]),
  done(shown.execution, 'fuel_metering', 'Fuel Metering', [
    'event execution.invocation_completed',
    'metric hotstuff_execution_fuel_used_total',
    'note The node meters; the events carry fuel used, limit and classes.',
  ]),
  done(shown.metricCatalogue, 'resource_tracking', 'Resource Tracking', [
    'event execution.invocation_completed',
    'event execution.host_call_completed',
    'metric hotstuff_execution_class_operations_total',
    'metric hotstuff_execution_host_calls_total',
  ]),
  open('behavior_analysis', 'Behavior Analysis', 'feature baseline per contract and entry point'),
  open('anomaly_detection', 'Anomaly Detection', 'feature streaming detectors over any series'),
  open('report', 'Analytics Report', 'feature `quorumscope report execution`'),
  open('optimization', 'Performance Optimization', 'feature advice to the execution layer'),
  open('alerts', 'Security Alerts', 'feature alerts on threats found in execution'),
]);

const efficiency = section('S0.efficiency', 'Efficiency score', [
  done(shown.derived, 'score', 'calculate_efficiency_score: expected_fuel / actual_fuel_consumed', [
    'event execution.invocation_completed',
    'metric hotstuff_execution_efficiency_ratio',
    'note Per contract, over a window, where the node states what it expected.',
  ]),
  open('expected', 'calculate_expected_fuel', [
    'event execution.invocation_completed',
    'feature where the node states none: the median of successful runs of the same code',
    'note What the node states is the field `expected_fuel`.',
  ]),
  done(shown.execution, 'total', 'get_total_consumed', 'metric hotstuff_execution_fuel_used_total'),
  done(shown.derived, 'zero', 'score is 1.0 when nothing was consumed', [
    'metric hotstuff_execution_efficiency_ratio',
    'feature an absent gauge where nothing was consumed',
    'note Deviation: no data is said to be no data; 1.0 would claim normal behaviour.',
  ]),
  open('above', '>1.0: efficient execution (good)', 'feature thresholds and text of the efficiency panel'),
  open('equal', '=1.0: expected performance', 'feature thresholds and text of the efficiency panel'),
  done(shown.rules, 'below', '<1.0: inefficient execution (investigate)', [
    'setting alerts.thresholds.min_fuel_efficiency',
    'feature rule `HotStuffEfficiencyLow`',
  ]),
]);

const breakdown = section(
  'S0.breakdown',
  'Resource breakdown',
  [
    done(shown.execution, 'cpu', 'CPU Cycles: instruction counting, variable cost', [
      'event execution.invocation_completed',
      'metric hotstuff_execution_class_fuel_total',
      'note Class `compute`.',
    ]),
    open('cpu_analytics', 'CPU Cycles: efficiency score, patterns', 'feature efficiency ratio and baselines'),
    done(shown.metricCatalogue, 'memory', 'Memory Operations: allocation tracking, 10-1000 units', [
      'event execution.memory_grown',
      'event execution.invocation_completed',
      'metric hotstuff_execution_class_fuel_total',
      'metric hotstuff_execution_memory_peak_bytes',
      "note Class `memory`; the cost per operation is the node's, we take it as stated.",
    ]),
    open('memory_analytics', 'Memory Operations: leak detection, usage patterns', [
      'feature trend of memory held by long-lived instances, compared with the code version before',
    ]),
    done(shown.execution, 'network', 'Network Calls: request/response tracking, 2000-5000 units', [
      'event execution.host_call_completed',
      'event execution.invocation_completed',
      'metric hotstuff_execution_class_fuel_total',
      'metric hotstuff_execution_host_calls_total',
      'note Class `network`.',
    ]),
    open('network_analytics', 'Network Calls: rate limiting, timeout analysis', [
      'event execution.host_call_completed',
      'feature flooding detector; outcome `timeout` per class',
    ]),
    done(shown.execution, 'file', 'File Operations: I/O operation tracking, 1000-1500 units', [
      'event execution.host_call_completed',
      'event execution.invocation_completed',
      'metric hotstuff_execution_class_fuel_total',
      'metric hotstuff_execution_host_calls_total',
      'note Class `file`.',
    ]),
    open('file_analytics', 'File Operations: access patterns, security', [
      'event execution.host_call_completed',
      'feature outcome `denied` is a finding without statistics',
    ]),
  ],
  'Resource types are fuel classes; self cost by class adds up to the fuel of a call.',
);

const behavior = section('S0.behavior', 'Behavior analysis and anomaly detection', [
  open('baseline_patterns', 'BehaviorAnalyzer.baseline_patterns: HashMap<String, u64>', [
    'feature baseline per contract, code version, entry point and feature, bounded in number',
  ]),
  open('anomaly_threshold', 'BehaviorAnalyzer.anomaly_threshold: f64', [
    'feature setting: anomaly threshold, exported as `quorumscope_threshold`',
  ]),
  open('recent_operations', 'BehaviorAnalyzer.recent_operations: Vec<OperationPattern>', [
    'feature bounded ring of recent calls per contract',
  ]),
  open('analyze', 'analyze_behavior(operation) -> bool', 'feature detector step: value in, score out'),
  open(
    'detect',
    'detect_behavior_anomalies',
    'feature detectors: spike, trend, repeat rate, efficiency drop',
  ),
  open('cpu', 'Excessive CPU Usage: >500K cycles threshold', [
    'feature anomaly kind fuel spike; the threshold is a setting with this default',
  ]),
  open('memory_leaks', 'Memory Leaks: >1M memory operations', [
    'feature anomaly kind memory trend; the threshold is a setting with this default',
  ]),
  open('suspicious', 'Suspicious Patterns: rapid repeated operations', 'feature anomaly kind repeat rate'),
  open('efficiency_drops', 'Efficiency Drops: significant performance degradation', [
    'feature anomaly kind efficiency drop',
  ]),
]);

const report = section('S0.report', 'Fuel report', [
  open('total_consumed', 'FuelReport.total_consumed', 'feature fuel report: total per contract'),
  open('breakdown', 'FuelReport.breakdown: HashMap<InstructionType, u64>', [
    'feature fuel report: table by class whose sum is checked',
  ]),
  open('efficiency_score', 'FuelReport.efficiency_score', 'feature fuel report: efficiency with confidence'),
  open('anomalies', 'FuelReport.anomalies: Vec<FuelAnomaly>', 'feature fuel report: anomalies with evidence'),
  open('timestamp', 'FuelReport.timestamp', 'feature fuel report: window, time made, coverage'),
  open(
    'plugin_id',
    'FuelReport.plugin_id',
    'feature fuel report: per contract, code version and entry point',
  ),
  open('real_time', 'real-time: generate_report during execution', [
    'feature fuel report on request while running (`quorumscope report execution`, HTTP)',
  ]),
  open('log', 'log::info! the report', 'feature one log line per report'),
  open('periodic', 'reports every 5 minutes', 'feature setting: report interval, default 5 min'),
  open('send', 'analytics_service.send_report', 'feature reports delivered to a file or URL'),
  open('average_efficiency', 'Average Efficiency: mean efficiency across all plugins', [
    'metric hotstuff_execution_efficiency_ratio',
    'feature fuel report and recorded series: efficiency weighted by fuel',
  ]),
  done(shown.metricCatalogue, 'utilization', 'Resource Utilization: CPU, memory, network usage patterns', [
    'metric hotstuff_execution_class_fuel_total',
    'metric hotstuff_execution_class_operations_total',
    'metric hotstuff_execution_class_bytes_total',
    'metric hotstuff_process_network_bytes_per_second',
  ]),
  done(shown.metricCatalogue, 'execution_time', 'Execution Time: plugin execution duration analysis', [
    'metric hotstuff_execution_invocation_duration_seconds',
  ]),
  done(shown.execution, 'error_rates', 'Error Rates: failed executions and their causes', [
    'metric hotstuff_execution_invocations_total',
    'note Label `outcome` names the cause.',
  ]),
  open(
    'anomaly_frequency',
    'Anomaly Frequency: number of detected anomalies',
    'feature counter of anomalies',
  ),
  open(
    'suspicious',
    'Suspicious Patterns: unusual behavior patterns',
    'feature counter of anomalies by kind',
  ),
  done(shown.execution, 'abuse', 'Resource Abuse: attempts to exceed limits', [
    'metric hotstuff_execution_invocations_total',
    'metric hotstuff_execution_memory_growths_total',
    'note Outcomes `out_of_fuel`, `memory_limit`, `stack_limit`; memory growth `refused`.',
  ]),
  done(shown.execution, 'violations', 'Security Violations: failed security checks', [
    'event execution.host_call_completed',
    'metric hotstuff_execution_host_calls_total',
    'note Outcome `denied`.',
  ]),
]);

const optimization = section(
  'S0.optimization',
  'Performance optimization',
  [
    open('adjust', 'adjust_limits_based_on_behavior', [
      'event execution.limit_changed',
      'event execution.advice_answered',
      'feature advice: proposed limit with evidence, expiry and dry run; the node acts, never the sidecar',
    ]),
    open('increase_below', 'efficiency_score < 0.5: increase limits', [
      'feature advice bounded by the protocol maximum, never while a threat is open on the contract',
      'note Deviation: raising limits because of waste alone would let an attacker buy headroom.',
    ]),
    open('increase', 'increase_limits_for_plugin', 'feature advice per contract'),
    done(shown.board, 'pooling', 'Memory Pooling: reuse memory allocations', [
      'feature all series live in one flat array; slots of retired series are reused',
    ]),
    done(shown.consensus, 'gc', 'Garbage Collection: automatic cleanup of unused resources', [
      'event process.gc_completed',
      'feature series of validators that left the set, and of nodes that went, are retired',
    ]),
    open('quotas', 'Memory Limits: enforce per-plugin memory quotas', [
      'event execution.limit_changed',
      'event execution.memory_grown',
      'feature advice `quota`; the node enforces it',
    ]),
    open('instructions', 'Instruction Optimization: reduce expensive operations', [
      'feature fuel report: ranking by self fuel, by time per fuel, by failed fuel',
    ]),
    done(shown.embedded, 'parallel', 'Parallel Processing: distribute workload across cores', [
      'feature the embedded pipeline and the sealing of history run in worker threads',
    ]),
    done(shown.execution, 'cpu_caching', 'Caching: cache frequently used computations', [
      'event execution.module_handled',
      'metric hotstuff_execution_module_operations_total',
    ]),
    done(shown.httpTransport, 'connection_pool', 'NetworkOptimizer.connection_pool', [
      'feature delivery keeps connections alive per destination',
    ]),
    done(
      shown.deliveryLane,
      'rate_limiter',
      'NetworkOptimizer.rate_limiter',
      'feature delivery waits as long as a receiver asks (`Retry-After`), and longer after each failure',
    ),
    done(
      shown.deliveryLane,
      'timeout_manager',
      'NetworkOptimizer.timeout_manager',
      'feature delivery: timeouts and deadlines',
    ),
    done(shown.remoteWriteBodies, 'batch', 'Batch Requests: combine multiple requests', [
      'feature exporters send all series of an interval together: remote write some 2,000 samples a request',
    ]),
    done(shown.server, 'compression', 'Compression: compress large payloads', [
      'route GET /metrics',
      'feature gzip where the client takes it',
    ]),
    done(shown.rangeCache, 'response_caching', 'Caching: cache network responses', [
      'setting query.cache_size',
    ]),
  ],
  'What concerns the plugin becomes advice to the node; what concerns connections and allocations, the sidecar itself.',
);

const security = section('S0.security', 'Security analytics', [
  open('resource_exhaustion', 'SecurityThreat::ResourceExhaustion', [
    'feature threat: fuel high in many blocks and block execution eating the view timer',
  ]),
  open('memory_leak', 'SecurityThreat::MemoryLeak', 'feature threat: floor of held memory rises'),
  open('infinite_loop', 'SecurityThreat::InfiniteLoop', [
    'event execution.invocation_overran',
    'metric hotstuff_execution_overruns_total',
    'feature threat: repeated out of fuel with compute only, told apart from limits set too low',
  ]),
  open('network_flooding', 'SecurityThreat::NetworkFlooding', [
    'feature threat: network operations beyond baseline; any at all for on-chain contracts',
  ]),
  open('file_abuse', 'SecurityThreat::FileSystemAbuse', 'feature threat: denied or unusual file operations'),
  open('unusual', 'Unusual Patterns: detect abnormal resource usage', 'feature anomaly score per contract'),
  done(
    shown.patterns,
    'signatures',
    'Attack Signatures: identify known attack patterns',
    'feature event-pattern rules',
  ),
  open('scoring', 'Anomaly Scoring: rate suspicious behavior', 'feature gauge: anomaly score'),
  open('high_cpu', 'High CPU Usage: potential DoS attacks', 'feature alert on resource exhaustion'),
  open('leaks', 'Memory Leaks: resource exhaustion attempts', 'feature alert on memory leak'),
  open('flooding', 'Network Flooding: DDoS attack patterns', 'feature alert on flooding'),
  open('files', 'File System Abuse: unauthorized access attempts', 'feature alert on denied file operations'),
  open('terminate', 'Automatic Termination: stop malicious plugins', [
    'event execution.advice_answered',
    'feature advice `terminate`; the node acts',
  ]),
  open('quotas', 'Resource Quotas: limit resource usage', [
    'event execution.advice_answered',
    'feature advice `quota`; the node acts',
  ]),
  open('blacklist', 'Blacklisting: block malicious plugins', [
    'event execution.advice_answered',
    'feature advice `deny`; the node acts, and only where skipping work cannot fork it',
  ]),
  done(
    shown.alertRoutes,
    'alerting',
    'Alerting: notify security team',
    'feature alert routes by severity and scope',
  ),
]);

const dashboard = section('S0.dashboard', 'Analytics dashboard', [
  done(shown.execution, 'active_plugins', 'Active Plugins: number of running plugins', [
    'event execution.instance_created',
    'metric hotstuff_execution_active_instances',
  ]),
  done(shown.process, 'resource_usage', 'Resource Usage: total system resource consumption', [
    'event process.measured',
    'metric hotstuff_process_cpu_ratio',
    'metric hotstuff_process_resident_memory_bytes',
  ]),
  done(
    shown.dashboards,
    'performance',
    'Performance: overall system performance metrics',
    'feature Grafana dashboard: overview',
  ),
  open('security_status', 'Security Status: current security posture', [
    'feature findings by class on the live page and the overview dashboard',
  ]),
  done(
    shown.dashboards,
    'individual',
    'Individual Performance: per-plugin metrics',
    'feature dashboard: execution per contract',
  ),
  done(shown.dashboards, 'consumption', 'Resource Consumption: detailed resource usage', [
    'feature dashboard: fuel, operations and bytes by class',
  ]),
  done(
    shown.dashboards,
    'efficiency',
    'Efficiency Scores: performance efficiency ratings',
    'feature dashboard: efficiency',
  ),
  open('anomalies', 'Anomaly Detection: security and performance anomalies', 'feature dashboard: anomalies'),
  done(shown.archive, 'performance_trends', 'Performance Trends: long-term performance patterns', [
    'feature history with roll-ups of 1 min and 1 h',
  ]),
  done(
    shown.archive,
    'resource_history',
    'Resource Usage: historical resource consumption',
    'feature history by PromQL',
  ),
  done(shown.explain, 'incidents', 'Security Incidents: past security events', [
    'feature stored evidence, `quorumscope incident list|show|export`',
  ]),
  open('impact', 'Optimization Impact: effect of optimizations', [
    'event execution.optimization_completed',
    'feature fuel report: before and after an optimisation or a limit change',
  ]),
  open(
    'plugin_comparison',
    'Plugin Comparison: compare plugin performance',
    'feature fuel report: top lists',
  ),
  open('version_analysis', 'Version Analysis: performance across versions', [
    'feature fuel report: difference between code versions, with tolerance',
  ]),
  done(shown.dashboards, 'environment', 'Environment Comparison: different deployment environments', [
    'feature dashboard variables `chain_id` and `node_id`',
  ]),
]);

const integration = section('S0.integration', 'Integration with monitoring', [
  done(shown.execution, 'fuel_consumed', 'FuelMetrics.fuel_consumed: Counter', [
    'metric hotstuff_execution_fuel_used_total',
  ]),
  done(shown.metricCatalogue, 'execution_time', 'FuelMetrics.execution_time: Histogram', [
    'metric hotstuff_execution_invocation_duration_seconds',
  ]),
  done(shown.derived, 'efficiency_score', 'FuelMetrics.efficiency_score: Gauge', [
    'metric hotstuff_execution_efficiency_ratio',
  ]),
  open('anomaly_count', 'FuelMetrics.anomaly_count: Counter', 'feature counter of anomalies by kind'),
  done(
    shown.dashboards,
    'grafana_fuel',
    'Grafana: Fuel Consumption, real-time fuel usage',
    'feature dashboard: execution',
  ),
  done(
    shown.dashboards,
    'grafana_performance',
    'Grafana: Performance Metrics, execution time and efficiency',
    ['feature dashboard: execution'],
  ),
  open('grafana_security', 'Grafana: Security Alerts, anomaly detection and threats', [
    'feature alert annotations and anomaly panels',
  ]),
  done(shown.dashboards, 'grafana_resources', 'Grafana: Resource Utilization, CPU, memory, network usage', [
    'feature dashboard: process and sidecar',
  ]),
  done(shown.rules, 'high_fuel', 'alert HighFuelConsumption: fuel_consumed > 1000000 for 5m, warning', [
    'setting alerts.thresholds.max_call_fuel',
    'feature rule `HotStuffFuelHigh`: fuel of one call, but for one in a hundred',
    'note Mended: a counter only grows, so the threshold applies to single calls.',
  ]),
  done(shown.rules, 'high_fuel_summary', 'HighFuelConsumption summary: "High fuel consumption detected"', [
    'feature annotations with node, value and runbook link',
  ]),
  done(shown.rules, 'low_efficiency', 'alert LowEfficiency: efficiency_score < 0.5 for 2m, critical', [
    'setting alerts.thresholds.min_fuel_efficiency',
    'feature rule `HotStuffEfficiencyLow`',
    'note A warning: an inefficient contract is nothing to wake somebody for.',
  ]),
  done(shown.rules, 'low_efficiency_summary', 'LowEfficiency summary: "Low efficiency score detected"', [
    'feature annotations with contract, value and runbook link',
  ]),
  done(shown.alertChannels, 'slack', 'Slack: real-time alerts', 'feature channel: Slack'),
  done(shown.alertChannels, 'email', 'Email: critical alerts', 'feature channel: e-mail'),
  done(
    shown.alertChannels,
    'pagerduty',
    'PagerDuty: emergency escalation',
    'feature channel: PagerDuty Events v2, escalation',
  ),
  done(
    shown.alertChannels,
    'webhook',
    'Webhook: custom integrations',
    "feature channel: webhook with Alertmanager's payload",
  ),
]);

/** Fuel Metering Analytics. */
export const fuelAnalytics: Specification = {
  id: 'S0',
  title: 'Fuel Metering Analytics',
  about:
    'Fuel metering of WASM plugins. A plugin is a contract or plugin that the node executes (label ' +
    '`contract`); its execution arrives as `execution.*` events; fuel is the fuel or gas of the node.',
  sections: [
    architecture,
    efficiency,
    breakdown,
    behavior,
    report,
    optimization,
    security,
    dashboard,
    integration,
    practices,
    next,
  ],
};
