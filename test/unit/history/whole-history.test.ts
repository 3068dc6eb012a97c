/** Memory and disk as one: each time is answered from one of them, and a question about now never waits for the disk. */
import { expect, it } from 'vitest';
import { WholeHistory, type ArchivedPart, type RecentPart } from '../../../src/history/whole-history.js';
import { Labels } from '../../../src/promql/labels.js';
import type { SelectRequest, Series } from '../../../src/promql/series.js';

function series(name: string, times: readonly number[], value: number): Series {
  return {
    labels: Labels.from([['__name__', name]]),
    times: Float64Array.from(times),
    values: new Float64Array(times.length).fill(value),
  };
}

function whole(
  disk: readonly Series[],
  memory: readonly Series[],
  asked: SelectRequest[] = [],
): WholeHistory {
  const reader: ArchivedPart = {
    select: (request) => {
      asked.push(request);
      return Promise.resolve(disk);
    },
    labelSets: () => Promise.resolve(disk.map(({ labels }) => labels)),
  };
  const recent: RecentPart = {
    select: () => memory,
    labelSets: () => memory.map(({ labels }) => labels),
    standing: () => ({ version: 'memory', fromMs: 50, closedMs: 100 }),
  };
  const archive = {
    reader,
    durableMs: 80,
    standing: () => ({ version: 'disk', fromMs: -Infinity, closedMs: 80 }),
  };
  return new WholeHistory({ recent, recentFromMs: () => 50, archive: () => archive });
}

const request = (fromMs: number, toMs: number): SelectRequest => ({ matchers: [], fromMs, toMs });
const { signal } = new AbortController();

it('takes the disk up to its last row, and memory after it', async () => {
  const asked: SelectRequest[] = [];
  const both = whole(
    [series('a', [10, 45, 80], 1), series('gone', [10], 2)],
    [series('a', [78, 79, 80, 81, 82], 3), series('new', [81], 4)],
    asked,
  );
  const found = await both.select(request(0, 100), signal);
  const shown = found.map(({ labels, times, values }) => [labels.get('__name__'), [...times], [...values]]);
  expect(shown).toEqual([
    ['a', [10, 45, 80, 81, 82], [1, 1, 1, 3, 3]],
    ['gone', [10], [2]],
    ['new', [81], [4]],
  ]);
  expect(asked).toMatchObject([{ fromMs: 0, toMs: 80 }]);
  const labels = await both.labelSets(request(0, 100));
  expect(labels.map((one) => one.get('__name__'))).toEqual(['a', 'gone', 'new']);
});

it('asks memory alone for what it holds', () => {
  const asked: SelectRequest[] = [];
  const memory = [series('a', [60], 1)];
  expect(whole([], memory, asked).select(request(50, 100), signal)).toBe(memory);
  expect(asked).toEqual([]);
});

it('asks the disk alone for what is older than its last row', async () => {
  const disk = [series('a', [10], 1)];
  expect(await whole(disk, [series('a', [60], 2)]).select(request(0, 70), signal)).toBe(disk);
});

it('says that what lies on disk lasts, and reads a part from where the whole would be read', async () => {
  const asked: SelectRequest[] = [];
  const both = whole([series('a', [10, 60], 1)], [series('a', [60], 2)], asked);
  expect(both.standing(request(0, 100))).toMatchObject({ version: 'disk', closedMs: 80 });
  expect(both.standing(request(50, 100))).toMatchObject({ version: 'memory', fromMs: 50 });
  const part = { ...request(55, 70), whole: request(0, 100) };
  await both.select(part, signal);
  expect(asked).toMatchObject([{ fromMs: 55, toMs: 70, whole: { fromMs: 0, toMs: 100 } }]);
});
