/** Samples and growth of whole days and weeks, held to sums over the same hours. A week is seven days from a Thursday on, in UTC. */
import { expect, it } from 'vitest';
import { analyticsOver, MemoryHistory } from './source.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** Thursday, 2 January 2025, 00:00 UTC. */
const START = Date.UTC(2025, 0, 2);
const WEEKS = 3;
const hours = Array.from({ length: (WEEKS * WEEK) / HOUR }, (_, i) => i + 1);

/** What a gauge read, and a counter grew, in the hour that ends then: no two days alike. */
const reading = (hour: number): number => ((hour * 7919) % 1009) - 300;
const growth = (hour: number): number => (hour * 31) % 47;

function history(): MemoryHistory {
  const made = new MemoryHistory();
  const times = [0, ...hours].map((hour) => START + hour * HOUR);
  const totals = [5];
  for (const hour of hours) totals.push(totals.at(-1)! + growth(hour));
  made.add({ __name__: 'load' }, times, [0, ...hours].map(reading));
  made.add({ __name__: 'work_total' }, times, totals);
  return made;
}

it.each([
  ['day', DAY],
  ['week', WEEK],
] as const)('aggregates by %s', async (_, intervalMs) => {
  const analytics = analyticsOver(history());
  const count = (WEEKS * WEEK) / intervalMs;
  const parts = Array.from({ length: count }, (_, i) =>
    hours.slice((i * intervalMs) / HOUR, ((i + 1) * intervalMs) / HOUR),
  );
  const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);
  // Ends within an interval are rounded down: the first day or week is whole, one that is not over is left out.
  const range = { fromMs: START + HOUR, toMs: START + WEEKS * WEEK + HOUR };
  const expected = {
    avg: (part: readonly number[]) => sum(part.map(reading)) / part.length,
    min: (part: readonly number[]) => Math.min(...part.map(reading)),
    max: (part: readonly number[]) => Math.max(...part.map(reading)),
    sum: (part: readonly number[]) => sum(part.map(reading)),
    count: (part: readonly number[]) => part.length,
    increase: (part: readonly number[]) => sum(part.map(growth)),
    rate: (part: readonly number[]) => sum(part.map(growth)) / (intervalMs / 1000),
  } as const;
  for (const aggregation of ['avg', 'min', 'max', 'sum', 'count', 'increase', 'rate'] as const) {
    const metric = aggregation === 'increase' || aggregation === 'rate' ? 'work_total' : 'load';
    const { series } = await analytics.timeSeries({ range, metric, intervalMs, aggregation });
    const points = series[0]!.points;
    expect(points.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual(
      parts.map((_, i) => [START + i * intervalMs, START + (i + 1) * intervalMs]),
    );
    points.forEach(({ value }, i) =>
      expect(value, aggregation).toBeCloseTo(expected[aggregation](parts[i]!), 9),
    );
  }
});
