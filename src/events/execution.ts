/**
 * What a node states about execution: contract and plugin calls with their fuel (gas), blocks,
 * modules, limits. Fuel classes of a call are self cost and add up to `fuel_used`; `other` is the rest.
 */
import * as f from './schema.js';
import { domain, event } from './schema.js';

/** Resource classes of the seeds and of the metering systems we know. */
export const fuelClasses = [
  'compute',
  'memory',
  'storage_read',
  'storage_write',
  'network',
  'file',
  'crypto',
  'event',
  'instantiate',
  'other',
] as const;

/** How a call can end. */
export const invocationOutcomes = [
  'ok',
  'revert',
  'out_of_fuel',
  'trap',
  'memory_limit',
  'stack_limit',
  'host_error',
  'denied',
  'timeout',
] as const;

const contract = f.id('Contract or plugin.');
const took = f.duration('Time it took.');

const calls = {
  invocationCompleted: event({
    doc: 'A call of a contract or plugin ended.',
    priority: 'normal',
    sampled: true,
    fields: {
      contract,
      entry: f.id('Entry point called.'),
      kind: f.oneOf('What kind of call.', ['call', 'deploy', 'migrate', 'query', 'system', 'plugin']),
      outcome: f.oneOf('How it ended.', invocationOutcomes),
      fuel_used: f.uint64('Fuel used by the call itself and what it called.'),
      fuel_limit: f.optional(f.uint64('Fuel it was allowed.')),
      fuel_by_class: f.optional(f.amounts('Self cost by class; adds up to the self fuel.', fuelClasses)),
      operations_by_class: f.optional(f.amounts('Operations by class.', fuelClasses)),
      bytes_by_class: f.optional(f.amounts('Bytes by class.', fuelClasses)),
      expected_fuel: f.optional(f.uint64('Fuel that the node expected, where it keeps an estimate.')),
      duration_us: took,
      host_wait_us: f.optional(f.duration('Of this, waiting in host calls.')),
      memory_peak_bytes: f.optional(f.uint('Highest memory during the call.')),
      memory_end_bytes: f.optional(f.uint('Memory held after the call.')),
      code_hash: f.optional(f.id('Hash of the code.')),
      version: f.optional(f.id('Version of the code.')),
      caller: f.optional(f.id('Pseudonym of the caller.')),
      height: f.optional(f.uint('Height of the block it ran in.')),
      tx: f.optional(f.id('The transaction it ran in.')),
      depth: f.optional(f.uint('Call depth, 0 for the outermost.')),
    },
  }),
  invocationOverran: event({
    doc: 'A call is still running after the time that the node allows; repeated.',
    priority: 'normal',
    fields: {
      contract,
      entry: f.id('Entry point called.'),
      elapsed_us: f.duration('Time so far.'),
      fuel_so_far: f.optional(f.uint64('Fuel so far.')),
      in_host_call: f.optional(f.bool('Whether it waits inside a host call.')),
    },
  }),
  hostCallCompleted: event({
    doc: 'A host call ended. Denied ones are always stated, others may be sampled.',
    priority: 'bulk',
    sampled: true,
    fields: {
      contract,
      class: f.oneOf('Its resource class.', fuelClasses),
      outcome: f.oneOf('How it ended.', ['ok', 'error', 'denied', 'timeout']),
      duration_us: took,
      fuel: f.optional(f.uint64('Fuel charged.')),
      bytes: f.optional(f.uint('Bytes moved.')),
    },
  }),
  memoryGrown: event({
    doc: 'A call asked for more memory.',
    priority: 'bulk',
    sampled: true,
    fields: {
      contract,
      wanted_bytes: f.uint('Bytes asked for.'),
      granted: f.bool('Whether it got them.'),
      limit_bytes: f.optional(f.uint('Its limit.')),
    },
  }),
};

const blocks = {
  blockExecuted: event({
    doc: 'A block was executed.',
    priority: 'vital',
    fields: {
      height: f.uint('Height of the block.'),
      view: f.optional(f.uint('Its view.')),
      transactions: f.uint('Transactions in it.'),
      failed: f.optional(f.uint('Of these, failed.')),
      fuel_used: f.uint64('Fuel used: equal on all honest nodes.'),
      fuel_limit: f.optional(f.uint64('Fuel a block may use.')),
      failed_fuel: f.optional(f.uint64('Fuel used by failed transactions.')),
      duration_us: took,
      state_root: f.optional(f.id('Root of the state after it.')),
    },
  }),
  resultPersisted: event({
    doc: "A transaction's result is durable here.",
    priority: 'bulk',
    sampled: true,
    fields: {
      tx: f.optional(f.id('The transaction.')),
      height: f.uint('Height of its block.'),
      submitted_at_us: f.optional(f.uint("The client's submission time, microseconds since the Unix epoch.")),
    },
  }),
};

const engine = {
  moduleHandled: event({
    doc: 'The module cache did something.',
    priority: 'bulk',
    sampled: true,
    fields: {
      operation: f.oneOf('What.', ['compile', 'instantiate', 'hit', 'miss', 'evict']),
      duration_us: f.optional(took),
      code_bytes: f.optional(f.uint('Size of the code.')),
    },
  }),
  instanceCreated: event({
    doc: 'A long-lived instance (plugin, session) began.',
    priority: 'normal',
    fields: { instance: f.id('The instance.'), contract },
  }),
  instanceTerminated: event({
    doc: 'A long-lived instance ended.',
    priority: 'normal',
    fields: {
      instance: f.id('The instance.'),
      contract,
      reason: f.oneOf('Why.', ['finished', 'killed', 'limit', 'error', 'upgrade', 'other']),
      lifetime_us: f.optional(f.duration('How long it lived.')),
      resident_bytes: f.optional(f.uint('Memory it held at the end.')),
    },
  }),
  optimizationStarted: event({
    doc: 'The engine began to optimise something.',
    priority: 'normal',
    fields: {
      kind: f.oneOf('What.', [
        'jit',
        'recompile',
        'cache_warm',
        'gc',
        'compaction',
        'recalibration',
        'other',
      ]),
    },
  }),
  optimizationCompleted: event({
    doc: 'The engine finished optimising.',
    priority: 'normal',
    fields: {
      kind: f.oneOf('What.', [
        'jit',
        'recompile',
        'cache_warm',
        'gc',
        'compaction',
        'recalibration',
        'other',
      ]),
      outcome: f.oneOf('How it ended.', ['ok', 'failed']),
      duration_us: took,
      improvement: f.optional(f.number('Relative improvement, 0.25 being a quarter.')),
    },
  }),
  limitChanged: event({
    doc: 'An execution limit changed.',
    priority: 'normal',
    fields: {
      scope: f.oneOf('What it limits.', ['block', 'transaction', 'contract', 'caller', 'plugin', 'query']),
      dimension: f.oneOf('What is limited.', [...fuelClasses, 'fuel', 'time', 'depth']),
      old: f.optional(f.uint64('Limit before.')),
      new: f.uint64('Limit now.'),
      source: f.oneOf('Who changed it.', ['protocol', 'operator', 'advice']),
      advice: f.optional(f.id('The advice it follows.')),
    },
  }),
  adviceAnswered: event({
    doc: 'The node answered advice of the sidecar.',
    priority: 'normal',
    fields: {
      advice: f.id('The advice.'),
      action: f.oneOf('What was advised.', ['terminate', 'quota', 'deny', 'throttle', 'alert']),
      result: f.oneOf('What the node did.', ['applied', 'refused', 'expired', 'dry_run']),
    },
  }),
};

/** The execution domain. */
export const execution = domain('execution', { ...calls, ...blocks, ...engine });
