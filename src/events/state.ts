/** What a node states about the replicated state: transitions, queries, snapshots, validation. */
import * as f from './schema.js';
import { domain, event } from './schema.js';

/** Why a transaction did not validate. */
export const validationFailures = [
  'signature',
  'nonce',
  'balance',
  'format',
  'limit',
  'expired',
  'other',
] as const;

/** The state domain. */
export const state = domain('state', {
  transitionApplied: event({
    doc: "A block's changes were applied.",
    priority: 'normal',
    fields: {
      height: f.uint('Height of the block.'),
      duration_us: f.duration('Time it took.'),
      transitions: f.optional(f.uint('State transitions applied; 1 when absent.')),
      state_root: f.optional(f.id('Root of the state after it: equal on all honest nodes.')),
    },
  }),
  queryCompleted: event({
    doc: 'A state query was answered.',
    priority: 'bulk',
    sampled: true,
    fields: {
      outcome: f.oneOf('How it ended.', ['ok', 'not_found', 'error']),
      duration_us: f.duration('Time it took.'),
    },
  }),
  snapshotCreated: event({
    doc: 'A snapshot of the state was written.',
    priority: 'normal',
    fields: {
      height: f.uint('Height it is of.'),
      duration_us: f.duration('Time it took.'),
      bytes: f.optional(f.uint('Its size.')),
    },
  }),
  transactionValidated: event({
    doc: 'Transactions were validated.',
    priority: 'bulk',
    sampled: true,
    fields: {
      outcome: f.oneOf('How it ended.', ['valid', 'invalid']),
      reason: f.optional(f.oneOf('Why it is invalid.', validationFailures)),
      duration_us: f.duration('Time for all of them.'),
      count: f.optional(f.uint('How many; 1 when absent.')),
    },
  }),
  measured: event({
    doc: 'Sizes of the state.',
    priority: 'bulk',
    fields: {
      size_bytes: f.optional(f.uint('Bytes of state.')),
      accounts: f.optional(f.uint('Accounts in it.')),
      contracts: f.optional(f.uint('Contracts in it.')),
    },
  }),
});
