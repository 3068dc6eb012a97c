/** Every figure is what a loop over the same samples gives: counters that fall and begin late, buckets, gauges, pools of series. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { analyticsOver, MemoryHistory } from './source.js';

const SECOND = 1000;
const START = 1_735_689_600_000;

/** One second apart, from START. */
function timesOf(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, i) => START + (first + i) * SECOND);
}

/** A counter's values, and what it counted after START. It is zero before its first sample, and after each restart. */
interface Counted {
  readonly first: number;
  readonly values: readonly number[];
  readonly grown: number;
}

const counted = fc
  .record({
    first: fc.nat(20),
    growths: fc.array(fc.record({ by: fc.nat(50), restart: fc.nat(15) }), { minLength: 45, maxLength: 45 }),
  })
  .map(({ first, growths }): Counted => {
    const values: number[] = [];
    let value = 0;
    let grown = 0;
    for (const [i, { by, restart }] of growths.slice(first).entries()) {
      // A restart shows where the counter falls.
      if (restart === 0 && by < value) value = 0;
      value += by;
      values.push(value);
      if (first + i > 0) grown += by;
    }
    return { first, values, grown };
  });

it('counts as a loop does, over restarts and late beginnings', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(counted, { minLength: 1, maxLength: 5 }), async (all) => {
      const history = new MemoryHistory();
      const truth = new Map<string, number>();
      all.forEach(({ first, values, grown }, i) => {
        const contract = `c${i % 2}`;
        const labels = { __name__: 'fuel_total', contract, node_id: String(i), chain_id: 'x' };
        history.add(labels, timesOf(values.length, first), values);
        truth.set(contract, (truth.get(contract) ?? 0) + grown);
      });
      const meters = [{ name: 'fuel', metric: 'fuel_total', by: ['contract'] }];
      const range = { fromMs: START, toMs: START + 44 * SECOND };
      const {
        meters: [fuel],
      } = await analyticsOver(history).usage({ range, meters });
      const found = new Map(fuel!.lines.map(({ labels, quantity }) => [labels['contract'], quantity]));
      expect(found).toEqual(truth);
      expect(fuel!.total).toBe([...truth.values()].reduce((a, b) => a + b));
    }),
    { numRuns: 60 },
  );
});

const bounds = [0.1, 0.2, 0.5, 1, 2];

/** Prometheus's rule: linear within the bucket of the rank. */
function quantileOf(q: number, observations: readonly number[]): number {
  const rank = q * observations.length;
  const upTo = (bound: number): number => observations.filter((value) => value <= bound).length;
  const at = bounds.findIndex((bound) => upTo(bound) >= rank);
  if (at < 0) return bounds.at(-1)!;
  const low = at === 0 ? 0 : bounds[at - 1]!;
  const before = at === 0 ? 0 : upTo(low);
  return low + ((bounds[at]! - low) * (rank - before)) / (upTo(bounds[at]!) - before);
}

it('gives the quantiles and the success rate of what was observed in the range', async () => {
  const observation = fc.record({
    second: fc.integer({ min: 1, max: 40 }),
    seconds: fc.integer({ min: 1, max: 250 }).map((centi) => centi / 100),
    outcome: fc.constantFrom('ok', 'failed'),
    contract: fc.constantFrom('a', 'b'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(observation, { minLength: 1, maxLength: 60 }), async (all) => {
      const history = new MemoryHistory();
      for (const contract of ['a', 'b'])
        for (const outcome of ['ok', 'failed']) {
          const own = all.filter((one) => one.contract === contract && one.outcome === outcome);
          const series = (name: string, value: (second: number) => number, le?: string): void =>
            history.add(
              { __name__: name, contract, outcome, ...(le === undefined ? {} : { le }) },
              timesOf(41),
              Array.from({ length: 41 }, (_, second) => value(second)),
            );
          const upTo = (second: number, bound: number): number =>
            own.filter((one) => one.second <= second && one.seconds <= bound).length;
          for (const bound of [...bounds, Infinity])
            series(
              'd_seconds_bucket',
              (second) => upTo(second, bound),
              bound === Infinity ? '+Inf' : String(bound),
            );
          series('d_seconds_count', (second) => upTo(second, Infinity));
        }
      const from = 10;
      const success = { metric: 'd_seconds_count', label: 'outcome', values: ['ok'] };
      const range = { fromMs: START + from * SECOND, toMs: START + 40 * SECOND };
      const asked = { range, metric: 'd_seconds', by: ['contract'], success };
      const { groups } = await analyticsOver(history).performance(asked);
      for (const contract of ['a', 'b']) {
        const own = all.filter((one) => one.contract === contract && one.second > from);
        const group = groups.find(({ labels }) => labels['contract'] === contract)!;
        expect(group.count).toBe(own.length);
        if (own.length === 0) {
          expect(group).toEqual({ labels: { contract }, count: 0 });
          continue;
        }
        const values = own.map(({ seconds }) => seconds);
        expect(group.median).toBeCloseTo(quantileOf(0.5, values), 9);
        expect(group.p95).toBeCloseTo(quantileOf(0.95, values), 9);
        expect(group.p99).toBeCloseTo(quantileOf(0.99, values), 9);
        const good = own.filter(({ outcome }) => outcome === 'ok').length;
        expect(group.successRate).toBeCloseTo(good / own.length, 12);
      }
    }),
    { numRuns: 40 },
  );
});

it('aggregates the samples of each interval, of one series and of several together', async () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 90 });
  await fc.assert(
    fc.asyncProperty(values, values, async (one, two) => {
      const history = new MemoryHistory();
      history.add({ __name__: 'load', node: '1' }, timesOf(one.length, 1), one);
      history.add({ __name__: 'load', node: '2' }, timesOf(two.length, 1), two);
      const analytics = analyticsOver(history);
      const range = { fromMs: START, toMs: START + 100 * SECOND };
      const asked = { range, metric: 'load', intervalMs: 10 * SECOND } as const;
      const chunk = (all: readonly number[], i: number): readonly number[] => all.slice(i * 10, i * 10 + 10);
      const mean = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0) / all.length;
      const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);
      const apart = {
        avg: mean,
        min: (all: readonly number[]) => Math.min(...all),
        max: (all: readonly number[]) => Math.max(...all),
        sum,
        count: (all: readonly number[]) => all.length,
        last: (all: readonly number[]) => all.at(-1)!,
        p50: (all: readonly number[]) => sortedQuantile(all, 0.5),
        p95: (all: readonly number[]) => sortedQuantile(all, 0.95),
        p99: (all: readonly number[]) => sortedQuantile(all, 0.99),
      } as const;
      for (const [aggregation, expected] of Object.entries(apart)) {
        const { series } = await analytics.timeSeries({
          ...asked,
          aggregation: aggregation as keyof typeof apart,
        });
        for (const { labels, points } of series) {
          const all = labels['node'] === '1' ? one : two;
          expect(points.map(({ fromMs }) => fromMs)).toEqual(
            Array.from({ length: Math.ceil(all.length / 10) }, (_, i) => START + i * 10 * SECOND),
          );
          points.forEach(({ value }, i) =>
            expect(value, aggregation).toBeCloseTo(expected(chunk(all, i)), 9),
          );
        }
      }
      for (const aggregation of ['avg', 'min', 'max', 'sum', 'count'] as const) {
        const { series } = await analytics.timeSeries({ ...asked, aggregation, by: [] });
        series[0]!.points.forEach(({ value }, i) =>
          expect(value, aggregation).toBeCloseTo(apart[aggregation]([...chunk(one, i), ...chunk(two, i)]), 9),
        );
      }
    }),
    { numRuns: 25 },
  );
});

/** Linear between the two samples next to the rank, as `quantile_over_time` has it. */
function sortedQuantile(all: readonly number[], q: number): number {
  const sorted = [...all].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const low = Math.floor(rank);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! * (1 - (rank - low)) + sorted[high]! * (rank - low);
}
