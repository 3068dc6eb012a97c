/**
 * Where each metric of the specification lives: the metric structs of document 004, the metric types of
 * 003, the fuel metrics of 000 and the collected metrics of 002 and 001, mapped to ours. A test holds
 * that every name on the right exists and that no field of 004 is missing.
 */

/** One name of the specification. */
export interface SeedName {
  readonly seed: string;
  readonly kind: 'Counter' | 'Gauge' | 'Histogram';
  /** Full names of ours, the main one first. */
  readonly metrics: readonly string[];
  /** Where ours differs, and why. */
  readonly note?: string;
}

/** A group of names as the specification gives them. */
export interface SeedGroup {
  readonly title: string;
  readonly names: readonly SeedName[];
}

type Row = readonly [seed: string, kind: SeedName['kind'], metrics: string, note?: string];

function group(title: string, ...rows: readonly Row[]): SeedGroup {
  const names = rows.map(([seed, kind, metrics, note]) => {
    const row = { seed, kind, metrics: metrics.split(' ').map((name) => `hotstuff_${name}`) };
    return note === undefined ? row : { ...row, note };
  });
  return { title, names };
}

const windowed = 'A gauge over the window of derived gauges.';

/** The names of all specification documents. */
export const seedGroups: readonly SeedGroup[] = [
  group(
    '004 ConsensusMetrics',
    ['blocks_proposed', 'Counter', 'consensus_blocks_proposed_total'],
    ['blocks_committed', 'Counter', 'consensus_blocks_committed_total'],
    [
      'block_proposal_time',
      'Histogram',
      'consensus_block_proposal_duration_seconds consensus_block_build_duration_seconds',
      'Entry to proposal, and the building alone.',
    ],
    [
      'block_commit_time',
      'Histogram',
      'consensus_block_commit_duration_seconds',
      "By this node's clock; by the block's own timestamp it is the finalization latency.",
    ],
    ['current_view', 'Gauge', 'consensus_current_view'],
    [
      'view_changes',
      'Counter',
      'consensus_view_changes_total',
      'Every view entered, by trigger; failed views are `trigger=~"tc|timer"`.',
    ],
    ['view_change_duration', 'Histogram', 'consensus_view_change_duration_seconds'],
    ['votes_sent', 'Counter', 'consensus_votes_sent_total'],
    [
      'votes_received',
      'Counter',
      'consensus_votes_received_total consensus_validator_votes_received_total',
      'By phase and outcome; per validator in a metric of its own.',
    ],
    ['vote_processing_time', 'Histogram', 'consensus_vote_processing_duration_seconds'],
    ['safety_violations', 'Counter', 'consensus_safety_violations_total'],
    ['liveness_timeouts', 'Counter', 'consensus_view_timeouts_total', 'What times out is a view.'],
    ['byzantine_behavior_detected', 'Counter', 'consensus_byzantine_behaviors_total'],
  ),
  group(
    '004 PerformanceMetrics',
    ['transaction_throughput', 'Gauge', 'consensus_committed_transactions_per_second', windowed],
    ['block_throughput', 'Gauge', 'consensus_committed_blocks_per_second', windowed],
    ['consensus_throughput', 'Gauge', 'consensus_decided_views_per_second', windowed],
    ['transaction_confirmation_latency', 'Histogram', 'mempool_transaction_confirmation_latency_seconds'],
    ['block_finalization_latency', 'Histogram', 'consensus_block_finalization_latency_seconds'],
    ['end_to_end_latency', 'Histogram', 'execution_end_to_end_latency_seconds'],
    ['cpu_usage', 'Gauge', 'process_cpu_ratio process_machine_cpu_ratio', 'A ratio, not percent.'],
    ['memory_usage', 'Gauge', 'process_resident_memory_bytes process_machine_memory_ratio'],
    ['disk_usage', 'Gauge', 'process_disk_used_bytes process_disk_used_ratio'],
    [
      'network_bandwidth',
      'Gauge',
      'network_bandwidth_bytes_per_second process_network_bytes_per_second',
      'From messages, over the window; and as the node measures its process.',
    ],
    ['consensus_efficiency', 'Gauge', 'consensus_efficiency_ratio', windowed],
    ['network_efficiency', 'Gauge', 'network_efficiency_ratio', 'Of the chain, over all attached nodes.'],
    ['storage_efficiency', 'Gauge', 'storage_efficiency_ratio', windowed],
  ),
  group(
    '004 NetworkMetrics',
    ['messages_sent', 'Counter', 'network_messages_sent_total'],
    ['messages_received', 'Counter', 'network_messages_received_total'],
    ['message_processing_time', 'Histogram', 'network_message_processing_duration_seconds'],
    ['message_queue_size', 'Gauge', 'network_queue_depth'],
    ['active_peers', 'Gauge', 'network_active_peers'],
    ['peer_connections', 'Counter', 'network_peer_connections_total'],
    ['peer_disconnections', 'Counter', 'network_peer_disconnections_total'],
    [
      'peer_latency',
      'Histogram',
      'network_peer_round_trip_seconds',
      'Round trips; not per peer, since peers have no bound.',
    ],
    ['bytes_sent', 'Counter', 'network_sent_bytes_total', 'The unit goes last.'],
    ['bytes_received', 'Counter', 'network_received_bytes_total', 'The unit goes last.'],
    ['bandwidth_utilization', 'Gauge', 'network_bandwidth_utilization_ratio'],
    [
      'network_partitions',
      'Counter',
      'network_partitions_total network_connected_groups network_partitions_reported_total',
      'Inferred from deliveries; what nodes themselves report is apart.',
    ],
    ['connection_failures', 'Counter', 'network_connection_failures_total'],
    ['message_delivery_rate', 'Gauge', 'network_message_delivery_ratio', 'Of the chain, per message type.'],
  ),
  group(
    '004 StorageMetrics',
    ['storage_reads', 'Counter', 'storage_reads_total'],
    ['storage_writes', 'Counter', 'storage_writes_total'],
    ['storage_deletes', 'Counter', 'storage_deletes_total'],
    ['read_latency', 'Histogram', 'storage_read_duration_seconds'],
    ['write_latency', 'Histogram', 'storage_write_duration_seconds'],
    ['batch_operation_latency', 'Histogram', 'storage_batch_duration_seconds'],
    ['storage_size', 'Gauge', 'storage_size_bytes'],
    ['storage_utilization', 'Gauge', 'storage_utilization_ratio'],
    ['storage_errors', 'Counter', 'storage_errors_total'],
    ['cache_hits', 'Counter', 'storage_cache_hits_total'],
    ['cache_misses', 'Counter', 'storage_cache_misses_total'],
    ['cache_size', 'Gauge', 'storage_cache_size_bytes'],
  ),
  group(
    '004 StateMetrics',
    ['state_transitions', 'Counter', 'state_transitions_total'],
    ['state_queries', 'Counter', 'state_queries_total'],
    ['state_snapshots', 'Counter', 'state_snapshots_total'],
    ['state_transition_time', 'Histogram', 'state_transition_duration_seconds', 'Per block applied.'],
    ['state_query_time', 'Histogram', 'state_query_duration_seconds'],
    ['snapshot_creation_time', 'Histogram', 'state_snapshot_duration_seconds'],
    ['state_size', 'Gauge', 'state_size_bytes'],
    ['account_count', 'Gauge', 'state_accounts', '`_count` is a part of a histogram.'],
    ['contract_count', 'Gauge', 'state_contracts', '`_count` is a part of a histogram.'],
    ['transaction_validations', 'Counter', 'state_transaction_validations_total'],
    ['validation_failures', 'Counter', 'state_validation_failures_total'],
    ['validation_time', 'Histogram', 'state_validation_duration_seconds'],
  ),
  group(
    '003 metric types',
    ['variable_read', 'Counter', 'storage_reads_total'],
    ['variable_write', 'Counter', 'storage_writes_total'],
    ['variable_delete', 'Counter', 'storage_deletes_total'],
    ['read_latency_us', 'Histogram', 'storage_read_duration_seconds', 'Seconds.'],
    ['write_latency_us', 'Histogram', 'storage_write_duration_seconds', 'Seconds.'],
    ['grpc_latency_us', 'Histogram', 'network_peer_round_trip_seconds', 'Seconds.'],
    ['cache_hit', 'Counter', 'storage_cache_hits_total'],
    ['cache_miss', 'Counter', 'storage_cache_misses_total'],
    ['cache_eviction', 'Counter', 'storage_cache_evictions_total'],
    ['optimization_started', 'Counter', 'execution_optimizations_started_total'],
    ['optimization_completed', 'Counter', 'execution_optimizations_completed_total', '`outcome="ok"`.'],
    ['optimization_failed', 'Counter', 'execution_optimizations_completed_total', '`outcome="failed"`.'],
    ['optimization_duration_ms', 'Histogram', 'execution_optimization_duration_seconds', 'Seconds.'],
    ['optimization_improvement', 'Gauge', 'execution_optimization_improvement_ratio'],
    ['active_sessions', 'Gauge', 'execution_active_instances'],
    ['session_created', 'Counter', 'execution_instances_created_total'],
    ['session_terminated', 'Counter', 'execution_instances_terminated_total'],
    ['operation_error', 'Counter', 'storage_errors_total process_errors_total'],
    ['grpc_error', 'Counter', 'network_connection_failures_total', 'By reason.'],
    ['timeout_error', 'Counter', 'network_connection_failures_total', '`reason="timeout"`.'],
    ['memory_usage_mb', 'Gauge', 'process_resident_memory_bytes', 'Bytes.'],
    ['process_count', 'Gauge', 'process_threads'],
    ['ets_memory_mb', 'Gauge', 'storage_cache_size_bytes', 'Bytes.'],
  ),
  group(
    '000 FuelMetrics',
    [
      'fuel_consumed',
      'Counter',
      'execution_fuel_used_total execution_class_fuel_total execution_invocation_fuel',
      'A counter only grows: limits on one call read the histogram.',
    ],
    ['execution_time', 'Histogram', 'execution_invocation_duration_seconds'],
    ['efficiency_score', 'Gauge', 'execution_efficiency_ratio', windowed],
  ),
  group(
    '001 and 002 collected metrics',
    ['gas_used', 'Counter', 'execution_fuel_used_total'],
    ['loop_execution_duration', 'Histogram', 'execution_invocation_duration_seconds'],
    ['llm_tokens_used', 'Counter', 'execution_class_fuel_total', 'A resource class per kind of token.'],
    ['tool_invocations', 'Counter', 'execution_host_calls_total'],
    ['loop_errors', 'Counter', 'execution_invocations_total', '`outcome!="ok"`.'],
    ['system_cpu_usage', 'Gauge', 'process_machine_cpu_ratio'],
    ['system_memory_used', 'Gauge', 'process_machine_memory_ratio'],
    ['active_loops', 'Gauge', 'execution_active_instances'],
  ),
];

/** Every metric field of the structs of document 004, as they stand there. */
export const seedFields: Readonly<Record<string, readonly string[]>> = {
  '004 ConsensusMetrics': [
    'blocks_proposed',
    'blocks_committed',
    'block_proposal_time',
    'block_commit_time',
    'current_view',
    'view_changes',
    'view_change_duration',
    'votes_sent',
    'votes_received',
    'vote_processing_time',
    'safety_violations',
    'liveness_timeouts',
    'byzantine_behavior_detected',
  ],
  '004 PerformanceMetrics': [
    'transaction_throughput',
    'block_throughput',
    'consensus_throughput',
    'transaction_confirmation_latency',
    'block_finalization_latency',
    'end_to_end_latency',
    'cpu_usage',
    'memory_usage',
    'disk_usage',
    'network_bandwidth',
    'consensus_efficiency',
    'network_efficiency',
    'storage_efficiency',
  ],
  '004 NetworkMetrics': [
    'messages_sent',
    'messages_received',
    'message_processing_time',
    'message_queue_size',
    'active_peers',
    'peer_connections',
    'peer_disconnections',
    'peer_latency',
    'bytes_sent',
    'bytes_received',
    'bandwidth_utilization',
    'network_partitions',
    'connection_failures',
    'message_delivery_rate',
  ],
  '004 StorageMetrics': [
    'storage_reads',
    'storage_writes',
    'storage_deletes',
    'read_latency',
    'write_latency',
    'batch_operation_latency',
    'storage_size',
    'storage_utilization',
    'storage_errors',
    'cache_hits',
    'cache_misses',
    'cache_size',
  ],
  '004 StateMetrics': [
    'state_transitions',
    'state_queries',
    'state_snapshots',
    'state_transition_time',
    'state_query_time',
    'snapshot_creation_time',
    'state_size',
    'account_count',
    'contract_count',
    'transaction_validations',
    'validation_failures',
    'validation_time',
  ],
};
