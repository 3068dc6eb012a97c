/** A run that is interrupted goes on where it was. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runSavedCases } from '../../../scripts/scoreboard/saved-cases.js';
import type { CaseOrder } from '../../../scripts/scoreboard/case.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumscope-saved-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const order = (seed: number, views = 5): CaseOrder => ({ scenario: '26-healthy-wan', seed, views, alone: 0 });

it('takes what is there, runs the rest, and tells the commits of both', async () => {
  const heard: [seed: number, views: number, ms: number][] = [];
  const run = (orders: readonly CaseOrder[], commit: string): Promise<string[]> =>
    runSavedCases(orders, 1, { folder, commit }, ({ seed, views, wallMs }) =>
      heard.push([seed, views, wallMs]),
    );
  expect(await run([order(1)], 'first')).toEqual(['first']);
  expect(await run([order(1), order(2)], 'second')).toEqual(['first', 'second']);
  expect(heard.map(([seed]) => seed)).toEqual([1, 1, 2]);
  // The same to the microsecond: it was not run again.
  expect(heard[1]).toEqual(heard[0]);
});

it('runs anew what was asked for differently', async () => {
  const views: number[] = [];
  for (const most of [5, 9])
    await runSavedCases([order(1, most)], 1, { folder, commit: 'c' }, (result) => views.push(result.views));
  expect(views).toEqual([6, 10]);
});
