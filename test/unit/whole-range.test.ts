/** Ranges of everything that is remembered: the samples that queries see, whoever keeps them, in every format. */
import { tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.js';
import { tableHere } from '../../src/history/archive/table-here.js';
import { readRangeHere } from '../../src/history/archive/range-reading.js';
import { RecentWindow } from '../../src/history/recent/recent-window.js';
import { WholeHistory } from '../../src/history/whole-history.js';
import { isStale } from '../../src/promql/series.js';
import { rangeHandler } from '../../src/range-exports.js';
import { RecentRange } from '../../src/recent-range.js';
import { WholeRange } from '../../src/whole-range.js';
import { ask, metrics, START_MS, target, World } from './history/archive/archive-world.js';

const ROWS = 200;
/** Rows that only memory has: the disk is behind. */
const LATE = 5;
const WINDOW_MS = 600_000;

let world: World;
let window: RecentWindow;

const recentFromMs = (): number => world.nowMs - window.size.spanMs;

beforeAll(async () => {
  world = await World.open();
  window = new RecentWindow({ board: world.board, target, windowMs: WINDOW_MS, maxBytes: 1e8 });
  const total = world.board.counter(metrics.total).at('v0');
  const level = world.board.gauge(metrics.level);
  const duration = world.board.histogram(metrics.duration).at('v0');
  for (let i = 0; i < ROWS; i++) {
    total.add(1);
    level.at('v1').set(i % 7 === 0 ? NaN : i / 10);
    duration.observe(i / ROWS);
    if (i === 150) level.forget(level.at('v1'));
    if (i < ROWS - LATE) await world.row();
    else world.clock.advance(world.intervalMs * 1000);
    window.sample(world.nowMs);
  }
  await world.quiet();
});

function exporting() {
  const { archive } = world;
  const whole = new WholeRange({
    recent: new RecentRange(window, world.board),
    board: world.board,
    recentFromMs,
    archive: () => ({
      root: world.root,
      durableMs: archive.durableMs,
      names: () => archive.reader.names(),
    }),
    reading: readRangeHere,
  });
  const { render } = rangeHandler(() => whole, { nowUs: () => world.nowMs * 1000 } as Clock, tableHere);
  return async (parameters: Record<string, string>): Promise<Buffer> => {
    const page = await render(new URLSearchParams(parameters), new AbortController().signal);
    if ('problems' in page) throw new Error(page.problems.join());
    const pieces: Uint8Array[] = [];
    for await (const piece of page.body) pieces.push(piece);
    return Buffer.concat(pieces);
  };
}

/** What a query finds, a line for each sample. */
async function queried(selector: string, fromMs: number, toMs: number): Promise<string[]> {
  const history = new WholeHistory({
    recent: window,
    recentFromMs,
    archive: () => world.archive,
  });
  const lines: string[] = [];
  for (const { labels, times, values } of await ask(history, selector, fromMs, toMs))
    for (let i = 0; i < times.length; i++)
      if (times[i]! >= fromMs && times[i]! <= toMs && !isStale(values, i))
        lines.push(`${labels.toString()} ${times[i]!} ${values[i]!}`);
  return lines.sort();
}

interface Line {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly samples: readonly (readonly [number, number | string])[];
}

function labelText(name: string, labels: Record<string, string>): string {
  const own = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `{__name__="${name}", ${own.join(', ')}}`;
}

function exported(jsonl: Buffer): string[] {
  const lines = jsonl
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  return lines
    .flatMap(({ name, labels, samples }) =>
      samples.map(([us, value]) => `${labelText(name, labels)} ${us / 1000} ${value}`),
    )
    .sort();
}

describe('a range', () => {
  it.each([
    ['all of it', 0, Infinity],
    ['what the archive has sealed and not', START_MS + 1_000_000, START_MS + 4_000_000],
    ['what memory has', START_MS + ROWS * 30_000 - 300_000, Infinity],
    ['both, from between rows', START_MS + 1_800_001, START_MS + ROWS * 30_000],
  ])('is what a query sees: %s', async (_, fromMs, endMs) => {
    const toMs = Math.min(endMs, world.nowMs);
    const parameters = { from: `${fromMs / 1000}`, to: `${toMs / 1000}`, format: 'jsonl' };
    const expected = await queried('{__name__=~"a_total|b|c_seconds.*"}', fromMs, toMs);
    const found = exported(await exporting()(parameters)).filter((line) =>
      /"(a_total|b|c_seconds.*?)",/.test(line),
    );
    expect(found.length).toBeGreaterThan(30);
    expect(found.map(plain)).toEqual(expected.map(plain).sort());
  });

  it('is Parquet that another engine reads', async () => {
    const bytes = await exporting()({ from: '0', format: 'parquet', match: 'a_*' });
    const table = tableFromIPC(readParquet(bytes).intoIPCStream());
    expect(table.schema.fields.map(({ name }) => name)).toEqual(['time_ms', 'name', 'labels', 'value']);
    expect(table.numRows).toBe(ROWS);
    const times = [...(table.getChild('time_ms')!.toArray() as BigInt64Array)];
    expect(times).toEqual(Array.from({ length: ROWS }, (_, i) => BigInt(START_MS + (i + 1) * 30_000)));
    const values = [...(table.getChild('value')!.toArray() as Float64Array)];
    expect(values).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1));
    expect(JSON.parse(String(table.getChild('labels')!.get(0)))).toEqual({ ...target, validator: 'v0' });
  });

  it('chooses histograms by their own name', async () => {
    const found = exported(await exporting()({ from: '0', format: 'jsonl', match: 'c_seconds' }));
    expect(found).toHaveLength(5 * ROWS);
  });
});

/** Label sets are written in more than one way. */
function plain(line: string): string {
  const [, labels, rest] = /^(.*\})(.*)$/.exec(line)!;
  return `${labels!.replace(/[{}]/g, '').split(/, ?/).sort().join()}${rest!}`;
}
