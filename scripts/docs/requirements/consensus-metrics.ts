/**
 * Requirements of "HotStuff-2 Metrics & Monitoring": principles, architecture, collection, and every
 * metric of its structs. Alerts, health, dashboards, export, testing and configuration are in
 * consensus-operations.ts.
 */
import { operationsSections } from './consensus-operations.js';
import { done, open, section, type Specification } from './row.js';
import { shown } from './shown.js';

const principles = section('S4.principles', 'Design philosophy', [
  open('observability', 'comprehensive observability into consensus, network, system health', [
    'document docs/METRICS.md',
    'feature metrics, view verdicts, traces, health',
  ]),
  done(
    shown.benchHooks,
    'low_overhead',
    'Low-Overhead Collection',
    'feature hooks of bounded work, by `npm run bench`',
  ),
  done(shown.metricCatalogue, 'coverage', 'Comprehensive Coverage', [
    'document docs/METRICS.md',
    'feature domains consensus, network, storage, state, mempool, execution, process, custom',
  ]),
  open('real_time', 'Real-Time Insights: live dashboards and alerting', 'feature live page, alerts'),
  done(shown.phases, 'analysis', 'Performance Analysis: deep dive for consensus optimization', [
    'metric hotstuff_consensus_quorum_closing_gap_seconds',
    'metric hotstuff_consensus_validator_quorum_closings_total',
    'metric hotstuff_consensus_second_phase_duration_seconds',
    'metric hotstuff_consensus_view_timer_used_ratio',
    'metric hotstuff_consensus_validator_participation_ratio',
    'metric hotstuff_consensus_validator_reputation_ratio',
    'metric hotstuff_consensus_quorum_margin_voting_power',
    'feature view records, phase timing, participation, `quorumscope explain VIEW`',
  ]),
  done(shown.exposition, 'standards', 'Standards Compliance: standard monitoring ecosystems', [
    'route GET /metrics',
    'feature text 0.0.4 and OpenMetrics 1.0',
  ]),
]);

const architecture = section('S4.architecture', 'Architecture overview', [
  done(shown.hooks, 'instrumentation', 'Instrumentation & Data Collection', [
    'document docs/PROTOCOL.md',
    'feature hooks in process; NDJSON over a socket',
  ]),
  done(shown.board, 'engine', 'Metrics Engine', 'feature the board'),
  done(shown.traces, 'tracing', 'Tracing System', [
    'document docs/TRACES.md',
    'feature view records, execution and sampled transactions become spans; numbers lead to traces by exemplars',
  ]),
  done(shown.logLines, 'logging', 'Logging Service', 'feature structured logs with trace ids; logs by OTLP'),
  done(shown.intake, 'events', 'Events Stream', [
    'document docs/EVENTS.md',
    'feature event stream in; recording of what was received',
  ]),
  done(shown.prometheus, 'prometheus', 'Prometheus Export', 'route GET /metrics'),
  done(shown.jaeger, 'jaeger', 'Jaeger Export', 'feature traces by OTLP and by the Jaeger exporter'),
  done(shown.dashboards, 'grafana', 'Grafana Dashboards', 'feature dashboards generated from the catalogue'),
  done(shown.exportsExample, 'custom', 'Custom Export', 'feature the `MetricsExporter` face'),
]);

const collector = section('S4.collector', '`MetricsCollector` trait', [
  done(
    shown.collector,
    'increment_counter',
    'increment_counter(name, labels)',
    'feature collector: increment',
  ),
  done(shown.collector, 'increment_counter_by', 'increment_counter_by(name, value, labels)', [
    'feature collector: increment by',
  ]),
  done(shown.collector, 'set_gauge', 'set_gauge(name, value, labels)', 'feature collector: set'),
  done(shown.collector, 'increment_gauge', 'increment_gauge(name, delta, labels)', [
    'feature collector: increment a gauge',
  ]),
  done(shown.collector, 'record_histogram', 'record_histogram(name, value, labels)', [
    'feature collector: record',
  ]),
  done(shown.collector, 'time_operation', 'time_operation(name, labels, operation) -> R', [
    'feature collector: time an operation',
  ]),
  done(shown.collector, 'record_custom_metric', 'record_custom_metric(metric)', [
    'feature collector: custom metrics',
  ]),
  done(shown.collector, 'flush_metrics', 'flush_metrics', 'feature collector: flush'),
  done(shown.board, 'labels', 'Label-based organization', 'feature labels, interned, under a budget'),
  done(shown.ship, 'non_blocking', 'Async collection: non-blocking metrics recording', [
    'feature recording is one add; hooks hand over to a worker thread or a socket',
  ]),
  done(shown.collector, 'timing', 'Timing utilities', 'feature collector: time an operation'),
  done(shown.custom, 'custom', 'Custom metric support', ['event metric.declared', 'event metric.observed']),
]);

const consensus = section('S4.consensus', '`ConsensusMetrics`', [
  done(shown.consensus, 'blocks_proposed', 'blocks_proposed: Counter', [
    'event consensus.proposal_sent',
    'metric hotstuff_consensus_blocks_proposed_total',
  ]),
  done(shown.consensus, 'blocks_committed', 'blocks_committed: Counter', [
    'event consensus.block_committed',
    'metric hotstuff_consensus_blocks_committed_total',
  ]),
  done(shown.consensus, 'block_proposal_time', 'block_proposal_time: Histogram', [
    'event consensus.proposal_sent',
    'metric hotstuff_consensus_block_proposal_duration_seconds',
  ]),
  done(shown.consensus, 'block_commit_time', 'block_commit_time: Histogram', [
    'event consensus.block_committed',
    'metric hotstuff_consensus_block_commit_duration_seconds',
  ]),
  done(shown.consensus, 'current_view', 'current_view: Gauge', [
    'event consensus.view_entered',
    'metric hotstuff_consensus_current_view',
  ]),
  done(shown.consensus, 'view_changes', 'view_changes: Counter', [
    'event consensus.view_entered',
    'metric hotstuff_consensus_view_changes_total',
  ]),
  done(shown.consensus, 'view_change_duration', 'view_change_duration: Histogram', [
    'event consensus.view_timed_out',
    'event consensus.view_entered',
    'metric hotstuff_consensus_view_change_duration_seconds',
  ]),
  done(shown.metricCatalogue, 'votes_sent', 'votes_sent: Counter', [
    'event consensus.vote_sent',
    'metric hotstuff_consensus_votes_sent_total',
  ]),
  done(shown.consensus, 'votes_received', 'votes_received: Counter', [
    'event consensus.vote_received',
    'metric hotstuff_consensus_votes_received_total',
  ]),
  done(shown.consensus, 'vote_processing_time', 'vote_processing_time: Histogram', [
    'event consensus.vote_received',
    'metric hotstuff_consensus_vote_processing_duration_seconds',
  ]),
  done(shown.consensus, 'safety_violations', 'safety_violations: Counter', [
    'event consensus.safety_violated',
    'metric hotstuff_consensus_safety_violations_total',
  ]),
  done(shown.consensus, 'liveness_timeouts', 'liveness_timeouts: Counter', [
    'event consensus.view_timed_out',
    'metric hotstuff_consensus_view_timeouts_total',
  ]),
  done(shown.consensus, 'byzantine_behavior_detected', 'byzantine_behavior_detected: Counter', [
    'event consensus.byzantine_detected',
    'metric hotstuff_consensus_byzantine_behaviors_total',
  ]),
]);

const consensusMethods = section(
  'S4.consensus_methods',
  '`ConsensusMetrics` methods',
  [
    done(shown.hooks, 'record_block_proposed', 'record_block_proposed(height, view, tx_count)', [
      'event consensus.proposal_sent',
    ]),
    done(shown.hooks, 'record_block_committed', 'record_block_committed(height, view, latency)', [
      'event consensus.block_committed',
      'note Latency is computed from the timestamps, not taken on trust.',
    ]),
    done(shown.hooks, 'record_block_proposal_time', 'record_block_proposal_time(duration)', [
      'event consensus.proposal_sent',
      'note Field `build_us`.',
    ]),
    done(shown.hooks, 'record_view_change', 'record_view_change(from_view, to_view, reason)', [
      'event consensus.view_entered',
      'note Field `trigger` is the reason.',
    ]),
    done(shown.hooks, 'update_current_view', 'update_current_view(view)', 'event consensus.view_entered'),
    done(shown.hooks, 'record_vote_sent', 'record_vote_sent(vote_type, view)', 'event consensus.vote_sent'),
    done(shown.hooks, 'record_vote_received', 'record_vote_received(vote_type, view, validator)', [
      'event consensus.vote_received',
    ]),
    done(shown.hooks, 'record_safety_violation', 'record_safety_violation(violation_type, view)', [
      'event consensus.safety_violated',
    ]),
    done(shown.hooks, 'record_byzantine_behavior', 'record_byzantine_behavior(behavior_type, validator)', [
      'event consensus.byzantine_detected',
    ]),
  ],
  'A method is a hook: `record_vote_sent` is `hooks.consensus.voteSent`, and the event of the same name on the wire.',
);

const performance = section('S4.performance', '`PerformanceMetrics`', [
  done(shown.derived, 'transaction_throughput', 'transaction_throughput: Gauge', [
    'event consensus.block_committed',
    'metric hotstuff_consensus_committed_transactions_per_second',
  ]),
  done(shown.derived, 'block_throughput', 'block_throughput: Gauge', [
    'event consensus.block_committed',
    'metric hotstuff_consensus_committed_blocks_per_second',
  ]),
  done(shown.derived, 'consensus_throughput', 'consensus_throughput: Gauge', [
    'event consensus.view_entered',
    'metric hotstuff_consensus_decided_views_per_second',
  ]),
  done(shown.derived, 'transaction_confirmation_latency', 'transaction_confirmation_latency: Histogram', [
    'event mempool.transaction_committed',
    'metric hotstuff_mempool_transaction_confirmation_latency_seconds',
  ]),
  done(shown.derived, 'block_finalization_latency', 'block_finalization_latency: Histogram', [
    'event consensus.block_committed',
    'metric hotstuff_consensus_block_finalization_latency_seconds',
  ]),
  done(shown.derived, 'end_to_end_latency', 'end_to_end_latency: Histogram', [
    'event execution.result_persisted',
    'metric hotstuff_execution_end_to_end_latency_seconds',
  ]),
  done(shown.process, 'cpu_usage', 'cpu_usage: Gauge', [
    'event process.measured',
    'metric hotstuff_process_cpu_ratio',
  ]),
  done(shown.process, 'memory_usage', 'memory_usage: Gauge', [
    'event process.measured',
    'metric hotstuff_process_resident_memory_bytes',
  ]),
  done(shown.process, 'disk_usage', 'disk_usage: Gauge', [
    'event process.measured',
    'metric hotstuff_process_disk_used_bytes',
  ]),
  done(shown.metricCatalogue, 'network_bandwidth', 'network_bandwidth: Gauge', [
    'event process.measured',
    'metric hotstuff_process_network_bytes_per_second',
  ]),
  done(shown.derived, 'consensus_efficiency', 'consensus_efficiency: Gauge', [
    'event consensus.view_entered',
    'event consensus.block_committed',
    'metric hotstuff_consensus_efficiency_ratio',
  ]),
  done(shown.derived, 'network_efficiency', 'network_efficiency: Gauge', [
    'event network.message_sent',
    'metric hotstuff_network_efficiency_ratio',
  ]),
  done(shown.derived, 'storage_efficiency', 'storage_efficiency: Gauge', [
    'event storage.write_completed',
    'metric hotstuff_storage_efficiency_ratio',
  ]),
]);

const network = section('S4.network', '`NetworkMetrics`', [
  done(shown.network, 'messages_sent', 'messages_sent: Counter', [
    'event network.message_sent',
    'metric hotstuff_network_messages_sent_total',
  ]),
  done(shown.metricCatalogue, 'messages_received', 'messages_received: Counter', [
    'event network.message_received',
    'metric hotstuff_network_messages_received_total',
  ]),
  done(shown.network, 'message_processing_time', 'message_processing_time: Histogram', [
    'event network.message_processed',
    'metric hotstuff_network_message_processing_duration_seconds',
  ]),
  done(shown.network, 'message_queue_size', 'message_queue_size: Gauge', [
    'event network.queue_measured',
    'metric hotstuff_network_queue_depth',
  ]),
  done(shown.network, 'active_peers', 'active_peers: Gauge', [
    'event network.peers_measured',
    'metric hotstuff_network_active_peers',
  ]),
  done(shown.network, 'peer_connections', 'peer_connections: Counter', [
    'event network.peer_connected',
    'metric hotstuff_network_peer_connections_total',
  ]),
  done(shown.network, 'peer_disconnections', 'peer_disconnections: Counter', [
    'event network.peer_disconnected',
    'metric hotstuff_network_peer_disconnections_total',
  ]),
  done(shown.network, 'peer_latency', 'peer_latency: Histogram', [
    'event network.latency_measured',
    'metric hotstuff_network_peer_round_trip_seconds',
  ]),
  done(shown.network, 'bytes_sent', 'bytes_sent: Counter', [
    'event network.message_sent',
    'metric hotstuff_network_sent_bytes_total',
  ]),
  done(shown.network, 'bytes_received', 'bytes_received: Counter', [
    'event network.message_received',
    'metric hotstuff_network_received_bytes_total',
  ]),
  done(shown.derived, 'bandwidth_utilization', 'bandwidth_utilization: Gauge', [
    'event network.link_measured',
    'metric hotstuff_network_bandwidth_utilization_ratio',
  ]),
  done(shown.derived, 'network_partitions', 'network_partitions: Counter', [
    'event network.message_sent',
    'event network.message_received',
    'event network.partition_detected',
    'metric hotstuff_network_partitions_total',
    'metric hotstuff_network_partitions_reported_total',
    'note Inferred from deliveries between attached validators; what a node believes is counted apart.',
  ]),
  done(shown.network, 'connection_failures', 'connection_failures: Counter', [
    'event network.connection_failed',
    'metric hotstuff_network_connection_failures_total',
  ]),
  done(shown.derived, 'message_delivery_rate', 'message_delivery_rate: Gauge', [
    'event network.message_sent',
    'event network.message_received',
    'metric hotstuff_network_message_delivery_ratio',
  ]),
]);

const networkMethods = section('S4.network_methods', '`NetworkMetrics` methods', [
  done(shown.hooks, 'record_message_sent', 'record_message_sent(msg_type, peer, size)', [
    'event network.message_sent',
  ]),
  done(shown.hooks, 'record_message_received', 'record_message_received(msg_type, peer, size)', [
    'event network.message_received',
  ]),
  done(shown.hooks, 'record_message_processing_time', 'record_message_processing_time(msg_type, duration)', [
    'event network.message_processed',
  ]),
  done(shown.hooks, 'record_peer_connected', 'record_peer_connected(peer, connection_type)', [
    'event network.peer_connected',
  ]),
  done(shown.hooks, 'record_peer_disconnected', 'record_peer_disconnected(peer, reason)', [
    'event network.peer_disconnected',
  ]),
  done(shown.hooks, 'update_peer_count', 'update_peer_count(count)', 'event network.peers_measured'),
  done(shown.hooks, 'record_network_partition', 'record_network_partition(affected_peers)', [
    'event network.partition_detected',
  ]),
  done(shown.hooks, 'record_connection_failure', 'record_connection_failure(peer, error)', [
    'event network.connection_failed',
  ]),
]);

const storage = section('S4.storage', '`StorageMetrics`', [
  done(shown.storage, 'storage_reads', 'storage_reads: Counter', [
    'event storage.read_completed',
    'metric hotstuff_storage_reads_total',
  ]),
  done(shown.storage, 'storage_writes', 'storage_writes: Counter', [
    'event storage.write_completed',
    'metric hotstuff_storage_writes_total',
  ]),
  done(shown.storage, 'storage_deletes', 'storage_deletes: Counter', [
    'event storage.delete_completed',
    'metric hotstuff_storage_deletes_total',
  ]),
  done(shown.storage, 'read_latency', 'read_latency: Histogram', [
    'event storage.read_completed',
    'metric hotstuff_storage_read_duration_seconds',
  ]),
  done(shown.metricCatalogue, 'write_latency', 'write_latency: Histogram', [
    'event storage.write_completed',
    'metric hotstuff_storage_write_duration_seconds',
  ]),
  done(shown.storage, 'batch_operation_latency', 'batch_operation_latency: Histogram', [
    'event storage.batch_completed',
    'metric hotstuff_storage_batch_duration_seconds',
  ]),
  done(shown.storage, 'storage_size', 'storage_size: Gauge', [
    'event storage.measured',
    'metric hotstuff_storage_size_bytes',
  ]),
  done(shown.storage, 'storage_utilization', 'storage_utilization: Gauge', [
    'event storage.measured',
    'metric hotstuff_storage_utilization_ratio',
  ]),
  done(shown.storage, 'storage_errors', 'storage_errors: Counter', [
    'event storage.failed',
    'metric hotstuff_storage_errors_total',
  ]),
  done(shown.storage, 'cache_hits', 'cache_hits: Counter', [
    'event storage.cache_accessed',
    'metric hotstuff_storage_cache_hits_total',
  ]),
  done(shown.storage, 'cache_misses', 'cache_misses: Counter', [
    'event storage.cache_accessed',
    'metric hotstuff_storage_cache_misses_total',
  ]),
  done(shown.storage, 'cache_size', 'cache_size: Gauge', [
    'event storage.cache_measured',
    'metric hotstuff_storage_cache_size_bytes',
  ]),
]);

const storageMethods = section('S4.storage_methods', '`StorageMetrics` methods', [
  done(shown.hooks, 'record_storage_read', 'record_storage_read(key_type, duration, success)', [
    'event storage.read_completed',
  ]),
  done(shown.hooks, 'record_storage_write', 'record_storage_write(key_type, size, duration)', [
    'event storage.write_completed',
  ]),
  done(shown.hooks, 'record_batch_operation', 'record_batch_operation(operation_count, duration)', [
    'event storage.batch_completed',
  ]),
  done(shown.hooks, 'update_storage_size', 'update_storage_size(size_bytes)', 'event storage.measured'),
]);

const state = section('S4.state', '`StateMetrics`', [
  done(shown.state, 'state_transitions', 'state_transitions: Counter', [
    'event state.transition_applied',
    'metric hotstuff_state_transitions_total',
  ]),
  done(shown.state, 'state_queries', 'state_queries: Counter', [
    'event state.query_completed',
    'metric hotstuff_state_queries_total',
  ]),
  done(shown.state, 'state_snapshots', 'state_snapshots: Counter', [
    'event state.snapshot_created',
    'metric hotstuff_state_snapshots_total',
  ]),
  done(shown.state, 'state_transition_time', 'state_transition_time: Histogram', [
    'event state.transition_applied',
    'metric hotstuff_state_transition_duration_seconds',
  ]),
  done(shown.metricCatalogue, 'state_query_time', 'state_query_time: Histogram', [
    'event state.query_completed',
    'metric hotstuff_state_query_duration_seconds',
  ]),
  done(shown.state, 'snapshot_creation_time', 'snapshot_creation_time: Histogram', [
    'event state.snapshot_created',
    'metric hotstuff_state_snapshot_duration_seconds',
  ]),
  done(shown.state, 'state_size', 'state_size: Gauge', [
    'event state.measured',
    'metric hotstuff_state_size_bytes',
  ]),
  done(shown.state, 'account_count', 'account_count: Gauge', [
    'event state.measured',
    'metric hotstuff_state_accounts',
  ]),
  done(shown.state, 'contract_count', 'contract_count: Gauge', [
    'event state.measured',
    'metric hotstuff_state_contracts',
  ]),
  done(shown.state, 'transaction_validations', 'transaction_validations: Counter', [
    'event state.transaction_validated',
    'metric hotstuff_state_transaction_validations_total',
  ]),
  done(shown.state, 'validation_failures', 'validation_failures: Counter', [
    'event state.transaction_validated',
    'metric hotstuff_state_validation_failures_total',
  ]),
  done(shown.state, 'validation_time', 'validation_time: Histogram', [
    'event state.transaction_validated',
    'metric hotstuff_state_validation_duration_seconds',
  ]),
]);

/** HotStuff-2 Metrics & Monitoring. */
export const consensusMetrics: Specification = {
  id: 'S4',
  title: 'HotStuff-2 Metrics & Monitoring',
  about:
    'Metrics of a HotStuff-2 node. Its names are kept where the conventions allow; durations are in seconds, shares ' +
    'are ratios, counters end with `_total`.',
  sections: [
    principles,
    architecture,
    collector,
    consensus,
    consensusMethods,
    performance,
    network,
    networkMethods,
    storage,
    storageMethods,
    state,
    ...operationsSections,
  ],
};
