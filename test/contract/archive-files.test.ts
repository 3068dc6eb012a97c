/**
 * The files of the archive, read by an engine that shares no code with ours (Arrow's, written in Rust): the same tables,
 * the same numbers, put together as docs/HISTORY.md tells an analyst to.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC, type Table } from 'apache-arrow';
import { readParquet } from 'parquet-wasm';
import { beforeAll, expect, it } from 'vitest';
import { hereWorkshop } from '../../src/history/archive/jobs.js';
import { ArchiveReader } from '../../src/history/archive/archive-reader.js';
import { parseSelector } from '../../src/promql/parse.js';
import { archiveRows, DAY_BEGINS_MS } from '../bench/archive-day.js';

const HOUR = 3_600_000;

function read(path: string): Table {
  return tableFromIPC(readParquet(readFileSync(path)).intoIPCStream());
}

function column(table: Table, name: string): ArrayLike<number> & Iterable<number> {
  return table.getChild(name)!.toArray() as Float64Array;
}

const root = join(mkdtempSync(join(tmpdir(), 'archive-')), 'history');
const folder = join(root, 'segments', 'span=hour', `begin=${DAY_BEGINS_MS}`);

beforeAll(async () => {
  const { archive } = await archiveRows(root, 725, hereWorkshop);
  await archive.close();
}, 120_000);

it('says the same to another engine', async () => {
  const series = read(join(folder, 'series.parquet'));
  const names = series.getChild('name')!.toJSON() as string[];
  const labels = series.getChild('labels')!.toJSON() as string[];
  const [ids, divisors] = [column(series, 'series'), column(series, 'divisor')];
  const divisorOf = new Map(Array.from(ids, (id, i) => [id, divisors[i]!]));
  const theirs = new Map<number, number[]>();
  for (const store of ['integers', 'decimals']) {
    const table = read(join(folder, `samples-${store}.parquet`));
    const [series, at, value] = [column(table, 'series'), column(table, 'at'), column(table, 'value')];
    for (let i = 0; i < table.numRows; i++) {
      const divisor = divisorOf.get(series[i]!)!;
      let list = theirs.get(series[i]!);
      if (list === undefined) theirs.set(series[i]!, (list = []));
      list.push(DAY_BEGINS_MS + at[i]!, divisor === 0 ? value[i]! : value[i]! / divisor);
    }
  }
  const ours = await new ArchiveReader({ root }).select({
    matchers: parseSelector('{__name__!=""}'),
    fromMs: -Infinity,
    toMs: DAY_BEGINS_MS + HOUR,
  });
  expect(ours.length).toBeGreaterThan(2_500);
  expect(theirs.size).toBe(ours.length);
  const idOf = new Map(names.map((name, i) => [`${name} ${labels[i]}`, ids[i]!]));
  let samples = 0;
  for (const { labels: own, times, values } of ours) {
    const others = Object.fromEntries(own.entries().filter(([name]) => name !== '__name__'));
    const id = idOf.get(`${own.get('__name__')} ${JSON.stringify(others)}`)!;
    const expected = Float64Array.from(theirs.get(id)!);
    const found = Float64Array.from({ length: times.length * 2 }, (_, i) =>
      i % 2 === 0 ? times[i / 2]! : values[(i - 1) / 2]!,
    );
    expect(Buffer.from(found.buffer).equals(Buffer.from(expected.buffer)), own.toString()).toBe(true);
    samples += times.length;
  }
  expect(samples).toBeGreaterThan(1_800_000);
}, 60_000);

it('shows another engine roll-ups of gauges', () => {
  const table = read(join(folder, 'minutes-gauges.parquet'));
  const [count, min, max, sum] = ['count', 'min', 'max', 'sum'].map((name) => [...column(table, name)]);
  expect(new Set(count)).toEqual(new Set([12]));
  const isBetween = min!.map(
    (least, i) =>
      least <= max![i]! &&
      sum![i]! / 12 >= least - 1e-9 &&
      sum![i]! / 12 <= max![i]! + 1e-9 * Math.abs(max![i]!),
  );
  expect(isBetween).not.toContain(false);
});
