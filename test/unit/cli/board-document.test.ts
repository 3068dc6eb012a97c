/** Metric values as JSON: every kind, with nothing that JSON cannot say. */
import { describe, expect, it } from 'vitest';
import { boardDocument } from '../../../src/cli/board-document.js';
import { Board } from '../../../src/metrics/board.js';
import { counter, gauge, histogram, summary } from '../../../src/metrics/definition.js';

describe('boardDocument', () => {
  it('has counters, gauges, cumulative buckets and quantiles', () => {
    const board = new Board();
    board
      .counter(counter('hotstuff_a_total', 'A.', ['node']))
      .at('n1')
      .add(2);
    board
      .gauge(gauge('hotstuff_b', 'B.', []))
      .at()
      .set(Number.POSITIVE_INFINITY);
    const buckets = board.histogram(histogram('hotstuff_c', 'C.', [1, 2], [])).at();
    for (const value of [0.5, 1.5, 1.6, 9]) buckets.observe(value);
    board
      .summary(summary('hotstuff_d', 'D.', [0.5], []))
      .at()
      .observe(4);
    const document = boardDocument(board.snapshot());
    const series = (name: string) => document.find((metric) => metric.name === name)?.series;
    expect(series('hotstuff_a_total')).toEqual([{ labels: { node: 'n1' }, value: 2 }]);
    expect(series('hotstuff_b')).toEqual([{ labels: {}, value: '+Inf' }]);
    expect(series('hotstuff_c')).toEqual([
      {
        labels: {},
        buckets: [
          { le: 1, count: 1 },
          { le: 2, count: 3 },
          { le: '+Inf', count: 4 },
        ],
        sum: 12.6,
        count: 4,
      },
    ]);
    expect(series('hotstuff_d')).toMatchObject([{ sum: 4, count: 1 }]);
  });
});
