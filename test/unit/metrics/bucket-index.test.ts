import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketIndex } from '../../../src/metrics/bucket-index.js';

/** The plainest search there is. */
function plain(bounds: readonly number[], value: number): number {
  const found = bounds.findIndex((bound) => bound >= value);
  return found === -1 ? bounds.length : found;
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('BucketIndex', () => {
  it('finds what a plain search finds, for any bounds and any value', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(finite, { minLength: 1, maxLength: 40 }),
        fc.array(finite),
        (unsorted, values) => {
          const bounds = [...new Set(unsorted.map((bound) => bound + 0))].sort((a, b) => a - b);
          const index = new BucketIndex(bounds);
          for (const value of [...values, ...bounds, 0, -0])
            expect(index.locate(value)).toBe(plain(bounds, value));
        },
      ),
    );
  });

  it('puts a bound into the bucket that it closes, and what is next to it on either side where it belongs', () => {
    const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.1, 1, 2, 1e6];
    const index = new BucketIndex(bounds);
    for (const bound of bounds) {
      for (const value of [bound, bound * (1 + Number.EPSILON), bound * (1 - Number.EPSILON)]) {
        expect(index.locate(value), String(value)).toBe(plain(bounds, value));
      }
    }
  });

  it('takes bounds from the smallest to the greatest float', () => {
    const bounds = [-Number.MAX_VALUE, -1, 0, Number.MIN_VALUE, 1, Number.MAX_VALUE];
    const index = new BucketIndex(bounds);
    for (const value of [
      -Number.MAX_VALUE,
      -5,
      -1,
      -0,
      0,
      Number.MIN_VALUE,
      1e-310,
      0.5,
      1,
      1e300,
      Number.MAX_VALUE,
    ]) {
      expect(index.locate(value), String(value)).toBe(plain(bounds, value));
    }
  });
});
