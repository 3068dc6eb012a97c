/** Loads in a running network: what nodes state about them, and that no admitted transaction is lost. */
import { describe, expect, it } from 'vitest';
import type { SimulationOptions } from '../../../../simulator/main.js';
import { TransactionTrace } from '../../../../simulator/workload/transaction-trace.js';
import { recorder, simulate } from '../run.js';

const SECOND = 1_000_000;

async function heard(options: Partial<SimulationOptions>) {
  const { said, hooksFor } = recorder();
  const result = await simulate({ durationUs: 6 * SECOND, startUs: 0, ...options, hooksFor });
  const bodies = (type: string) =>
    said
      .filter((one) => one.type === type && one.identity.index === 0)
      .map(({ body, tsUs }) => ({ ...body, tsUs }));
  const reasons = (type: string) => [
    ...new Set(bodies(type).map((body) => (body as unknown as { reason: string }).reason)),
  ];
  return { result, bodies, reasons };
}

/** More than blocks take. */
const crowded = { transactionsPerSecond: 400, blockTransactions: 3, mempoolCapacity: 50 };

describe('a pool that is too small', () => {
  it.each([
    [{}, [], ['full']],
    [{ mempoolEviction: 'lowest_fee' }, ['full'], ['underpriced']],
    [{ mempoolEviction: 'oldest' }, ['full'], []],
    [{ mempoolExpiryUs: 200_000, mempoolCapacity: 10_000 }, ['expired'], []],
    [{ mempoolPerSender: 1 }, [], ['rate_limited']],
    [{ mempoolBytes: 600 }, [], ['too_large', 'full']],
  ] as const)('says why transactions leave it or do not get in: %o', async (more, evictions, rejections) => {
    const { result, reasons, bodies } = await heard({ workload: { ...crowded, ...more } });
    expect(reasons('mempool.transaction_evicted')).toEqual(evictions);
    const refused = reasons('mempool.transaction_rejected');
    for (const reason of rejections) expect(refused).toContain(reason);
    expect(bodies('mempool.transaction_committed').length).toBeGreaterThan(10);
    expect(result.liveness.total).toBe(0);
    const counted = (type: string): number => bodies(`mempool.transaction_${type}`).length;
    const { transactions } = bodies('mempool.measured').at(-1) as unknown as { transactions: number };
    // All that came in has left, or is there still but for the last fraction of a second.
    const left = counted('admitted') - counted('committed') - counted('evicted');
    expect(Math.abs(left - transactions)).toBeLessThanOrEqual(60);
  });

  it('lets who pays more go first', async () => {
    const { bodies } = await heard({ workload: { ...crowded, mempoolEviction: 'lowest_fee' } });
    const fair = await heard({ workload: crowded });
    const waited = (of: typeof bodies): number => {
      const all = of('mempool.transaction_committed') as unknown as {
        tsUs: number;
        admitted_at_us: number;
      }[];
      return all.reduce((sum, { tsUs, admitted_at_us }) => sum + tsUs - admitted_at_us, 0) / all.length;
    };
    expect(waited(bodies)).toBeLessThan(waited(fair.bodies));
  });
});

describe('a trace', () => {
  const rows = [
    { atUs: 1 * SECOND, bytes: 1_000, contract: 'bridge', fuel: 5_000_000 },
    { atUs: 2 * SECOND, bytes: 2_000 },
    { atUs: 2 * SECOND, bytes: 3_000, fee: 9 },
  ];

  it('is what the nodes state, when it says, and nothing comes after it', async () => {
    const { bodies } = await heard({ workload: { trace: TransactionTrace.of(rows) } });
    const admitted = bodies('mempool.transaction_admitted') as unknown as { tsUs: number; bytes: number }[];
    expect(admitted.map(({ tsUs, bytes }) => [tsUs, bytes])).toEqual([
      [1 * SECOND, 1_000],
      [2 * SECOND, 2_000],
      [2 * SECOND, 3_000],
    ]);
    const [first] = bodies('execution.invocation_completed') as unknown as {
      contract: string;
      fuel_used: number;
    }[];
    expect(first).toMatchObject({ contract: 'bridge', fuel_used: 5_000_000 });
    expect(bodies('mempool.transaction_committed')).toHaveLength(3);
  });

  it('names the run: another trace is another run', async () => {
    const run = async (trace: TransactionTrace) =>
      (await simulate({ durationUs: SECOND, workload: { trace } })).run.id;
    expect(await run(TransactionTrace.of(rows))).toBe(await run(TransactionTrace.of(rows, 'elsewhere')));
    expect(await run(TransactionTrace.of(rows.slice(1)))).not.toBe(await run(TransactionTrace.of(rows)));
  });

  it('is refused beside a rate', async () => {
    const trace = TransactionTrace.of(rows);
    await expect(async () => simulate({ workload: { trace, transactionsPerSecond: 5 } })).rejects.toThrow(
      'workload.transactionsPerSecond: found 5, expected nothing, since the trace says when they come',
    );
  });
});

it('bursts and evictions are the same with the same seed', async () => {
  const workload = {
    ...crowded,
    bursts: { onUs: 100_000, offUs: 400_000, quiet: 0.1 },
    mempoolEviction: 'lowest_fee',
    mempoolExpiryUs: SECOND,
  } as const;
  const once = await simulate({ durationUs: 4 * SECOND, workload });
  expect((await simulate({ durationUs: 4 * SECOND, workload })).digest).toBe(once.digest);
  expect((await heard({ durationUs: 4 * SECOND, workload })).result.digest).toBe(once.digest);
  expect(once.liveness.total).toBe(0);
});
