/** What a node states about its pool of waiting transactions. Transaction ids are never label values. */
import * as f from './schema.js';
import { domain, event } from './schema.js';

const tx = f.optional(f.id('The transaction.'));

/** The mempool domain. */
export const mempool = domain('mempool', {
  transactionAdmitted: event({
    doc: 'A transaction was taken into the pool.',
    priority: 'bulk',
    sampled: true,
    fields: {
      tx,
      bytes: f.optional(f.uint('Its size.')),
      submitted_at_us: f.optional(f.uint("The client's submission time, microseconds since the Unix epoch.")),
    },
  }),
  transactionRejected: event({
    doc: 'A transaction was refused.',
    priority: 'bulk',
    sampled: true,
    fields: {
      tx,
      reason: f.oneOf('Why.', [
        'full',
        'duplicate',
        'invalid',
        'underpriced',
        'nonce',
        'too_large',
        'rate_limited',
        'denied',
        'other',
      ]),
    },
  }),
  transactionEvicted: event({
    doc: 'A waiting transaction was thrown out.',
    priority: 'bulk',
    sampled: true,
    fields: { tx, reason: f.oneOf('Why.', ['full', 'expired', 'replaced', 'invalid', 'other']) },
  }),
  transactionCommitted: event({
    doc: 'A transaction that this node had admitted is in a block that is now final here.',
    priority: 'bulk',
    sampled: true,
    fields: {
      tx,
      height: f.uint('Height of the block.'),
      admitted_at_us: f.uint('When this node admitted it, microseconds since the Unix epoch.'),
      submitted_at_us: f.optional(f.uint("The client's submission time, microseconds since the Unix epoch.")),
    },
  }),
  measured: event({
    doc: 'Size of the pool.',
    priority: 'bulk',
    fields: {
      transactions: f.uint('Transactions waiting.'),
      bytes: f.optional(f.uint('Their bytes.')),
      capacity: f.optional(f.uint('Transactions it can hold.')),
      oldest_age_us: f.optional(f.duration('Age of the oldest.')),
    },
  }),
});
