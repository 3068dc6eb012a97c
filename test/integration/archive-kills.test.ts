/** Killed at any moment, while rows are written, hours sealed and days made: the history is there each time. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.js';
import { ArchiveReader } from '../../src/history/archive/archive-reader.js';
import { parseSelector } from '../../src/promql/parse.js';
import { isStale } from '../../src/promql/series.js';
import { Child } from '../support/child.js';

const KILLS = 50;
const START_MS = 1_767_225_600_000;
const writer = join(import.meta.dirname, 'archive-under-load.mjs');

it('loses nothing that was durable, in fifty kills', async () => {
  const root = join(mkdtempSync(join(tmpdir(), 'archive-')), 'history');
  const random = createRandom(5);
  const beganAt = Date.now();
  let rows = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = new Child(process.execPath, [writer, root, String(START_MS), String(beganAt)]);
    await child.printed(/durable/);
    await new Promise((resolve) => setTimeout(resolve, random.float() * 500));
    await child.stop('SIGKILL');
    expect(child.output).not.toMatch(/error/);
    const durable = Math.max(...[...child.output.matchAll(/^durable (\d+)$/gm)].map(([, ms]) => Number(ms)));
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
    for (const { times, values } of found) {
      expect(times.at(-1)).toBeGreaterThanOrEqual(durable);
      let samples = 0;
      for (let i = 0; i < times.length; i++) {
        if (i > 0 && !(times[i]! > times[i - 1]!)) throw new Error(`time goes back at ${times[i]}`);
        if (isStale(values, i)) continue;
        samples++;
        // Taken a moment after its value was set.
        const late = times[i]! - values[i]!;
        if (!(late >= -3_600_000 && late < 3_600_000)) throw new Error(`${values[i]} at ${times[i]}`);
      }
      expect(samples).toBeGreaterThan(rows);
    }
    rows = Math.max(...found.map(({ values }) => values.filter((_, i) => !isStale(values, i)).length));
  }
  const days = readdirSync(join(root, 'segments', 'span=day')).filter((name) => /^begin=\d+$/.test(name));
  expect(days.length).toBeGreaterThan(0);
}, 240_000);
