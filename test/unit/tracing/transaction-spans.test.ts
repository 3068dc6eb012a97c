/** Sampled transactions of a simulated network against what its nodes said and what the simulator knows of their blocks. */
import { beforeAll, describe, expect, it } from 'vitest';
import { transactionTraceIdOf } from '../../../src/tracing/ids.js';
import { tracingMetrics } from '../../../src/tracing/catalogue.js';
import { isTransactionSampled } from '../../../src/tracing/transaction-sampling.js';
import type { ViewSpan } from '../../../src/tracing/view-span.js';
import { traced, type Said, type Traced } from './simulated.js';

const load = {
  durationUs: 3_000_000,
  workload: { transactionsPerSecond: 300, blockTransactions: 50, mempoolCapacity: 5_000 },
};

const roots = (run: Traced): ViewSpan[] => run.spans.filter(({ name }) => name === 'transaction');
const txOf = (span: ViewSpan): string => String(span.attributes['hotstuff.transaction']);

describe('the spans of transactions', () => {
  let run: Traced;
  const said = new Map<string, Said>();
  beforeAll(async () => {
    run = await traced(load, { transactions: 0.2 });
    for (const one of run.said) {
      said.set(`${one.type} ${one.node} ${String(one['tx'])}`, one);
      if (one.type === 'consensus.proposal_sent' || one.type === 'consensus.proposal_received')
        said.set(`proposal ${one.node} ${String(one['height'])}`, one);
    }
  });

  it('follow each sampled transaction that became final, from the client to its result, to the microsecond', () => {
    const final = run.said.filter(
      ({ type, tx }) => type === 'mempool.transaction_committed' && isTransactionSampled(String(tx), 0.2),
    );
    expect(roots(run)).toHaveLength(final.length);
    expect(final.length).toBeGreaterThan(200);
    let complete = 0;
    for (const root of roots(run)) {
      const { node } = root.source;
      const tx = txOf(root);
      const committed = said.get(`mempool.transaction_committed ${node} ${tx}`)!;
      const persisted = said.get(`execution.result_persisted ${node} ${tx}`);
      const admitted = said.get(`mempool.transaction_admitted ${node} ${tx}`)!;
      const proposed = said.get(`proposal ${node} ${String(committed['height'])}`);
      const parts = new Map(
        run.spans
          .filter((span) => span.parentId === root.spanId && span.traceId === root.traceId)
          .map((span) => [span.name, [span.startUs, span.endUs]]),
      );
      expect(root.traceId).toBe(transactionTraceIdOf('simulated', tx));
      expect(root.startUs).toBe(committed['submitted_at_us']);
      expect(root.endUs).toBe(persisted?.atUs ?? committed.atUs);
      expect(parts.get('transaction_submission')).toEqual([committed['submitted_at_us'], admitted.atUs]);
      if (persisted === undefined || proposed === undefined || proposed.atUs < admitted.atUs) continue;
      expect(parts.get('transaction_pool')).toEqual([admitted.atUs, proposed.atUs]);
      expect(parts.get('transaction_consensus')).toEqual([proposed.atUs, committed.atUs]);
      expect(parts.get('transaction_execution')).toEqual([committed.atUs, persisted.atUs]);
      complete++;
    }
    expect(complete).toBeGreaterThan(0.8 * final.length);
    expect(run.board.counter(tracingMetrics.transactions).at('told').value).toBe(final.length);
  });

  it('lead to the view whose block holds them', () => {
    const spans = new Map(run.spans.map((span) => [`${span.traceId}${span.spanId}`, span]));
    let linked = 0;
    for (const root of roots(run)) {
      const [link] = root.links;
      if (link === undefined) continue;
      const own = spans.get(`${link.traceId}${link.spanId}`)!;
      expect(['view', 'replica']).toContain(own.name);
      expect(own.source).toEqual(root.source);
      const block = run.spans.find(
        ({ name, parentId, traceId }) =>
          name === 'block' && parentId === own.spanId && traceId === own.traceId,
      );
      expect(block?.attributes['hotstuff.height']).toBe(root.attributes['hotstuff.height']);
      linked++;
    }
    expect(linked).toBeGreaterThan(200);
  });

  it('are of the same transactions at sidecars that never talk, in the same traces', async () => {
    const [a, b] = await Promise.all([
      traced(load, { transactions: 0.1 }, [0]),
      traced(load, { transactions: 0.1 }, [2]),
    ]);
    const ids = (one: Traced): string[] =>
      roots(one)
        .map(({ traceId }) => traceId)
        .sort();
    expect(ids(a).length).toBeGreaterThan(30);
    const others = new Set(ids(b));
    // At the very end a node may not have heard yet.
    expect(ids(a).filter((id) => !others.has(id)).length).toBeLessThan(ids(a).length / 20);
    expect(new Set(roots(a).map(({ spanId }) => spanId)).has(roots(b)[0]!.spanId)).toBe(false);
  });

  it('are none where none are asked for', async () => {
    expect(roots(await traced({ ...load, durationUs: 1_000_000 }))).toEqual([]);
  });
});

describe('the sampling of transactions', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `tx-${i}`);

  it('keeps about the share, whatever ids look like', () => {
    for (const share of [0.001, 0.01, 0.3]) {
      const kept = ids.filter((id) => isTransactionSampled(id, share)).length;
      expect(Math.abs(kept - share * ids.length)).toBeLessThan(5 * Math.sqrt(share * ids.length));
    }
    expect(ids.some((id) => isTransactionSampled(id, 0))).toBe(false);
    expect(ids.every((id) => isTransactionSampled(id, 1))).toBe(true);
  });

  it('keeps with a greater share whatever it keeps with a smaller one', () => {
    for (const id of ids)
      if (isTransactionSampled(id, 0.05)) expect(isTransactionSampled(id, 0.2)).toBe(true);
  });
});
