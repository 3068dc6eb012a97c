import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Board, boardMetrics } from '../../../src/metrics/board.js';
import { counter, histogram, summary } from '../../../src/metrics/definition.js';

const refused = (board: Board, metric: string): number =>
  board.counter(boardMetrics.invalid).at(metric).value;

describe('a counter', () => {
  const definition = counter('hotstuff_x_total', 'x', []);

  it('takes finite amounts from 0 up and counts what it refuses', () => {
    const board = new Board();
    const handle = board.counter(definition).at();
    handle.add();
    handle.add(0);
    handle.add(2.5);
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) handle.add(bad);
    expect(handle.value).toBe(3.5);
    expect(refused(board, definition.name)).toBe(3);
  });

  it('follows a cumulative source over its resets', () => {
    const handle = new Board().counter(definition).at();
    const totals = [5, 9, 3, 3, 10];
    totals.forEach((total, i) => handle.follow(total, totals[i - 1] ?? 0));
    expect(handle.value).toBe(5 + 4 + 3 + 0 + 7);
  });
});

describe('a histogram', () => {
  it('puts each value where a naive reading of `le` puts it', () => {
    const bound = fc.integer({ min: -20, max: 20 }).map((i) => i / 4);
    const bounds = fc
      .uniqueArray(bound, { minLength: 1, maxLength: 24 })
      .map((list) => list.sort((a, b) => a - b));
    const values = fc.array(
      fc.tuple(
        fc.oneof(bound, fc.double({ min: -10, max: 10, noNaN: true })),
        fc.integer({ min: 1, max: 5 }),
      ),
    );
    fc.assert(
      fc.property(bounds, values, (upper, observations) => {
        const board = new Board();
        const handle = board.histogram(histogram('hotstuff_x', 'x', upper, [])).at();
        for (const [value, weight] of observations) handle.observe(value, weight);
        const slots = [...board.slots.values.subarray(handle.slot, handle.slot + upper.length + 1)];
        const naive = [...upper, Infinity].map((le, i) =>
          observations
            .filter(([value]) => value <= le && (i === 0 || value > upper[i - 1]!))
            .reduce((sum, [, weight]) => sum + weight, 0),
        );
        expect(slots).toEqual(naive);
        expect(handle.count).toBe(observations.reduce((sum, [, weight]) => sum + weight, 0));
        expect(handle.sum).toBeCloseTo(
          observations.reduce((sum, [value, weight]) => sum + value * weight, 0),
          6,
        );
      }),
    );
  });

  it('refuses and counts what is not finite or weighs nothing', () => {
    const board = new Board();
    const handles = [
      board.histogram(histogram('hotstuff_h', 'x', [1], [])).at(),
      board.summary(summary('hotstuff_s', 'x', [0.5], [])).at(),
    ];
    for (const handle of handles) {
      for (const bad of [Number.NaN, Infinity, -Infinity]) handle.observe(bad);
      for (const weight of [0, -1, Number.NaN, Infinity]) handle.observe(1, weight);
    }
    expect(handles[0]).toMatchObject({ count: 0, sum: 0 });
    expect(refused(board, 'hotstuff_h')).toBe(7);
    expect(refused(board, 'hotstuff_s')).toBe(7);
  });
});
