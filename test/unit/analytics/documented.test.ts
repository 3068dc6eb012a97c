/**
 * Over a simulated run: counts are the simulator's own, and the PromQL of docs/ANALYTICS.md, asked by itself, gives the
 * numbers of the functions.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { examples } from '../../../scripts/docs/analytics.js';
import { Analytics } from '../../../src/analytics/analytics.js';
import { WallClock } from '../../../src/base/clock.js';
import { PromqlEngine } from '../../../src/promql/engine.js';
import { alertedRun, type AlertedRun } from '../../support/alerted-run.js';

const text = readFileSync(join(import.meta.dirname, '../../../docs/ANALYTICS.md'), 'utf8');
const blocks = new Map(
  [...text.matchAll(/`([a-z0-9_.A-Z]+)`\n\n```promql\n(.*)\n```/g)].map(([, name, query]) => [name!, query!]),
);

const SECOND = 1_000_000;

let run: AlertedRun;
let analytics: Analytics;
let range: { fromMs: number; toMs: number };

beforeAll(async () => {
  run = await alertedRun({
    validators: 4,
    seed: 3,
    durationUs: 40 * SECOND,
    delayUs: 30_000,
    viewTimeoutUs: SECOND,
    leaderWaitUs: 50_000,
    speed: 'max',
  });
  const toMs = Math.ceil(run.endMs / 1000) * 1000 + 1000;
  run.window.sample(toMs);
  range = { fromMs: toMs - 900_000, toMs };
  const clock = new WallClock();
  analytics = new Analytics({ source: run.window, dataClock: clock, wallClock: clock });
}, 60_000);

/** The documented PromQL, asked at the end of the range. */
async function documented(name: string): Promise<readonly (readonly [string, number])[]> {
  const engine = new PromqlEngine({ source: run.window, clock: new WallClock() });
  const answer = await engine.instant(blocks.get(name)!, range.toMs);
  if (answer.status === 'error' || answer.value.type !== 'vector') throw new Error(JSON.stringify(answer));
  return answer.value.samples
    .filter(({ value }) => !Number.isNaN(value))
    .map(({ labels, value }) => [labels.values.join(), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

it('counts what the simulator counted', async () => {
  const { result } = run;
  const asked = { range, meters: [{ name: 'blocks', metric: examples.series.metric, by: ['node_id'] }] };
  const { meters } = await analytics.usage(asked);
  const counts = meters[0]!.lines.map(({ quantity }) => quantity);
  expect(counts).toEqual(result.blocks.per_node);
  expect(Math.min(...counts)).toBeGreaterThan(10);
  const series = await analytics.timeSeries({ ...examples.series, range, intervalMs: 10_000 });
  const added = series.series.map(({ points }) => points.reduce((sum, { value }) => sum + value, 0));
  // Intervals are whole: what came after the last is left out.
  expect(Math.max(...added)).toBeLessThanOrEqual(Math.max(...counts));
  const { figures } = await analytics.dashboard({ range });
  expect(figures.consensus['blocks_committed']).toBe(counts.reduce((a, b) => a + b));
});

it('gives what the documented PromQL gives', async () => {
  const { groups } = await analytics.performance({ ...examples.performance, range });
  expect(groups).toHaveLength(4);
  for (const figure of ['median', 'p95', 'p99', 'count', 'successRate'] as const)
    expect(await documented(`performance.${figure}`), figure).toEqual(
      groups.map((group) => [group.labels['node_id'], group[figure]]),
    );
  const { meters, absent } = await analytics.usage({ range });
  expect(meters.map(({ name }) => name)).toContain('bytes_sent');
  for (const { name, lines } of meters)
    expect(await documented(`usage.${name}`)).toEqual(
      lines.map(({ labels, quantity }) => [Object.values(labels).join(), quantity]),
    );
  for (const name of absent) expect(await documented(`usage.${name}`)).toEqual([]);
  const toMs = Math.ceil(range.toMs / 60_000) * 60_000;
  const { figures, queries } = await analytics.dashboard({ range });
  for (const [section, expressions] of Object.entries(queries))
    for (const name of Object.keys(expressions)) {
      const [sample] = await documented(`dashboard.${section}.${name}`);
      expect(figures[section as keyof typeof figures][name], name).toBe(sample?.[1]);
    }
  expect(figures.consensus['view_duration_p95']).toBeGreaterThan(0);
  const series = await analytics.timeSeries({ ...examples.series, range: { ...range, toMs } });
  expect(series.query).toBe(blocks.get('series'));
  expect(series.range.toMs).toBe(toMs);
});
