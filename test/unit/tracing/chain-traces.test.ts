/** Which views are traced, why, and how often: by one sidecar, and by several that never talk. */
import { describe, expect, it } from 'vitest';
import { isSampled } from '../../../src/tracing/ids.js';
import { tracingMetrics } from '../../../src/tracing/catalogue.js';
import { orphansOf, traced, viewOf, type Traced } from './simulated.js';

function reasonsOf({ spans }: Traced): Map<number, string> {
  const reasons = new Map<number, string>();
  for (const span of spans)
    if (span.name === 'view' || span.name === 'replica')
      reasons.set(viewOf(span), String(span.attributes['hotstuff.kept_because']));
  return reasons;
}

describe('what is kept', () => {
  it('at a tenth is the tenth whose trace ids say so, by every sidecar alike', async () => {
    const [one, other] = await Promise.all([0, 2].map((index) => traced({}, { share: 0.1 }, [index])));
    const [a, b] = [reasonsOf(one!), reasonsOf(other!)];
    const healthy = (reasons: Map<number, string>): number[] =>
      [...reasons].filter(([, reason]) => reason === 'sampled').map(([view]) => view);
    expect(healthy(a).length).toBeGreaterThan(15);
    const last = Math.min(Math.max(...a.keys()), Math.max(...b.keys()));
    expect(healthy(a).filter((view) => view < last)).toEqual(healthy(b).filter((view) => view < last));
    for (const span of one!.spans) expect(isSampled(span.traceId, 0.1)).toBe(true);
  });

  it('by two sidecars at two validators is one trace, whose only orphans are replicas of unseen leaders', async () => {
    const [one, other] = await Promise.all([1, 3].map((index) => traced({}, {}, [index])));
    const spans = [...one!.spans, ...other!.spans];
    const last = Math.max(...spans.map(viewOf));
    for (const { name, source, attributes } of orphansOf(spans).filter((span) => viewOf(span) < last - 1)) {
      expect(name).toBe('replica');
      expect(['validator-0', 'validator-2']).toContain(attributes['hotstuff.leader']);
      expect(['validator-1', 'validator-3']).toContain(source.validator);
    }
    const nodes = new Map<string, Set<string>>();
    for (const { traceId, source } of spans)
      nodes.set(traceId, (nodes.get(traceId) ?? new Set()).add(source.node));
    const both = [...nodes.values()].filter(({ size }) => size === 2);
    expect(both.length).toBeGreaterThan(0.95 * nodes.size);
    expect(new Set(spans.map(({ traceId, spanId }) => traceId + spanId)).size).toBe(spans.length);
  });

  it('bears its evidence, though no sample took it', async () => {
    const liar = { kind: 'byzantine', validator: 1, behaviour: 'double_vote', atUs: 500_000 } as const;
    const run = await traced({ faults: [liar], durationUs: 4_000_000 }, { share: 1e-9 });
    const bearing = run.spans.filter(({ attributes }) => attributes['hotstuff.findings'] !== undefined);
    expect(bearing.length).toBeGreaterThan(0);
    for (const { attributes } of bearing) {
      expect(attributes['hotstuff.kept_because']).toBe('evidence');
      expect(attributes['hotstuff.findings']).toContain('double_vote');
      expect((attributes['hotstuff.finding_ids'] as string[])[0]).toMatch(/^[0-9a-f]{24}$/);
    }
  });

  it('is slow beside the views before it', async () => {
    const slow = {
      kind: 'slow',
      validator: 2,
      delayUs: 120_000,
      atUs: 6_000_000,
      durationUs: 500_000,
    } as const;
    const run = await traced({ faults: [slow] }, { share: 1e-9, slowQuantile: 0.99 }, [0]);
    const reasons = [...reasonsOf(run).values()];
    expect(reasons).toContain('slow');
    expect(reasons.length).toBeLessThan(20);
  });

  it('is told once per node and view, and counted with the rest', async () => {
    const run = await traced({}, { share: 0.2 });
    const parts = run.spans.filter(({ name }) => name === 'view' || name === 'replica');
    expect(new Set(parts.map((span) => `${viewOf(span)} ${span.source.node}`)).size).toBe(parts.length);
    const count = (reason: string): number => run.board.counter(tracingMetrics.views).at(reason).value;
    expect(count('sampled')).toBe(parts.length);
    expect(count('passed_by')).toBeGreaterThan(count('sampled'));
    expect(run.board.counter(tracingMetrics.spans).at().value).toBe(run.spans.length);
  });

  it('beyond the bound of a view is dropped and counted, the leader last', async () => {
    const run = await traced({ durationUs: 2_000_000 }, { limits: { perView: 8, perSecond: 1e6 } });
    const perView = new Map<number, number>();
    for (const span of run.spans) perView.set(viewOf(span), (perView.get(viewOf(span)) ?? 0) + 1);
    for (const [view, spans] of perView) expect(spans, `view ${view}`).toBeLessThanOrEqual(8);
    const dropped = run.board.counter(tracingMetrics.dropped).at('view_limit').value;
    expect(dropped).toBeGreaterThan(run.spans.length);
    const roots = run.spans.filter(({ name }) => name === 'view');
    expect(roots.length).toBeGreaterThan(0.9 * perView.size);
  });
});
