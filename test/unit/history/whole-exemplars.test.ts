/** Exemplars go to disk with the rows, each once, and are found there when memory has lost them. */
import { expect, it } from 'vitest';
import { RecentExemplars } from '../../../src/history/recent/recent-exemplars.js';
import { unarchivedExemplars, WholeExemplars } from '../../../src/history/whole-exemplars.js';
import { ExemplarBook } from '../../../src/metrics/exemplars.js';
import { parseSelector } from '../../../src/promql/parse.js';
import { metrics, START_MS, target, World } from './archive/archive-world.js';

it('keeps what memory forgets, and tells each exemplar once', async () => {
  const waiting = { take: () => source?.take() ?? [] };
  const world = await World.open({ exemplars: waiting });
  const book = new ExemplarBook(world.board);
  const source = unarchivedExemplars(book, target);
  const histogram = world.board.histogram(metrics.duration).at('v0');
  for (let i = 0; i < 130; i++) {
    histogram.observe(0.05);
    if (i === 2 || i === 120) {
      const observation = { definition: metrics.duration, labelValues: ['v0'], value: 0.05 };
      book.note(observation, { atUs: world.nowMs * 1000, traceId: `trace-${i}`, spanId: `span-${i}` });
    }
    await world.row();
  }
  await world.quiet();
  const recent = new RecentExemplars({
    exemplars: book,
    target,
    windowMs: 600_000,
    nowMs: () => world.nowMs,
  });
  const request = { selectors: [parseSelector('c_seconds_bucket')], fromMs: START_MS, toMs: world.nowMs };
  const traces = async (from: WholeExemplars | RecentExemplars): Promise<string[]> =>
    (await from.exemplars(request)).flatMap(({ exemplars }) =>
      exemplars.map(({ labels }) => labels.get('trace_id')),
    );
  expect(await traces(recent)).toEqual(['trace-120']);
  expect(await traces(new WholeExemplars(recent, () => world.archive.reader))).toEqual([
    'trace-2',
    'trace-120',
  ]);
  await world.archive.close();
});
