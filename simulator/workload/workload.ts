/**
 * Load on the chain, as options: how transactions come, what blocks take of them, what pools hold. That clients
 * reach all validators at once is not validator traffic and is not counted as network messages.
 */
import type { Bursts } from './arrivals.js';
import { evictionNames, type EvictionName, type MempoolLimits } from './mempool.js';
import { TransactionTrace } from './transaction-trace.js';

/** How much load there is; absent: blocks are empty. */
export interface WorkloadOptions {
  /** Mean rate of submissions over the whole chain; needed unless there is a trace. */
  readonly transactionsPerSecond?: number | undefined;
  /** Submissions come in bursts at that mean rate; by default as a Poisson stream. */
  readonly bursts?: Bursts | undefined;
  /** Submissions come as recorded (`readTransactionTrace`, `TransactionTrace.of`), and none after the last. */
  readonly trace?: TransactionTrace | undefined;
  /** At most so many per block; 1,000 by default. */
  readonly blockTransactions?: number | undefined;
  /** Transactions a node's pool holds; 10,000 by default. */
  readonly mempoolCapacity?: number | undefined;
  /** Bytes a node's pool holds; unlimited by default. */
  readonly mempoolBytes?: number | undefined;
  /** Transactions of one sender that a node's pool holds; unlimited by default. */
  readonly mempoolPerSender?: number | undefined;
  /** What a full pool does; `refuse` by default. */
  readonly mempoolEviction?: EvictionName | undefined;
  /** How long a transaction may wait in a pool, microseconds; for ever by default. */
  readonly mempoolExpiryUs?: number | undefined;
}

/** Load with its defaults filled in. */
export interface Workload {
  readonly arrivals: Pick<WorkloadOptions, 'transactionsPerSecond' | 'bursts' | 'trace'>;
  readonly blockTransactions: number;
  readonly mempool: MempoolLimits;
}

/** Pools of nodes without load. */
export const emptyMempool: MempoolLimits = {
  capacity: 0,
  capacityBytes: Infinity,
  perSender: Infinity,
  eviction: 'refuse',
  expiryUs: Infinity,
};

/** Fills in the defaults. */
export function workloadOf(options: WorkloadOptions): Workload {
  const { transactionsPerSecond, bursts, trace } = options;
  return {
    arrivals: { transactionsPerSecond, bursts, trace },
    blockTransactions: options.blockTransactions ?? 1_000,
    mempool: {
      capacity: options.mempoolCapacity ?? 10_000,
      capacityBytes: options.mempoolBytes ?? Infinity,
      perSender: options.mempoolPerSender ?? Infinity,
      eviction: options.mempoolEviction ?? 'refuse',
      expiryUs: options.mempoolExpiryUs ?? Infinity,
    },
  };
}

/** One thing wrong with a load. */
interface WorkloadProblem {
  readonly path: string;
  readonly found: unknown;
  readonly expected: string;
}

/** All that is wrong with `options`; paths are those of their members. */
export function workloadProblems(options: WorkloadOptions): WorkloadProblem[] {
  const problems: WorkloadProblem[] = [];
  const check = (path: string, found: unknown, ok: boolean, expected: string): void => {
    if (!ok) problems.push({ path, found, expected });
  };
  const { transactionsPerSecond: rate, bursts, trace, mempoolEviction = 'refuse' } = options;
  if (trace === undefined) {
    const ok = rate !== undefined && rate > 0 && rate <= 1_000_000;
    check('transactionsPerSecond', rate, ok, 'above 0, up to 1,000,000');
  } else {
    check('trace', typeof trace, trace instanceof TransactionTrace, 'a TransactionTrace');
    check('transactionsPerSecond', rate, rate === undefined, 'nothing, since the trace says when they come');
    check('bursts', bursts, bursts === undefined, 'nothing, since the trace says when they come');
  }
  if (bursts !== undefined) {
    const isSpan = (us: number): boolean => Number.isSafeInteger(us) && us >= 1;
    check('bursts.onUs', bursts.onUs, isSpan(bursts.onUs), 'an integer of microseconds, at least 1');
    check('bursts.offUs', bursts.offUs, isSpan(bursts.offUs), 'an integer of microseconds, at least 1');
    const { quiet = 0 } = bursts;
    check('bursts.quiet', quiet, quiet >= 0 && quiet <= 1, 'a ratio from 0 to 1');
  }
  const { blockTransactions, mempoolCapacity, mempoolBytes, mempoolPerSender, mempoolExpiryUs } = options;
  const counts = { blockTransactions, mempoolCapacity, mempoolBytes, mempoolPerSender, mempoolExpiryUs };
  for (const [name, count = 1] of Object.entries(counts))
    check(name, count, Number.isSafeInteger(count) && count >= 1, 'an integer of at least 1');
  const isEviction = evictionNames.includes(mempoolEviction);
  check('mempoolEviction', mempoolEviction, isEviction, `one of ${evictionNames.join(', ')}`);
  return problems;
}
