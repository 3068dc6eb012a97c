/** The tables by view and height: what they know, what they forget, and how large they get. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentTable, REMEMBERED } from '../../../simulator/checkers/recent-table.js';

describe('a table of the newest', () => {
  it('answers as a map does, for everything that is not too far back', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -40, max: 3_000 }), fc.nat()), { maxLength: 400 });
    fc.assert(
      fc.property(steps, (moves) => {
        const table = new RecentTable(4);
        const model = new Map<number, number>();
        let at = 0;
        for (const [step, value] of moves) {
          at = Math.max(0, at + step);
          table.set(at, value);
          model.set(at, value);
        }
        const newest = Math.max(0, ...model.keys());
        for (const [index, value] of model) {
          const isForgotten = index <= newest - REMEMBERED;
          expect(table.forgot(index)).toBe(isForgotten);
          if (!isForgotten) expect(table.get(index)).toBe(value);
        }
        for (let index = newest; index > newest - 100; index--)
          expect(table.get(index)).toBe(model.get(index) ?? -1);
      }),
      { numRuns: 50 },
    );
  });

  it('has room for so many and no more, however far it goes', () => {
    const table = new RecentTable();
    for (let view = 1; view <= 4 * REMEMBERED; view++) table.set(view, view);
    expect(table.capacity).toBe(REMEMBERED);
    expect(table.get(4 * REMEMBERED - 100)).toBe(4 * REMEMBERED - 100);
    expect(table.forgot(3 * REMEMBERED)).toBe(true);
    expect(table.forgot(3 * REMEMBERED + 1)).toBe(false);
  });

  it('takes nothing that is too far back, and loses nothing to it', () => {
    const table = new RecentTable();
    table.set(5 + REMEMBERED, 1);
    table.set(5, 2);
    expect(table.get(5)).toBe(-1);
    expect(table.get(5 + REMEMBERED)).toBe(1);
  });
});
