/** Killed at any moment, while rows are written, hours sealed and days made: the history is there each time. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.js';
import { ArchiveReader } from '../../src/history/archive/archive-reader.js';
import { parseSelector } from '../../src/promql/parse.js';
import { isStale } from '../../src/promql/series.js';
import { Child, eventually } from '../support/child.js';

const KILLS = 50;
const START_MS = 1_767_225_600_000;
const HOUR = 3_600_000;
const writer = join(import.meta.dirname, 'archive-under-load.mjs');
const root = join(mkdtempSync(join(tmpdir(), 'archive-')), 'history');

/** Reads everything, which must be in order and right. @returns samples of each series, and the last time */
async function readAll(): Promise<{ samples: number; lastMs: number }> {
  const damaged: string[] = [];
  const reader = new ArchiveReader({
    root,
    damaged: ({ folder, problem }) => damaged.push(`${folder} ${problem}`),
  });
  const found = await reader.select({
    matchers: parseSelector('sampled_at'),
    fromMs: -Infinity,
    toMs: Infinity,
  });
  expect(damaged).toEqual([]);
  expect(found).toHaveLength(20);
  const counts = found.map(({ times, values }) => {
    let samples = 0;
    for (let i = 0; i < times.length; i++) {
      if (i > 0 && !(times[i]! > times[i - 1]!)) throw new Error(`time goes back at ${times[i]}`);
      if (isStale(values, i)) continue;
      samples++;
      // Taken a moment after its value was set, on a clock that runs an hour in a second.
      const late = times[i]! - values[i]!;
      if (!(late >= -HOUR && late < HOUR)) throw new Error(`${values[i]} at ${times[i]}`);
    }
    return samples;
  });
  expect(new Set(counts).size).toBe(1);
  return { samples: counts[0]!, lastMs: Math.min(...found.map(({ times }) => times.at(-1)!)) };
}

it('loses nothing that was durable, in fifty kills', async () => {
  const random = createRandom(5);
  const beganAt = Date.now();
  let before = 0;
  const round = async (until: (child: Child) => Promise<unknown>): Promise<void> => {
    const child = new Child(process.execPath, [writer, root, String(START_MS), String(beganAt)]);
    await child.printed(/durable/);
    await until(child);
    await child.stop('SIGKILL');
    expect(child.output).not.toMatch(/error/);
    const said = [...child.output.matchAll(/^durable (\d+)$/gm)].map(([, ms]) => Number(ms));
    const { samples, lastMs } = await readAll();
    expect(lastMs).toBeGreaterThanOrEqual(Math.max(...said));
    expect(samples).toBeGreaterThan(before);
    before = samples;
  };
  for (let kill = 0; kill < KILLS; kill++)
    await round(() => new Promise((resolve) => setTimeout(resolve, random.float() * 500)));
  const segments = join(root, 'segments');
  const days = (): string[] =>
    readdirSync(segments, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /span=day.begin=\d+$/.test(name),
    );
  await round(() =>
    eventually(() => Promise.resolve(days().length > 0 ? true : undefined), 60_000, 'a day of its hours'),
  );
}, 240_000);
