/** What a node states about its storage: operations, sizes, caches, stalls. */
import * as f from './schema.js';
import { domain, event } from './schema.js';

const keyType = f.id('Kind of key: block, certificate, vote, state, transaction, index, ...');
const outcome = f.oneOf('How it ended.', ['ok', 'not_found', 'error']);
const took = f.duration('Time it took.');

/** The storage domain. */
export const storage = domain('storage', {
  readCompleted: event({
    doc: 'A read ended.',
    priority: 'bulk',
    sampled: true,
    fields: { key_type: keyType, outcome, duration_us: took, bytes: f.optional(f.uint('Bytes read.')) },
  }),
  writeCompleted: event({
    doc: 'A write ended.',
    priority: 'bulk',
    sampled: true,
    fields: {
      key_type: keyType,
      outcome,
      duration_us: took,
      bytes: f.uint('Logical bytes: key and value.'),
      physical_bytes: f.optional(f.uint('Bytes that reached the disk for it.')),
    },
  }),
  deleteCompleted: event({
    doc: 'A delete ended.',
    priority: 'bulk',
    sampled: true,
    fields: { key_type: keyType, outcome, duration_us: took },
  }),
  batchCompleted: event({
    doc: 'A batch of operations ended.',
    priority: 'bulk',
    sampled: true,
    fields: {
      operations: f.uint('Operations in the batch.'),
      outcome,
      duration_us: took,
      bytes: f.optional(f.uint('Logical bytes.')),
      physical_bytes: f.optional(f.uint('Bytes that reached the disk for it.')),
    },
  }),
  syncCompleted: event({
    doc: 'Written data was made durable (fsync). Before a vote this is the critical path of HotStuff-2.',
    priority: 'normal',
    sampled: true,
    fields: {
      target: f.oneOf('What was made durable.', ['vote', 'lock', 'block', 'other']),
      duration_us: took,
    },
  }),
  stalled: event({
    doc: 'The storage engine held writes back.',
    priority: 'normal',
    fields: { reason: f.oneOf('Why.', ['compaction', 'flush', 'device', 'other']), duration_us: took },
  }),
  failed: event({
    doc: 'A storage operation failed.',
    priority: 'normal',
    fields: {
      operation: f.oneOf('The operation.', ['read', 'write', 'delete', 'batch', 'sync', 'open', 'other']),
      reason: f.oneOf('Why.', ['io', 'corruption', 'full', 'locked', 'timeout', 'other']),
    },
  }),
  cacheAccessed: event({
    doc: 'A cache was asked.',
    priority: 'bulk',
    sampled: true,
    fields: {
      cache: f.id('Name of the cache.'),
      outcome: f.oneOf('What it answered.', ['hit', 'miss']),
      count: f.optional(f.uint('How many times; 1 when absent.')),
    },
  }),
  cacheEvicted: event({
    doc: 'A cache made room.',
    priority: 'bulk',
    sampled: true,
    fields: { cache: f.id('Name of the cache.'), count: f.uint('Entries evicted.') },
  }),
  measured: event({
    doc: 'Sizes of the storage.',
    priority: 'bulk',
    fields: {
      size_bytes: f.uint('Bytes used by the store.'),
      capacity_bytes: f.optional(f.uint('Bytes it may use, or size of its device.')),
      used_bytes: f.optional(f.uint('Bytes used on its device by everything.')),
    },
  }),
  cacheMeasured: event({
    doc: 'Size of a cache.',
    priority: 'bulk',
    fields: {
      cache: f.id('Name of the cache.'),
      size_bytes: f.uint('Bytes held.'),
      entries: f.optional(f.uint('Entries held.')),
    },
  }),
});
