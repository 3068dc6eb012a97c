import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/base/random.js';
import { ExponentialHistogram } from '../../../src/metrics/exponential-histogram.js';

/** Everything that decides what a sketch answers; `sum` apart, because floating sums depend on order. */
function contents(sketch: ExponentialHistogram): unknown {
  const bucketsOf = ({ offset, length, counts }: ExponentialHistogram['positive']) => ({
    offset: length === 0 ? 0 : offset,
    counts: [...counts.subarray(0, length)],
  });
  const { scale, count, zeroCount, min, max } = sketch;
  return {
    scale,
    count,
    zeroCount,
    min,
    max,
    positive: bucketsOf(sketch.positive),
    negative: bucketsOf(sketch.negative),
  };
}

function sketchOf(values: readonly (readonly [number, number])[], maxBuckets?: number): ExponentialHistogram {
  const sketch = new ExponentialHistogram(maxBuckets);
  for (const [value, weight] of values) sketch.add(value, weight);
  return sketch;
}

const anyFinite = fc.double({ noNaN: true, noDefaultInfinity: true });
const latencies = fc.double({ min: 1e-4, max: 100, noNaN: true });
const weighted = (value: fc.Arbitrary<number>) =>
  fc.array(fc.tuple(value, fc.integer({ min: 1, max: 20 })), { maxLength: 80 });

describe('an exponential histogram', () => {
  it.each([
    ['any finite doubles', weighted(anyFinite), 160],
    ['latencies', weighted(latencies), 160],
    ['few buckets', weighted(anyFinite), 8],
    [
      'neighbours of powers of two',
      weighted(
        fc
          .tuple(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -3, max: 3 }))
          .map(([power, ulps]) => 2 ** power * (1 + ulps * Number.EPSILON)),
      ),
      20,
    ],
  ])('merges to what one sketch of everything would hold: %s', (_, values, maxBuckets) => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const merged = sketchOf(left, maxBuckets);
        merged.merge(sketchOf(right, maxBuckets));
        expect(contents(merged)).toEqual(contents(sketchOf([...left, ...right], maxBuckets)));
      }),
      { numRuns: 300 },
    );
  });

  it('does not care about the order of values', () => {
    fc.assert(
      fc.property(weighted(anyFinite), (values) => {
        expect(contents(sketchOf(values))).toEqual(contents(sketchOf([...values].reverse())));
      }),
    );
  });

  it('puts positive values where the data model says: (base^i, base^(i+1)]', () => {
    fc.assert(
      fc.property(latencies, fc.integer({ min: 2, max: 40 }), (value, maxBuckets) => {
        const sketch = sketchOf(
          [
            [value, 1],
            [value * 1000, 1],
            [value / 7, 1],
          ],
          maxBuckets,
        );
        const index = sketch.indexOf(value);
        const tolerance = 1 + 1e-11;
        expect(value).toBeLessThanOrEqual(sketch.upperBound(index) * tolerance);
        expect(value * tolerance).toBeGreaterThan(sketch.upperBound(index - 1));
      }),
    );
  });

  it('puts exact powers of two into the bucket they close', () => {
    const sketch = sketchOf(
      [
        [1, 1],
        [2, 1],
        [4, 1],
        [1024, 1],
        [2 ** -20, 1],
      ],
      40,
    );
    expect(sketch.scale).toBe(0);
    expect([1, 2, 4, 1024, 2 ** -20].map((value) => sketch.indexOf(value))).toEqual([-1, 0, 1, 9, -21]);
  });

  it('answers quantiles of lognormal data within its bound', () => {
    const random = createRandom(5);
    const normal = (): number =>
      Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
    const values = Array.from({ length: 20_000 }, () => 0.05 * Math.exp(0.8 * normal()));
    const sketch = sketchOf(values.map((value) => [value, 1] as const));
    const sorted = [...values].sort((a, b) => a - b);
    const base = 2 ** (2 ** -sketch.scale);
    const bound = (base - 1) / (base + 1);
    expect(bound).toBeLessThan(0.05);
    for (const q of [0, 0.001, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1]) {
      const exact = sorted[Math.floor(q * (sorted.length - 1))]!;
      expect(Math.abs(sketch.quantile(q) - exact) / exact, `quantile ${q}`).toBeLessThanOrEqual(
        bound * 1.000001,
      );
    }
  });

  it('answers quantiles of anything within its bound, weights and signs included', () => {
    fc.assert(
      fc.property(
        weighted(fc.oneof(anyFinite, fc.constant(0), fc.double({ min: -5, max: 5, noNaN: true }))),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          fc.pre(values.length > 0);
          const sketch = sketchOf(values);
          const sorted = values
            .flatMap(([value, weight]) => new Array<number>(weight).fill(value))
            .sort((a, b) => a - b);
          const exact = sorted[Math.floor(q * (sorted.length - 1))]!;
          const base = 2 ** (2 ** -sketch.scale);
          const bound = base === Infinity ? 1 : (base - 1) / (base + 1);
          const answer = sketch.quantile(q);
          expect(Number.isFinite(answer)).toBe(true);
          expect(Math.abs(answer - exact)).toBeLessThanOrEqual(
            Math.abs(exact) * bound * 1.000001 + Number.MIN_VALUE,
          );
        },
      ),
    );
  });

  it('knows count, sum, extremes and zeros', () => {
    const sketch = sketchOf([
      [-3, 2],
      [0, 4],
      [5, 1],
      [-0, 1],
    ]);
    expect(sketch).toMatchObject({ count: 8, sum: -1, min: -3, max: 5, zeroCount: 5 });
    expect([sketch.quantile(0), sketch.quantile(0.5), sketch.quantile(1)]).toEqual([-3, 0, 5]);
  });

  it('answers NaN while empty, and survives the whole range of doubles', () => {
    expect(new ExponentialHistogram().quantile(0.5)).toBeNaN();
    const extremes = [Number.MIN_VALUE, 2.2e-308, 1e-300, 1, Number.MAX_VALUE];
    const sketch = sketchOf(
      [...extremes, ...extremes.map((value) => -value)].map((value) => [value, 1] as const),
    );
    for (let q = 0; q <= 1; q += 0.05) expect(Number.isFinite(sketch.quantile(q))).toBe(true);
    expect(sketch.positive.length).toBeLessThanOrEqual(160);
    const tight = sketchOf(
      [
        [Number.MIN_VALUE, 1],
        [Number.MAX_VALUE, 1],
      ],
      4,
    );
    expect(tight.quantile(0)).toBe(Number.MIN_VALUE);
    expect(tight.quantile(1)).toBe(Number.MAX_VALUE);
  });
});
