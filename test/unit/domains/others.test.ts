/** Storage, state, mempool, execution, process, network: what each event does to its metrics. */
import { describe, expect, it } from 'vitest';
import { schemas, type EventType } from '../../../src/events/vocabulary.js';
import { TestStream } from './stream.js';

type Case = readonly [
  type: EventType,
  body: Record<string, unknown>,
  shown: Readonly<Record<string, number | undefined>>,
];

/** `name{label=value}` -> value of a gauge or counter, sum of a histogram. */
const cases: readonly Case[] = [
  [
    'network.message_sent',
    { message: 'vote1', bytes: 120 },
    { 'network_messages_sent_total{message=vote1}': 1, 'network_sent_bytes_total{message=vote1}': 120 },
  ],
  [
    'network.message_received',
    { message: 'proposal', bytes: 4096, queue_us: 250 },
    {
      'network_received_bytes_total{message=proposal}': 4096,
      network_message_queue_duration_seconds: 0.00025,
    },
  ],
  [
    'network.message_processed',
    { message: 'vote1', duration_us: 80 },
    { 'network_message_processing_duration_seconds{message=vote1}': 0.00008 },
  ],
  [
    'network.message_dropped',
    { message: 'vote1', reason: 'queue_full' },
    { 'network_messages_dropped_total{message=vote1,reason=queue_full}': 1 },
  ],
  [
    'network.queue_measured',
    { queue: 'in', depth: 3, capacity: 10 },
    { 'network_queue_depth{queue=in}': 3, 'network_queue_capacity{queue=in}': 10 },
  ],
  [
    'network.peers_measured',
    { active: 5, validators: 3 },
    { network_active_peers: 5, network_connected_validators: 3, network_inbound_peers: undefined },
  ],
  [
    'network.peer_connected',
    { peer: 'p', direction: 'inbound' },
    { 'network_peer_connections_total{direction=inbound}': 1 },
  ],
  [
    'network.peer_disconnected',
    { peer: 'p', reason: 'timeout' },
    { 'network_peer_disconnections_total{reason=timeout}': 1 },
  ],
  [
    'network.connection_failed',
    { reason: 'refused' },
    { 'network_connection_failures_total{reason=refused}': 1 },
  ],
  ['network.latency_measured', { peer: 'p', rtt_us: 40_000 }, { network_peer_round_trip_seconds: 0.04 }],
  [
    'network.partition_detected',
    { affected_peers: 2 },
    { network_partitions_reported_total: 1, network_unreachable_peers: 2 },
  ],
  [
    'storage.read_completed',
    { key_type: 'block', outcome: 'not_found', duration_us: 30, bytes: 0 },
    {
      'storage_reads_total{key_type=block,outcome=not_found}': 1,
      'storage_read_duration_seconds{key_type=block}': 0.00003,
    },
  ],
  [
    'storage.write_completed',
    { key_type: 'vote', outcome: 'ok', duration_us: 900, bytes: 64, physical_bytes: 4096 },
    {
      'storage_writes_total{key_type=vote,outcome=ok}': 1,
      storage_written_bytes_total: 64,
      storage_physical_written_bytes_total: 4096,
    },
  ],
  [
    'storage.delete_completed',
    { key_type: 'block', outcome: 'ok', duration_us: 10 },
    { 'storage_deletes_total{key_type=block,outcome=ok}': 1 },
  ],
  [
    'storage.batch_completed',
    { operations: 12, outcome: 'ok', duration_us: 5000 },
    {
      storage_batch_duration_seconds: 0.005,
      storage_batch_operations: 12,
      'storage_batches_total{outcome=ok}': 1,
    },
  ],
  [
    'storage.sync_completed',
    { target: 'vote', duration_us: 3000 },
    { 'storage_sync_duration_seconds{target=vote}': 0.003 },
  ],
  [
    'storage.stalled',
    { reason: 'compaction', duration_us: 2e6 },
    { 'storage_stalls_total{reason=compaction}': 1, 'storage_stall_seconds_total{reason=compaction}': 2 },
  ],
  [
    'storage.failed',
    { operation: 'write', reason: 'full' },
    { 'storage_errors_total{operation=write,reason=full}': 1 },
  ],
  [
    'storage.cache_accessed',
    { cache: 'blocks', outcome: 'hit', count: 9 },
    { 'storage_cache_hits_total{cache=blocks}': 9, 'storage_cache_misses_total{cache=blocks}': 0 },
  ],
  [
    'storage.cache_evicted',
    { cache: 'blocks', count: 4 },
    { 'storage_cache_evictions_total{cache=blocks}': 4 },
  ],
  [
    'storage.cache_measured',
    { cache: 'blocks', size_bytes: 77 },
    { 'storage_cache_size_bytes{cache=blocks}': 77, 'storage_cache_entries{cache=blocks}': undefined },
  ],
  [
    'storage.measured',
    { size_bytes: 30, capacity_bytes: 100 },
    { storage_size_bytes: 30, storage_utilization_ratio: 0.3 },
  ],
  [
    'storage.measured',
    { size_bytes: 30, capacity_bytes: 100, used_bytes: 90 },
    { storage_utilization_ratio: 0.9 },
  ],
  ['storage.measured', { size_bytes: 30 }, { storage_size_bytes: 30, storage_utilization_ratio: undefined }],
  [
    'state.transition_applied',
    { height: 9, duration_us: 4000 },
    {
      state_transitions_total: 1,
      state_applied_height: 9,
      state_transition_duration_seconds: 0.004,
      state_apply_lag_blocks: undefined,
    },
  ],
  [
    'state.query_completed',
    { outcome: 'error', duration_us: 100 },
    { 'state_queries_total{outcome=error}': 1 },
  ],
  [
    'state.snapshot_created',
    { height: 8, duration_us: 5e6, bytes: 1000 },
    {
      state_snapshots_total: 1,
      state_snapshot_duration_seconds: 5,
      state_snapshot_size_bytes: 1000,
      state_snapshot_height: 8,
    },
  ],
  [
    'state.transaction_validated',
    { outcome: 'invalid', reason: 'nonce', duration_us: 1000, count: 4 },
    {
      'state_transaction_validations_total{outcome=invalid}': 4,
      'state_validation_failures_total{reason=nonce}': 4,
      state_validation_duration_seconds: 0.001,
    },
  ],
  [
    'state.transaction_validated',
    { outcome: 'invalid', duration_us: 1 },
    { 'state_validation_failures_total{reason=other}': 1 },
  ],
  [
    'state.measured',
    { accounts: 3, contracts: 0 },
    { state_accounts: 3, state_contracts: 0, state_size_bytes: undefined },
  ],
  [
    'mempool.transaction_admitted',
    { tx: 't', bytes: 300 },
    { mempool_transactions_admitted_total: 1, mempool_transaction_size_bytes: 300 },
  ],
  [
    'mempool.transaction_rejected',
    { reason: 'full' },
    { 'mempool_transactions_rejected_total{reason=full}': 1 },
  ],
  [
    'mempool.transaction_evicted',
    { reason: 'expired' },
    { 'mempool_transactions_evicted_total{reason=expired}': 1 },
  ],
  [
    'mempool.measured',
    { transactions: 50, capacity: 200, oldest_age_us: 3e6 },
    {
      mempool_transactions: 50,
      mempool_utilization_ratio: 0.25,
      mempool_oldest_transaction_age_seconds: 3,
      mempool_size_bytes: undefined,
    },
  ],
  [
    'execution.invocation_completed',
    {
      contract: 'c',
      entry: 'e',
      kind: 'call',
      outcome: 'revert',
      fuel_used: 800n,
      fuel_limit: 1000n,
      duration_us: 70,
      host_wait_us: 20,
      fuel_by_class: { compute: 700n, storage_read: 100 },
    },
    {
      'execution_invocations_total{contract=c,outcome=revert}': 1,
      'execution_fuel_used_total{contract=c}': 800,
      'execution_failed_fuel_total{contract=c}': 800,
      'execution_class_fuel_total{class=compute}': 700,
      execution_invocation_fuel_limit_ratio: 0.8,
      'execution_host_wait_seconds_total{contract=c}': 0.00002,
    },
  ],
  [
    'execution.invocation_completed',
    {
      contract: 'c',
      entry: 'e',
      kind: 'call',
      outcome: 'ok',
      fuel_used: 5,
      duration_us: 1,
      depth: 1,
      fuel_by_class: { compute: 5 },
    },
    {
      'execution_fuel_used_total{contract=c}': 0,
      execution_invocation_fuel: 0,
      'execution_class_fuel_total{class=compute}': 5,
      'execution_invocations_total{contract=c,outcome=ok}': 1,
    },
  ],
  [
    'execution.invocation_overran',
    { contract: 'c', entry: 'e', elapsed_us: 9e6 },
    { 'execution_overruns_total{contract=c}': 1 },
  ],
  [
    'execution.host_call_completed',
    { contract: 'c', class: 'file', outcome: 'denied', duration_us: 2 },
    { 'execution_host_calls_total{class=file,outcome=denied}': 1 },
  ],
  [
    'execution.memory_grown',
    { contract: 'c', wanted_bytes: 9, granted: false },
    { 'execution_memory_growths_total{outcome=refused}': 1 },
  ],
  [
    'execution.block_executed',
    {
      height: 4,
      transactions: 10,
      failed: 3,
      fuel_used: 90,
      fuel_limit: 100,
      failed_fuel: 7,
      duration_us: 20_000,
    },
    {
      execution_blocks_total: 1,
      execution_block_duration_seconds: 0.02,
      execution_block_fuel_limit_ratio: 0.9,
      execution_executed_height: 4,
      'execution_transactions_total{outcome=ok}': 7,
      'execution_transactions_total{outcome=failed}': 3,
      execution_block_failed_fuel_total: 7,
    },
  ],
  [
    'execution.module_handled',
    { operation: 'compile', duration_us: 1e5 },
    {
      'execution_module_operations_total{operation=compile}': 1,
      'execution_module_operation_duration_seconds{operation=compile}': 0.1,
    },
  ],
  [
    'execution.optimization_completed',
    { kind: 'jit', outcome: 'ok', duration_us: 2e6, improvement: 0.25 },
    {
      'execution_optimizations_completed_total{kind=jit,outcome=ok}': 1,
      'execution_optimization_improvement_ratio{kind=jit}': 0.25,
      execution_optimization_duration_seconds: 2,
    },
  ],
  [
    'execution.limit_changed',
    { scope: 'block', dimension: 'fuel', new: 500n, source: 'operator' },
    {
      'execution_limit{scope=block,dimension=fuel}': 500,
      'execution_limit_changes_total{source=operator}': 1,
    },
  ],
  [
    'execution.advice_answered',
    { advice: 'a', action: 'quota', result: 'applied' },
    { 'execution_advice_answers_total{action=quota,result=applied}': 1 },
  ],
  ['process.started', { lock_restored: false }, { 'process_starts_total{lock_restored=false}': 1 }],
  ['process.started', {}, { 'process_starts_total{lock_restored=unknown}': 1 }],
  ['process.stopped', { reason: 'upgrade' }, { 'process_stops_total{reason=upgrade}': 1 }],
  [
    'process.measured',
    { cpu_ratio: 1.5, disk_used_bytes: 20, disk_capacity_bytes: 80 },
    { process_cpu_ratio: 1.5, process_disk_used_ratio: 0.25, process_resident_memory_bytes: undefined },
  ],
  [
    'process.measured',
    { resident_bytes: 1e9, disk_used_bytes: 20 },
    { process_resident_memory_bytes: 1e9, process_disk_used_ratio: undefined },
  ],
  ['process.loop_lag_measured', { lag_us: 1500 }, { process_loop_lag_seconds: 0.0015 }],
  [
    'process.gc_completed',
    { kind: 'major', duration_us: 9000 },
    { 'process_gc_pause_seconds{kind=major}': 0.009 },
  ],
  [
    'process.error_raised',
    { component: 'rpc', severity: 'critical' },
    { 'process_errors_total{component=rpc,severity=critical}': 1 },
  ],
];

function read(stream: TestStream, key: string): number | undefined {
  const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(key) ?? [];
  const pairs = labels === '' ? [] : labels.split(',').map((pair) => pair.split('=') as [string, string]);
  const full = `hotstuff_${name}`;
  return stream.sum(full, Object.fromEntries(pairs)) ?? stream.value(full, Object.fromEntries(pairs));
}

describe('events of the other domains', () => {
  it.each(cases)('%s %o', (type, body, shown) => {
    const stream = new TestStream();
    stream.node().say(type, body);
    for (const [key, value] of Object.entries(shown)) {
      if (value === undefined) expect(read(stream, key), key).toBeUndefined();
      else expect(read(stream, key), key).toBeCloseTo(value, 9);
    }
  });

  it('count for as many as they stand for, where they may be sampled', () => {
    const sampled = new Set(schemas.filter((schema) => schema.sampled).map(({ type }) => type));
    const counted = cases.filter(([type]) => sampled.has(type));
    expect(counted.length).toBeGreaterThan(20);
    for (const [type, body] of counted) {
      const [once, thrice] = [new TestStream(), new TestStream()];
      once.node().say(type, { ...body, weight: 3 });
      const node = thrice.node();
      for (let i = 0; i < 3; i++) node.say(type, body);
      const rounded = (stream: TestStream): string =>
        JSON.stringify([...stream.contents()].sort()).replaceAll(/\d+\.\d+/g, (value) =>
          Number(value).toFixed(9),
        );
      expect(rounded(once), type).toBe(rounded(thrice));
    }
  });

  it('leave gauges out of weights', () => {
    const stream = new TestStream();
    stream.node().say('storage.measured', { size_bytes: 10, weight: 5 });
    expect(stream.value('hotstuff_storage_size_bytes')).toBe(10);
  });
});

describe('a new run of the node', () => {
  it('clears what was measured of the process before', () => {
    const stream = new TestStream();
    const node = stream.node();
    node.say('process.measured', { cpu_ratio: 1 });
    node.say('mempool.measured', { transactions: 9 });
    node.say('network.peers_measured', { active: 3 });
    node.say('network.queue_measured', { queue: 'in', depth: 1 });
    node.say('storage.measured', { size_bytes: 1 });
    node.say('execution.instance_created', { instance: 'i', contract: 'c' });
    node.say('consensus.sync_started', { from_height: 1 });
    const names = [
      'process_cpu_ratio',
      'mempool_transactions',
      'network_active_peers',
      'network_queue_depth',
      'storage_size_bytes',
      'execution_active_instances',
      'consensus_syncing',
    ];
    const shown = () => names.map((name) => stream.value(`hotstuff_${name}`) !== undefined);
    expect(shown()).toEqual(names.map(() => true));
    node.hello();
    expect(shown()).toEqual(names.map(() => true));
    node.hello({ run: 'run-2' });
    expect(shown()).toEqual(names.map(() => false));
    expect(stream.value('hotstuff_execution_instances_created_total')).toBe(1);
  });
});

describe('the state', () => {
  it('lags by the blocks that are final but not applied', () => {
    const stream = new TestStream();
    const node = stream.node();
    node.say('state.transition_applied', { height: 5, duration_us: 1 });
    node.say('consensus.block_committed', { view: 8, height: 8, block: 'b8' });
    expect(stream.value('hotstuff_state_apply_lag_blocks')).toBe(3);
    node.say('state.transition_applied', { height: 9, duration_us: 1 });
    expect(stream.value('hotstuff_state_apply_lag_blocks'), 'executed ahead').toBe(0);
  });
});

describe('instances', () => {
  it('are alive from creation to termination, and unknown after a gap', () => {
    const stream = new TestStream();
    const node = stream.node();
    const active = () => stream.value('hotstuff_execution_active_instances');
    for (const instance of ['a', 'b', 'c'])
      node.say('execution.instance_created', { instance, contract: 'c' });
    node.say('execution.instance_terminated', {
      instance: 'b',
      contract: 'c',
      reason: 'killed',
      lifetime_us: 7e6,
    });
    node.say('execution.instance_terminated', { instance: 'older', contract: 'c', reason: 'finished' });
    expect(active()).toBe(2);
    expect(stream.sum('hotstuff_execution_instance_lifetime_seconds')).toBe(7);
    node.gap('execution');
    expect(active()).toBeUndefined();
  });
});

describe('a split that the node believes in', () => {
  it('ends when it says so', () => {
    const stream = new TestStream();
    const node = stream.node();
    node.say('network.partition_detected', { affected_peers: 2 });
    node.say('network.partition_healed', { duration_us: 90e6 });
    expect(stream.value('hotstuff_network_unreachable_peers')).toBe(0);
    expect(stream.sum('hotstuff_network_partition_duration_seconds')).toBe(90);
  });
});
