/** The storage domain: operations, what writes cost, sizes, caches. */
import { perNode } from '../domain.js';
import { storageMetrics } from './catalogue.js';
import { observeOperations, WriteObserver } from './operation-observer.js';
import { observeCaches, observeSizes } from './size-observer.js';

/** Reads, writes, durability, sizes, caches. */
export const storageDomain = perNode(
  'storage',
  'storage',
  storageMetrics,
  observeOperations,
  (scope) => new WriteObserver(scope),
  observeSizes,
  observeCaches,
);
