/** Storage, state, transaction pool, execution and process of single nodes: always about oneself. */
import type { HealthRule } from '../rule.js';
import { at, escalating, fixed, seconds } from '../rule.js';
import { figure, percent, span } from './words.js';

const own = { per: 'node', scope: 'self', worse: 'above' } as const;
const storage = { ...own, component: 'storage' } as const;
const state = { ...own, component: 'state' } as const;
const mempool = { ...own, component: 'mempool' } as const;
const execution = { ...own, component: 'execution' } as const;

/** The checks of storage. */
export const storageRules: readonly HealthRule[] = [
  {
    ...storage,
    check: 'storage.errors',
    alert: 'HotStuffStorageErrors',
    measures: 'storage operations that fail, over reads and writes',
    levels: escalating('critical', 'max_error_rate', 'failing', 0.5, seconds(10)),
    measure: (read) => {
      const reads = read.growth('hotstuff_storage_reads_total');
      const writes = read.growth('hotstuff_storage_writes_total');
      const operations = (reads ?? 0) + (writes ?? 0);
      if (operations <= 0) return undefined;
      return (read.growth('hotstuff_storage_errors_total') ?? 0) / operations;
    },
    reason: ({ value }, read) => `${percent(value)} of the reads and writes of node ${read.node} fail.`,
    remedy: 'Make room or replace the device; a validator that cannot store its vote must not vote.',
  },
  {
    ...storage,
    check: 'storage.stalled',
    alert: 'HotStuffStorageStalled',
    measures: 'share of the time for which the storage engine held writes back',
    levels: at('critical', 'max_storage_stall', seconds(10)),
    measure: (read) => read.rate('hotstuff_storage_stall_seconds_total'),
    reason: ({ value }, read) =>
      `The storage of node ${read.node} held writes back for ${percent(value)} of the time.`,
    remedy: 'Faster device, more room for compaction, or less load beside it.',
  },
  {
    ...storage,
    check: 'storage.sync_slow',
    alert: 'HotStuffFsyncSlow',
    slack: 0,
    measures: 'time to make a vote or lock durable, but for one in a hundred',
    levels: at('warning', 'max_storage_sync_time', seconds(15)),
    measure: (read) =>
      read.quantile('hotstuff_storage_sync_duration_seconds', 0.99, { target: ['vote', 'lock'] }),
    reason: ({ value }, read) =>
      `Votes and locks of node ${read.node} take up to ${span(value)} to reach the disk.`,
    remedy: 'Give the data a device of its own; every view waits for it.',
  },
  {
    ...storage,
    check: 'storage.reads_slow',
    alert: 'HotStuffReadsSlow',
    slack: 0,
    measures: 'time of reads, but for one in twenty',
    levels: at('warning', 'max_storage_read_time', seconds(60)),
    measure: (read) => read.quantile('hotstuff_storage_read_duration_seconds', 0.95),
    reason: ({ value }, read) => `One in twenty reads of node ${read.node} takes ${span(value)} or longer.`,
    remedy: 'A larger cache or a faster device.',
  },
  {
    ...storage,
    check: 'storage.writes_slow',
    alert: 'HotStuffWritesSlow',
    slack: 0,
    measures: 'time of writes, but for one in twenty',
    levels: at('warning', 'max_storage_write_time', seconds(60)),
    measure: (read) => read.quantile('hotstuff_storage_write_duration_seconds', 0.95),
    reason: ({ value }, read) => `One in twenty writes of node ${read.node} takes ${span(value)} or longer.`,
    remedy: 'See who else uses the device, and whether compaction is behind.',
  },
  {
    ...storage,
    check: 'storage.full',
    alert: 'HotStuffStorageFull',
    measures: 'share of the capacity of the store in use',
    levels: escalating('warning', 'max_disk_usage', 'critical', 0.95, seconds(10)),
    measure: (read) => read.gauge('hotstuff_storage_utilization_ratio'),
    reason: ({ value }, read) => `${percent(value)} of the storage of node ${read.node} is in use.`,
    remedy: 'Prune, or enlarge the device.',
  },
];

/** The checks of the state. */
export const stateRules: readonly HealthRule[] = [
  {
    ...state,
    check: 'state.behind',
    alert: 'HotStuffStateBehind',
    judgesProgress: true,
    measures: 'final blocks that are not yet applied',
    levels: at('warning', 'max_apply_lag', seconds(30)),
    measure: (read) => read.gauge('hotstuff_state_apply_lag_blocks'),
    reason: ({ value }, read) =>
      `${value} final blocks of node ${read.node} are not yet applied to its state.`,
    remedy: 'Faster machine, or smaller blocks.',
  },
  {
    ...state,
    check: 'state.apply_slow',
    alert: 'HotStuffStateApplySlow',
    slack: 0,
    measures: "time to apply one block's changes, but for one in twenty",
    levels: at('warning', 'max_apply_time', seconds(60)),
    measure: (read) => read.quantile('hotstuff_state_transition_duration_seconds', 0.95),
    reason: ({ value }, read) =>
      `One in twenty blocks takes node ${read.node} ${span(value)} or longer to apply.`,
    remedy: 'Faster storage or a larger cache.',
  },
];

/** The checks of the transaction pool. */
export const mempoolRules: readonly HealthRule[] = [
  {
    ...mempool,
    check: 'mempool.full',
    alert: 'HotStuffMempoolFull',
    measures: 'how full the pool is',
    levels: at('warning', 'max_mempool_usage', seconds(60)),
    measure: (read) => read.gauge('hotstuff_mempool_utilization_ratio'),
    reason: ({ value }, read) => `The transaction pool of node ${read.node} is ${percent(value)} full.`,
    remedy: 'Limit at the door, or let blocks take more.',
  },
  {
    ...mempool,
    check: 'mempool.stuck',
    alert: 'HotStuffTransactionsStuck',
    measures: 'age of the oldest waiting transaction',
    levels: at('warning', 'max_transaction_age', seconds(30)),
    measure: (read) => read.gauge('hotstuff_mempool_oldest_transaction_age_seconds'),
    reason: ({ value }, read) => `The oldest transaction at node ${read.node} has waited for ${span(value)}.`,
    remedy: 'Compare with your other nodes: if theirs are young, this one does not pass transactions on.',
  },
];

/** The checks of execution. */
export const executionRules: readonly HealthRule[] = [
  {
    ...execution,
    check: 'execution.behind',
    alert: 'HotStuffExecutionBehind',
    judgesProgress: true,
    measures: 'final blocks that are not yet executed',
    levels: at('warning', 'max_apply_lag', seconds(30)),
    measure: (read) => {
      const executed = read.gauge('hotstuff_execution_executed_height');
      const committed = read.gauge('hotstuff_consensus_committed_height');
      return executed === undefined || committed === undefined
        ? undefined
        : Math.max(0, committed - executed);
    },
    reason: ({ value }, read) => `${value} final blocks of node ${read.node} are not yet executed.`,
    remedy: 'Look at fuel by contract and at reads of the state.',
  },
  {
    ...execution,
    check: 'execution.calls_fail',
    alert: 'HotStuffCallsFail',
    measures: 'calls that end in a failure, over all calls',
    levels: at('warning', 'max_call_failure_rate', seconds(60)),
    measure: (read) => {
      const all = read.growth('hotstuff_execution_invocations_total');
      const good = read.growth('hotstuff_execution_invocations_total', { outcome: 'ok' }) ?? 0;
      return all === undefined || all <= 0 ? undefined : Math.max(0, 1 - good / all);
    },
    reason: ({ value }, read) => `${percent(value)} of the contract calls at node ${read.node} fail.`,
    remedy: '`hotstuff_execution_invocations_total` by contract and outcome says which.',
  },
  {
    ...execution,
    check: 'execution.inefficient',
    alert: 'HotStuffEfficiencyLow',
    worse: 'below',
    measures: 'expected over used fuel, by contract',
    levels: at('warning', 'min_fuel_efficiency', seconds(60)),
    measure: (read) =>
      read
        .each('hotstuff_execution_efficiency_ratio')
        .map(({ labels, value }) => ({ value, about: labels['contract']! })),
    reason: ({ value, about }, read) =>
      `Contract ${about} at node ${read.node} has an efficiency of ${figure(value)}: expected over used fuel.`,
    remedy: 'Profile the contract, or correct the expectation.',
  },
  {
    ...execution,
    check: 'execution.fuel_high',
    alert: 'HotStuffFuelHigh',
    slack: 0,
    measures: 'fuel of calls, but for one in a hundred',
    levels: at('warning', 'max_call_fuel', seconds(60)),
    measure: (read) => read.quantile('hotstuff_execution_invocation_fuel', 0.99),
    reason: ({ value }, read) =>
      `One in a hundred calls at node ${read.node} uses ${figure(value)} fuel or more.`,
    remedy: '`hotstuff_execution_fuel_used_total` by contract says whose.',
  },
  {
    ...execution,
    check: 'execution.access_denied',
    alert: 'HotStuffAccessDenied',
    measures: 'host calls denied within the window',
    levels: fixed({ warning: { enter: 0 } }),
    measure: (read) => read.growth('hotstuff_execution_host_calls_total', { outcome: 'denied' }),
    reason: ({ value }, read) => `${value} host calls of contracts at node ${read.node} were denied.`,
    remedy: 'The log of the node says which contract; take it out of service if it is not a mistake.',
  },
];
