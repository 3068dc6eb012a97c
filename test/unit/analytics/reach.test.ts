/** A started sidecar has analytics over all that it keeps, and so has its folder at rest. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/logger.js';
import { parseConfig } from '../../../src/config/parse.js';
import { createSidecar } from '../../../src/sidecar.js';
import { openAnalytics } from '../../../src/stored-history.js';

const START_US = 1_699_999_980_000_000;

it('answers in the sidecar and from the folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-analytics-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const flags = [
    { flag: '--set', path: 'attach.socket', text: 'null' },
    { flag: '--set', path: 'server.listen', text: '127.0.0.1:0' },
    { flag: '--set', path: 'data.dir', text: folder },
  ];
  const clock = new ManualClock(START_US);
  const sidecar = createSidecar(parseConfig({ flags }), { clock, logger: silentLogger });
  expect(sidecar.analytics).toBeUndefined();
  await sidecar.start();
  for (let second = 0; second < 60; second++) {
    clock.advance(1e6);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  const range = { fromMs: START_US / 1000, toMs: START_US / 1000 + 60_000 };
  const asked = { range, metric: 'up', intervalMs: 10_000, aggregation: 'last' } as const;
  const live = await sidecar.analytics!.timeSeries(asked);
  expect(live.series[0]!.points.map(({ value }) => value)).toEqual([1, 1, 1, 1, 1, 1]);
  await sidecar.stop();
  const atRest = await openAnalytics(folder).timeSeries(asked);
  expect(atRest.series[0]!.labels).toEqual(live.series[0]!.labels);
  expect(atRest.series[0]!.points.length).toBeGreaterThan(0);
  expect(live.series[0]!.points).toEqual(expect.arrayContaining([...atRest.series[0]!.points]));
  expect(() => openAnalytics(join(folder, 'nowhere'))).toThrow(/there is no history in/);
});
