/** Exemplars of simulated views: what they point at was observed, and is traced. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createExposition } from '../../../src/export/prometheus/exposition.js';
import { Board } from '../../../src/metrics/board.js';
import { ExemplarBook, type HeldExemplar } from '../../../src/metrics/exemplars.js';
import { Histogram } from '../../../src/metrics/series.js';
import { traced, type Traced } from './simulated.js';

describe('the exemplars of a run', () => {
  let run: Traced;
  let held: HeldExemplar[];
  /** Every value that each histogram was given, as the observers gave it. */
  const observed = new Map<number, Set<number>>();
  let page: string;
  beforeAll(async () => {
    const listened = vi.spyOn(Histogram.prototype, 'observe');
    try {
      const crash = { kind: 'crash', validator: 2, atUs: 1_000_000, durationUs: 2_000_000 } as const;
      const board = new Board({});
      const exemplars = new ExemplarBook(board);
      run = await traced(
        {
          network: { delay: { kind: 'exponential', floorUs: 3_000, meanUs: 9_000 }, jitterUs: 777 },
          faults: [crash],
          workload: { transactionsPerSecond: 100 },
        },
        { share: 0.2, exemplars },
        undefined,
        board,
      );
      held = [...exemplars.recent()];
      const exposition = createExposition({ board, exemplars });
      page = Buffer.from(await exposition.render('openmetrics')).toString();
      listened.mock.contexts.forEach((histogram, i) => {
        const { slot } = histogram as Histogram;
        observed.set(slot, (observed.get(slot) ?? new Set()).add(listened.mock.calls[i]![0]));
      });
    } finally {
      listened.mockRestore();
    }
  });

  it('are values that the histogram was given, in the bucket that counted them', () => {
    expect(held.length).toBeGreaterThan(200);
    for (const { series, bucket, exemplar } of held) {
      const { definition } = series;
      if (definition.kind !== 'histogram') continue;
      expect(observed.get(series.slot)?.has(exemplar.value), `${definition.name} ${exemplar.value}`).toBe(
        true,
      );
      expect(exemplar.value).toBeLessThanOrEqual(definition.bounds![bucket] ?? Infinity);
      if (bucket > 0) expect(exemplar.value).toBeGreaterThan(definition.bounds![bucket - 1]!);
    }
  });

  it('are of many metrics, and lead to a span that was told by the same node at that time', () => {
    const spans = new Map(run.spans.map((span) => [`${span.traceId}${span.spanId}`, span]));
    for (const { series, exemplar } of held) {
      const span = spans.get(`${exemplar.traceId}${exemplar.spanId}`)!;
      expect(['view', 'replica']).toContain(span.name);
      expect(span.source.node).toBe(series.labelValues[1]);
      expect(exemplar.atUs).toBeGreaterThanOrEqual(span.startUs);
    }
    const names = new Set(held.map(({ series }) => series.definition.name));
    for (const name of [
      'hotstuff_consensus_view_duration_seconds',
      'hotstuff_consensus_stage_duration_seconds',
      'hotstuff_consensus_view_change_duration_seconds',
      'hotstuff_consensus_view_timeouts_total',
      'hotstuff_execution_block_duration_seconds',
    ])
      expect(names, name).toContain(name);
  });

  it('stand on the page behind the bucket, within what the format allows', () => {
    const lines = page.split('\n').filter((line) => line.includes(' # {'));
    expect(lines.length).toBeGreaterThan(50);
    for (const line of lines) {
      const parts =
        /^(\w+)\{.*\} \d+ # \{trace_id="([0-9a-f]{32})",span_id="([0-9a-f]{16})"\} (\S+) (\S+)$/.exec(line);
      expect(parts, line).not.toBeNull();
      const bound = Number(/le="([^"]+)"/.exec(line)?.[1]?.replace('+Inf', 'Infinity') ?? Infinity);
      expect(Number(parts![4])).toBeLessThanOrEqual(bound);
      expect(parts![1]).toMatch(/_(bucket|total)$/);
    }
  });
});
