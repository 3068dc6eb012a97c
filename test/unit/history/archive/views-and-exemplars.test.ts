/** Views and exemplars are archived beside the samples, and found again in the open hour, in hours and in days. */
import { expect, it } from 'vitest';
import type { ArchivedView } from '../../../../src/history/archive/archived-view.js';
import type { ArchivedExemplar } from '../../../../src/history/archive/exemplar.js';
import { listExemplars, listViews } from '../../../../src/history/archive/view-list.js';
import { Labels } from '../../../../src/promql/labels.js';
import { START_MS, World } from './archive-world.js';

function view(number: number, outcome: string, revision = 0): ArchivedView {
  const verdict = {
    chain: 'main',
    view: number,
    outcome,
    cause: outcome === 'failed' ? 'leader_silent' : undefined,
    culprits: [],
    leader: 'v1',
    enteredAtUs: START_MS * 1000 + number,
    decidedAtUs: START_MS * 1000 + number + 1,
    revision,
  };
  return { verdict, document: JSON.stringify({ verdict, records: [{ node: 'n1', view: number }] }) };
}

it('finds views by number and by what became of them, the newest first', async () => {
  const world = await World.open({ intervalMs: 60_000 });
  for (let i = 0; i < 25 * 60 + 3; i++) {
    if (i % 10 === 0) world.archive.view(view(i, i % 20 === 0 ? 'failed' : 'lagged'));
    if (i === 95) world.archive.view(view(90, 'failed', 1));
    await world.row();
  }
  await world.quiet();
  const everything = { from: 0, to: Infinity, accepts: () => true, limit: 1_000 };
  for (const reader of [world.archive.reader, world.atRest()]) {
    const all = await listViews(reader, everything);
    expect(all.map(({ verdict }) => verdict.view)).toEqual(
      Array.from({ length: 151 }, (_, i) => 1500 - i * 10),
    );
    expect(all.find(({ verdict }) => verdict.view === 90)!.verdict).toMatchObject({
      outcome: 'failed',
      revision: 1,
    });
    expect(JSON.parse(all.at(-1)!.document)).toMatchObject({ records: [{ node: 'n1', view: 0 }] });
    const some = await listViews(reader, {
      from: 100,
      to: 1_490,
      accepts: ({ outcome }) => outcome === 'failed',
      limit: 3,
    });
    expect(some.map(({ verdict }) => verdict.view)).toEqual([1_480, 1_460, 1_440]);
  }
  await world.archive.close();
});

it('keeps exemplars with the trace they name', async () => {
  let waiting: ArchivedExemplar[] = [];
  const exemplars = {
    take: () => {
      const taken = waiting;
      waiting = [];
      return taken;
    },
  };
  const world = await World.open({ exemplars });
  const labels = Labels.from([
    ['__name__', 'c_seconds_bucket'],
    ['le', '0.1'],
  ]);
  for (let i = 0; i < 130; i++) {
    if (i === 3 || i === 125)
      waiting.push({
        labels,
        value: i / 100,
        traceId: `trace-${i}`,
        spanId: `span-${i}`,
        timeMs: START_MS + i * 30_000,
      });
    await world.row();
  }
  await world.quiet();
  const all = await listExemplars(world.atRest(), { fromMs: 0, toMs: Infinity });
  expect(all.map(({ traceId, spanId, value }) => [traceId, spanId, value])).toEqual([
    ['trace-3', 'span-3', 0.03],
    ['trace-125', 'span-125', 1.25],
  ]);
  expect(all[0]!.labels.key).toBe(labels.key);
  expect(await listExemplars(world.atRest(), { fromMs: START_MS + 1e6, toMs: Infinity })).toHaveLength(1);
  await world.archive.close();
});
