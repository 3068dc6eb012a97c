/** The dashboard of transactions: from the pool through calls and their fuel to a durable result. */
import { metricPanel, metricPanels } from './metric-panels.js';
import type { Metrics } from './metrics.js';
import { row, type DashboardSpec, type PanelSpec } from './panel.js';

const x = (name: string): string => `hotstuff_execution_${name}`;
const pool = (name: string): string => `hotstuff_mempool_${name}`;

/** Transactions and execution. */
export function execution(m: Metrics): DashboardSpec {
  return {
    uid: 'quorumscope-execution',
    title: 'HotStuff-2 transactions and execution',
    description: 'What a transaction goes through: pool, calls, fuel, result.',
    variables: ['chain', 'node'],
    rows: [
      row('Mempool', mempool(m)),
      row('Blocks and transactions', blocks(m)),
      row('Fuel', fuel(m)),
      row('Calls', calls(m)),
      row('Host calls and memory', host(m), true),
      row('Modules, instances, optimisation', modules(m), true),
      row('Limits and advice', limits(m), true),
    ],
  };
}

function mempool(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, [pool('transactions'), pool('capacity_transactions')], {
      title: 'Transactions that wait, and room for them',
    }),
    metricPanel(m, pool('utilization_ratio'), {
      max: 1,
      limits: ['max_mempool_usage'],
      runbook: 'HotStuffMempoolFull',
    }),
    metricPanel(m, pool('oldest_transaction_age_seconds'), {
      limits: ['max_transaction_age'],
      runbook: 'HotStuffTransactionsStuck',
    }),
    metricPanel(m, [pool('transactions_admitted_total'), pool('transactions_committed_total')], {
      title: 'Transactions admitted and committed per second',
    }),
    metricPanel(m, [pool('transactions_rejected_total'), pool('transactions_evicted_total')], {
      title: 'Transactions refused and thrown out per second',
    }),
    metricPanel(m, pool('transaction_confirmation_latency_seconds'), { title: 'From admission to commit' }),
    metricPanel(m, pool('size_bytes'), { title: 'Bytes that wait' }),
    metricPanel(m, pool('transaction_size_bytes')),
  ];
}

function blocks(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, x('executed_height'), { runbook: 'HotStuffExecutionBehind' }),
    metricPanel(m, x('block_duration_seconds'), { title: 'Time to execute a block' }),
    metricPanel(m, x('end_to_end_latency_seconds'), { title: 'From submission to a durable result' }),
    metricPanel(m, x('transactions_total'), { shape: { by: ['node_id', 'outcome'] } }),
    metricPanel(m, x('blocks_total')),
    metricPanel(m, x('results_persisted_total')),
  ];
}

function fuel(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, x('fuel_used_total'), {
      title: 'Fuel per second, by contract',
      shape: { by: ['contract'] },
      isStacked: true,
    }),
    metricPanel(m, x('failed_fuel_total'), {
      title: 'Fuel of failed calls per second',
      shape: { by: ['contract'] },
    }),
    metricPanel(m, x('efficiency_ratio'), {
      title: 'Expected over used fuel',
      shape: { by: ['contract'] },
      limits: ['min_fuel_efficiency'],
      runbook: 'HotStuffEfficiencyLow',
    }),
    metricPanel(m, x('invocation_fuel'), {
      title: 'Fuel of a call',
      limits: ['max_call_fuel'],
      runbook: 'HotStuffFuelHigh',
    }),
    metricPanel(m, x('invocation_fuel_limit_ratio'), { title: 'Share of its limit that a call used' }),
    metricPanel(m, x('block_fuel')),
    metricPanel(m, x('block_fuel_limit_ratio'), {
      title: 'Share of its limit that a block used',
      quantiles: [0.5, 0.9],
      limits: ['max_block_fuel_usage'],
      runbook: 'HotStuffBlockFuelNearLimit',
    }),
    metricPanel(m, x('block_failed_fuel_total')),
    ...metricPanels(m, [x('class_fuel_total'), x('class_operations_total'), x('class_bytes_total')], {
      shape: { by: ['class'] },
      isStacked: true,
    }),
  ];
}

function calls(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, x('invocations_total'), {
      title: 'Calls per second, by outcome',
      shape: { by: ['contract', 'outcome'] },
      runbook: 'HotStuffCallsFail',
    }),
    metricPanel(m, x('invocation_duration_seconds'), { shape: { by: ['contract'] } }),
    metricPanel(m, x('overruns_total'), { shape: { by: ['contract'] } }),
    metricPanel(m, x('host_wait_seconds_total'), {
      title: 'Share of time in host calls',
      shape: { by: ['contract'] },
    }),
  ];
}

function host(m: Metrics): PanelSpec[] {
  return metricPanels(m, [
    x('host_calls_total'),
    x('host_call_duration_seconds'),
    x('memory_peak_bytes'),
    x('memory_end_bytes'),
    x('memory_growths_total'),
  ]);
}

function modules(m: Metrics): PanelSpec[] {
  return metricPanels(m, [
    x('module_operations_total'),
    x('module_operation_duration_seconds'),
    x('instances_created_total'),
    x('instances_terminated_total'),
    x('active_instances'),
    x('instance_lifetime_seconds'),
    x('optimizations_started_total'),
    x('optimizations_completed_total'),
    x('optimization_duration_seconds'),
    x('optimization_improvement_ratio'),
  ]);
}

function limits(m: Metrics): PanelSpec[] {
  return metricPanels(m, [x('limit'), x('limit_changes_total'), x('advice_answers_total')]);
}
