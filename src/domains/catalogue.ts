/** Every metric of every domain: what docs, dashboards, rules and tests read. */
import { consensusMetrics } from './consensus/catalogue.js';
import type { DomainMetric } from './declare.js';
import { executionMetrics } from './execution/catalogue.js';
import { mempoolMetrics } from './mempool/catalogue.js';
import { networkMetrics } from './network/catalogue.js';
import { processMetrics } from './process/catalogue.js';
import { stateMetrics } from './state/catalogue.js';
import { storageMetrics } from './storage/catalogue.js';

/** The catalogues by domain, in the order of the docs. */
export const catalogues: Readonly<Record<string, Readonly<Record<string, DomainMetric>>>> = {
  consensus: consensusMetrics,
  network: networkMetrics,
  mempool: mempoolMetrics,
  execution: executionMetrics,
  state: stateMetrics,
  storage: storageMetrics,
  process: processMetrics,
};

/** Every domain metric by its full name. */
export const allMetrics: ReadonlyMap<string, DomainMetric> = new Map(
  Object.values(catalogues)
    .flatMap((metrics) => Object.values(metrics))
    .map((metric) => [metric.name, metric]),
);
