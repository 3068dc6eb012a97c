/** What proposals usually take, whatever the clocks say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TransitTimes } from '../../../../../src/domains/consensus/verdict/transit-times.js';

function timesOf(us: readonly number[]): TransitTimes {
  const times = new TransitTimes();
  for (const one of us) times.note('v1', one);
  return times;
}

describe('usual transit times', () => {
  it('are unknown for whom nothing came from', () => {
    expect(timesOf([20_000]).usual('v2')).toBeUndefined();
  });

  it('are the least, and how far the median is above it', () => {
    expect(timesOf([20_000, 220_000, 25_000]).usual('v1')).toEqual({ leastUs: 20_000, spreadUs: 5_000 });
  });

  it('forget what is old', () => {
    expect(timesOf([1, ...new Array<number>(16).fill(50_000)]).usual('v1')).toEqual({
      leastUs: 50_000,
      spreadUs: 0,
    });
  });

  it('are moved by a wrong clock, and their spread is not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: -10_000_000, max: 10_000_000 }),
        (us, errorUs) => {
          const [right, wrong] = [us, us.map((one) => one + errorUs)].map((one) => timesOf(one).usual('v1')!);
          expect(wrong).toEqual({ leastUs: right!.leastUs + errorUs, spreadUs: right!.spreadUs });
        },
      ),
    );
  });
});
