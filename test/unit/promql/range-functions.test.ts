import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WallClock } from '../../../src/base/clock.js';
import { Labels } from '../../../src/promql/labels.js';
import { PromqlEngine } from '../../../src/promql/engine.js';
import { writeStale, type Series } from '../../../src/promql/series.js';

const RANGE_MS = 60_000;

interface Sample {
  readonly time: number;
  readonly value: number;
}

/** What a window's samples give, worked out one window at a time. */
const models: Readonly<Record<string, (window: readonly Sample[], endMs: number) => number | undefined>> = {
  count_over_time: (window) => window.length,
  sum_over_time: (window) => window.reduce((sum, { value }) => sum + value, 0),
  avg_over_time: (window) => window.reduce((sum, { value }) => sum + value, 0) / window.length,
  max_over_time: (window) =>
    window.reduce((best, { value }) => (value > best || Number.isNaN(best) ? value : best), Number.NaN),
  min_over_time: (window) =>
    window.reduce((best, { value }) => (value < best || Number.isNaN(best) ? value : best), Number.NaN),
  first_over_time: (window) => window[0]!.value,
  last_over_time: (window) => window.at(-1)!.value,
  present_over_time: () => 1,
  changes: (window) =>
    pairs(window).filter(([a, b]) => !Object.is(a.value, b.value) && a.value !== b.value).length,
  resets: (window) => pairs(window).filter(([a, b]) => b.value < a.value).length,
  idelta: (window) => (window.length < 2 ? undefined : window.at(-1)!.value - window.at(-2)!.value),
  increase: (window, endMs) => increase(window, endMs),
  rate: (window, endMs) => {
    const total = increase(window, endMs);
    return total === undefined ? undefined : total / (RANGE_MS / 1000);
  },
};

function pairs(window: readonly Sample[]): readonly (readonly [Sample, Sample])[] {
  return window.slice(1).map((sample, i) => [window[i]!, sample] as const);
}

function increase(window: readonly Sample[], endMs: number): number | undefined {
  if (window.length < 2) return undefined;
  const first = window[0]!;
  const last = window.at(-1)!;
  const grown = pairs(window).reduce(
    (sum, [a, b]) => sum + (b.value < a.value ? b.value : b.value - a.value),
    0,
  );
  const sampled = last.time - first.time;
  const average = sampled / (window.length - 1);
  let before = first.time - (endMs - RANGE_MS);
  let after = endMs - last.time;
  if (before >= average * 1.1) before = average / 2;
  if (grown > 0) before = Math.min(before, (sampled * first.value) / grown);
  if (after >= average * 1.1) after = average / 2;
  return (grown * (sampled + before + after)) / sampled;
}

/** Irregular samples of a counter that restarts, with stale markers in between. */
const column = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 1, max: 9000 }),
    value: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 50 }) },
      { weight: 1, arbitrary: fc.constant('stale' as const) },
    ),
  }),
  { minLength: 1, maxLength: 120 },
);

function seriesOf(points: readonly { gapMs: number; value: number | 'stale' }[]): {
  series: Series;
  samples: Sample[];
} {
  const times = new Float64Array(points.length);
  const values = new Float64Array(points.length);
  const samples: Sample[] = [];
  let time = 0;
  points.forEach(({ gapMs, value }, i) => {
    times[i] = time += gapMs;
    if (value === 'stale') writeStale(values, i);
    else samples.push({ time, value: (values[i] = value) });
  });
  return { series: { labels: Labels.from([['__name__', 'x_total']]), times, values }, samples };
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

describe('range functions', () => {
  it.each(Object.keys(models))(
    '%s over overlapping windows is what each window gives by itself',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(column, fc.integer({ min: 500, max: 40_000 }), async (points, stepMs) => {
          const { series, samples } = seriesOf(points);
          const engine = new PromqlEngine({ source: { select: () => [series] }, clock: new WallClock() });
          const outcome = await engine.range(`${name}(x_total[1m])`, 0, 400_000, stepMs);
          if (outcome.status === 'error' || outcome.value.type !== 'matrix') throw new Error('no matrix');
          const [answer] = outcome.value.series;
          const found = new Map(Array.from(answer?.times ?? [], (time, i) => [time, answer!.values[i]!]));
          for (let endMs = 0; endMs <= 400_000; endMs += stepMs) {
            const window = samples.filter(({ time }) => time > endMs - RANGE_MS && time <= endMs);
            const expected = window.length === 0 ? undefined : models[name]!(window, endMs);
            const value = found.get(endMs);
            const isSame =
              expected === undefined ? value === undefined : value !== undefined && isClose(value, expected);
            if (!isSame) throw new Error(`at ${endMs}: ${value}, expected ${expected}`);
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  it('gives the same when the work is cut into slices', async () => {
    const length = 30_000;
    const times = Float64Array.from({ length }, (_, i) => i * 100);
    const values = Float64Array.from({ length }, (_, i) => (i * 7919) % 1009);
    const series = { labels: Labels.from([['__name__', 'x_total']]), times, values };
    const engine = new PromqlEngine({ source: { select: () => [series] }, clock: new WallClock() });
    for (const name of [...Object.keys(models), 'quantile_over_time']) {
      const query =
        name === 'quantile_over_time' ? 'quantile_over_time(0.9, x_total[5m])' : `${name}(x_total[5m])`;
      const outcome = await engine.range(query, 0, 3_000_000, 10_000);
      if (outcome.status === 'error' || outcome.value.type !== 'matrix') throw new Error('no matrix');
      const all = outcome.value.series[0]!;
      for (const step of [30, 137, 280]) {
        const at = all.times.indexOf(step * 10_000);
        const one = await engine.instant(query, step * 10_000);
        if (one.status === 'error' || one.value.type !== 'vector') throw new Error('no vector');
        expect(all.values[at]).toBe(one.value.samples[0]!.value);
      }
    }
  });

  it('knows what straight lines do', async () => {
    const times = Float64Array.from({ length: 60 }, (_, i) => i * 1000);
    const series = {
      labels: Labels.from([['__name__', 'x']]),
      times,
      values: times.map((time) => 3 + time / 500),
    };
    const engine = new PromqlEngine({ source: { select: () => [series] }, clock: new WallClock() });
    const value = async (query: string): Promise<number> => {
      const outcome = await engine.instant(query, 59_000);
      if (outcome.status === 'error' || outcome.value.type !== 'vector') throw new Error('no vector');
      return outcome.value.samples[0]!.value;
    };
    expect(await value('deriv(x[1m])')).toBeCloseTo(2, 9);
    expect(await value('predict_linear(x[1m], 100)')).toBeCloseTo(3 + 2 * 159, 6);
    expect(await value('stddev_over_time(x[1m])')).toBeCloseTo(2 * Math.sqrt((60 * 60 - 1) / 12), 9);
  });
});
