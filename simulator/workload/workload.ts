/**
 * Load on the chain: clients submit transactions at a seeded Poisson rate, each to all validators at
 * once, as BFT clients do; that traffic is not validator traffic and is not counted as network
 * messages. Each node admits for itself; leaders put up to N of them in a block.
 */
import type { Random } from '../../src/base/random.js';

/** How much load there is; absent: blocks are empty. */
export interface WorkloadOptions {
  /** Mean rate of submissions over the whole chain. */
  readonly transactionsPerSecond: number;
  /** At most so many per block; 1,000 by default. */
  readonly blockTransactions?: number | undefined;
  /** Transactions a node's pool holds; 10,000 by default. */
  readonly mempoolCapacity?: number | undefined;
}

/** Load with its defaults filled in. */
export interface Workload {
  readonly transactionsPerSecond: number;
  readonly blockTransactions: number;
  readonly mempoolCapacity: number;
}

/** Fills in the defaults. */
export function workloadOf(options: WorkloadOptions): Workload {
  return {
    transactionsPerSecond: options.transactionsPerSecond,
    blockTransactions: options.blockTransactions ?? 1_000,
    mempoolCapacity: options.mempoolCapacity ?? 10_000,
  };
}

/** Time to the next submission, whole microseconds: exponential, so that arrivals are Poisson. */
export function nextArrivalUs(random: Random, perSecond: number): number {
  return Math.max(1, Math.round((-Math.log(1 - random.float()) / perSecond) * 1_000_000));
}
