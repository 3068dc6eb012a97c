/**
 * Every metric of the execution domain. `contract` is a contract or plugin: the first ones seen keep
 * their name, the rest count under `other`, because a chain has no bound on them.
 */
import { counter, gauge, histogram, nodeLabels } from '../../metrics/definition.js';
import {
  byteBuckets,
  fuelBuckets,
  latencyBuckets,
  longBuckets,
  ratioBuckets,
  workBuckets,
} from '../buckets.js';
import { fed } from '../declare.js';

const seconds = { unit: 'seconds' } as const;
const bytes = { unit: 'bytes' } as const;
const ratio = { unit: 'ratio' } as const;
const byContract = [...nodeLabels, 'contract'] as const;
const byClass = [...nodeLabels, 'class'] as const;
const invocation = 'execution.invocation_completed';

/** Subject: calls of contracts and plugins. */
export const callMetrics = {
  invocations: fed(
    counter('hotstuff_execution_invocations_total', 'Calls ended, nested ones included, by outcome.', [
      ...byContract,
      'outcome',
    ]),
    invocation,
  ),
  duration: fed(
    histogram(
      'hotstuff_execution_invocation_duration_seconds',
      'Time of a call, with what it called.',
      workBuckets,
      byContract,
      seconds,
    ),
    invocation,
  ),
  hostWait: fed(
    counter(
      'hotstuff_execution_host_wait_seconds_total',
      'Time that calls spent waiting in host calls.',
      byContract,
      seconds,
    ),
    invocation,
  ),
  fuelUsed: fed(
    counter(
      'hotstuff_execution_fuel_used_total',
      'Fuel (gas) used by outermost calls with all they called; nested calls are in their caller.',
      byContract,
    ),
    invocation,
  ),
  failedFuel: fed(
    counter(
      'hotstuff_execution_failed_fuel_total',
      'Fuel used by outermost calls that did not end in ok.',
      byContract,
    ),
    invocation,
  ),
  fuel: fed(
    histogram('hotstuff_execution_invocation_fuel', 'Fuel of one outermost call.', fuelBuckets, nodeLabels),
    invocation,
  ),
  limitRatio: fed(
    histogram(
      'hotstuff_execution_invocation_fuel_limit_ratio',
      'Fuel used over fuel allowed, per call that has a limit.',
      ratioBuckets,
      nodeLabels,
      ratio,
    ),
    invocation,
  ),
  classFuel: fed(
    counter('hotstuff_execution_class_fuel_total', 'Self cost of calls in fuel, by resource class.', byClass),
    invocation,
  ),
  classOperations: fed(
    counter('hotstuff_execution_class_operations_total', 'Operations of calls, by resource class.', byClass),
    invocation,
  ),
  classBytes: fed(
    counter(
      'hotstuff_execution_class_bytes_total',
      'Bytes moved by calls, by resource class.',
      byClass,
      bytes,
    ),
    invocation,
  ),
  efficiency: fed(
    gauge(
      'hotstuff_execution_efficiency_ratio',
      'Expected over used fuel within the window, over the calls for which the node states what it expected: above 1 is better than expected.',
      byContract,
      ratio,
    ),
    invocation,
  ),
  memoryPeak: fed(
    histogram(
      'hotstuff_execution_memory_peak_bytes',
      'Highest memory during a call.',
      byteBuckets,
      nodeLabels,
      bytes,
    ),
    invocation,
  ),
  memoryEnd: fed(
    histogram(
      'hotstuff_execution_memory_end_bytes',
      'Memory held after a call; growth from call to call is a leak.',
      byteBuckets,
      nodeLabels,
      bytes,
    ),
    invocation,
  ),
  memoryGrowths: fed(
    counter('hotstuff_execution_memory_growths_total', 'Requests of calls for more memory, by outcome.', [
      ...nodeLabels,
      'outcome',
    ]),
    'execution.memory_grown',
  ),
  overruns: fed(
    counter(
      'hotstuff_execution_overruns_total',
      'Statements that a call is still running after its time; one call may give several.',
      byContract,
    ),
    'execution.invocation_overran',
  ),
  hostCalls: fed(
    counter('hotstuff_execution_host_calls_total', 'Host calls ended, by resource class and outcome.', [
      ...byClass,
      'outcome',
    ]),
    'execution.host_call_completed',
  ),
  hostCallDuration: fed(
    histogram(
      'hotstuff_execution_host_call_duration_seconds',
      'Time of a host call.',
      workBuckets,
      byClass,
      seconds,
    ),
    'execution.host_call_completed',
  ),
} as const;

/** Subject: blocks and results. */
export const blockMetrics = {
  blocks: fed(
    counter('hotstuff_execution_blocks_total', 'Blocks executed.', nodeLabels),
    'execution.block_executed',
  ),
  blockDuration: fed(
    histogram(
      'hotstuff_execution_block_duration_seconds',
      'Time to execute a block.',
      latencyBuckets,
      nodeLabels,
      seconds,
    ),
    'execution.block_executed',
  ),
  blockFuel: fed(
    histogram('hotstuff_execution_block_fuel', 'Fuel used by a block.', fuelBuckets, nodeLabels),
    'execution.block_executed',
  ),
  blockFuelRatio: fed(
    histogram(
      'hotstuff_execution_block_fuel_limit_ratio',
      'Fuel used over fuel that a block may use.',
      ratioBuckets,
      nodeLabels,
      ratio,
    ),
    'execution.block_executed',
  ),
  failedBlockFuel: fed(
    counter('hotstuff_execution_block_failed_fuel_total', 'Fuel used by failed transactions.', nodeLabels),
    'execution.block_executed',
  ),
  transactions: fed(
    counter('hotstuff_execution_transactions_total', 'Transactions executed, by outcome: ok, failed.', [
      ...nodeLabels,
      'outcome',
    ]),
    'execution.block_executed',
  ),
  executedHeight: fed(
    gauge('hotstuff_execution_executed_height', 'Height of the last block executed.', nodeLabels),
    'execution.block_executed',
  ),
  results: fed(
    counter('hotstuff_execution_results_persisted_total', 'Transaction results made durable.', nodeLabels),
    'execution.result_persisted',
  ),
  endToEnd: fed(
    histogram(
      'hotstuff_execution_end_to_end_latency_seconds',
      "End-to-end latency: the client's submission to the result being durable here; the client's clock and this node's.",
      latencyBuckets,
      nodeLabels,
      seconds,
    ),
    'execution.result_persisted',
  ),
} as const;

/** Subject: the engine under the calls. */
export const engineMetrics = {
  modules: fed(
    counter('hotstuff_execution_module_operations_total', 'Work of the module cache, by operation.', [
      ...nodeLabels,
      'operation',
    ]),
    'execution.module_handled',
  ),
  moduleDuration: fed(
    histogram(
      'hotstuff_execution_module_operation_duration_seconds',
      'Time of one operation of the module cache.',
      workBuckets,
      [...nodeLabels, 'operation'],
      seconds,
    ),
    'execution.module_handled',
  ),
  instancesCreated: fed(
    counter(
      'hotstuff_execution_instances_created_total',
      'Long-lived instances (plugins, sessions) begun.',
      nodeLabels,
    ),
    'execution.instance_created',
  ),
  instancesTerminated: fed(
    counter('hotstuff_execution_instances_terminated_total', 'Long-lived instances ended, by reason.', [
      ...nodeLabels,
      'reason',
    ]),
    'execution.instance_terminated',
  ),
  instancesActive: fed(
    gauge(
      'hotstuff_execution_active_instances',
      'Long-lived instances alive, of those whose beginning was seen in this run of the node.',
      nodeLabels,
    ),
    'execution.instance_created',
    'execution.instance_terminated',
  ),
  instanceLifetime: fed(
    histogram(
      'hotstuff_execution_instance_lifetime_seconds',
      'How long an instance lived.',
      longBuckets,
      nodeLabels,
      seconds,
    ),
    'execution.instance_terminated',
  ),
  optimizationsStarted: fed(
    counter('hotstuff_execution_optimizations_started_total', 'Optimisations begun, by kind.', [
      ...nodeLabels,
      'kind',
    ]),
    'execution.optimization_started',
  ),
  optimizationsCompleted: fed(
    counter('hotstuff_execution_optimizations_completed_total', 'Optimisations ended, by kind and outcome.', [
      ...nodeLabels,
      'kind',
      'outcome',
    ]),
    'execution.optimization_completed',
  ),
  optimizationDuration: fed(
    histogram(
      'hotstuff_execution_optimization_duration_seconds',
      'Time of an optimisation.',
      longBuckets,
      nodeLabels,
      seconds,
    ),
    'execution.optimization_completed',
  ),
  optimizationImprovement: fed(
    gauge(
      'hotstuff_execution_optimization_improvement_ratio',
      'Relative improvement by the last optimisation of a kind, 0.25 being a quarter.',
      [...nodeLabels, 'kind'],
      ratio,
    ),
    'execution.optimization_completed',
  ),
  limit: fed(
    gauge('hotstuff_execution_limit', 'Execution limit in force, in the unit of its dimension.', [
      ...nodeLabels,
      'scope',
      'dimension',
    ]),
    'execution.limit_changed',
  ),
  limitChanges: fed(
    counter('hotstuff_execution_limit_changes_total', 'Changes of execution limits, by who made them.', [
      ...nodeLabels,
      'source',
    ]),
    'execution.limit_changed',
  ),
  advice: fed(
    counter(
      'hotstuff_execution_advice_answers_total',
      'Answers of the node to advice, by action and result.',
      [...nodeLabels, 'action', 'result'],
    ),
    'execution.advice_answered',
  ),
} as const;

/** The catalogue of the execution domain. */
export const executionMetrics = { ...callMetrics, ...blockMetrics, ...engineMetrics } as const;
