/**
 * The query that docs/HISTORY.md prints, typed into DuckDB, which shares no code with ours: the same numbers. DuckDB is
 * a wheel of Python's registry, installed for this test alone where Python does not have it.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { ManualClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { Archive } from '../../src/history/archive/archive.js';
import { ArchiveReader } from '../../src/history/archive/archive-reader.js';
import { hereWorkshop } from '../../src/history/archive/jobs.js';
import { silentMeter } from '../../src/journal/meter.js';
import { Board } from '../../src/metrics/board.js';
import { counter, gauge } from '../../src/metrics/definition.js';
import { parseSelector } from '../../src/promql/parse.js';

const run = promisify(execFile);
/** 2026-01-01T22:00:00Z: the day is made of its hours two hours on. */
const START_MS = 1_767_304_800_000;
const ROW_MS = 30_000;
const METRIC = 'hotstuff_consensus_blocks_committed_total';

const folder = mkdtempSync(join(tmpdir(), 'duckdb-'));
const root = join(folder, 'data', 'history');
const modules = join(folder, 'modules');

/** Asks DuckDB in a folder; prints one row of JSON a line, times as milliseconds. */
const PROGRAM = `
import duckdb, json, sys
found = duckdb.sql(sys.argv[1]).fetchall()
for time, node, value in found:
    print(json.dumps([round((time - __import__('datetime').datetime(1970, 1, 1)).total_seconds() * 1000), node, float(value)]))
`;

beforeAll(async () => {
  mkdirSync(root, { recursive: true });
  await live();
  const isThere = await run('python3', ['-c', 'import duckdb']).then(
    () => true,
    () => false,
  );
  if (!isThere)
    await run('python3', [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--target',
      modules,
      'duckdb',
    ]);
}, 300_000);

/** Three and a half hours: a day, an hour, and an open one that the query does not see. */
async function live(): Promise<void> {
  const clock = new ManualClock(START_MS * 1000);
  const board = new Board();
  const nothing = { stop: (): void => undefined };
  const archive = await Archive.open({
    root,
    board,
    target: { job: 'quorumscope', instance: 'here' },
    clock: {
      nowUs: () => clock.nowUs(),
      monoUs: () => clock.monoUs(),
      every: () => nothing,
      after: () => nothing,
    },
    logger: silentLogger,
    intervalUs: ROW_MS * 1000,
    flushIntervalUs: ROW_MS * 1000,
    retention: {
      levels: { samples: Infinity, minutes: Infinity, hours: Infinity },
      viewsMs: Infinity,
      maxBytes: Infinity,
      rules: [],
    },
    workshop: hereWorkshop,
    meter: () => silentMeter,
  });
  const committed = board.counter(counter(METRIC, 'Blocks.', ['chain_id', 'node_id']));
  const other = board.gauge(gauge('hotstuff_other', 'Another metric.', ['node_id']));
  for (let row = 0; row < 420; row++) {
    for (const [i, node] of ['n0', 'n1'].entries()) committed.at('main', node).add(row % (5 + i));
    // Not whole: a counter of the same name elsewhere may be kept among the decimals.
    other.at('n0').set(row / 7);
    if (row === 200) committed.at('main', 'n2').add(7);
    clock.advance(ROW_MS * 1000);
    await archive.sample();
    await archive.settled();
  }
  await archive.flush();
  await archive.settled();
  await archive.close();
}

it('answers the documented query with our own numbers', { timeout: 120_000 }, async () => {
  const document = readFileSync(new URL('../../docs/HISTORY.md', import.meta.url), 'utf8');
  const query = /```sql\n([\s\S]*?)```/.exec(document)![1]!;
  expect(query).toContain(METRIC);
  const program = join(folder, 'ask.py');
  writeFileSync(program, PROGRAM);
  const { stdout } = await run('python3', [program, query], {
    cwd: folder,
    env: { ...process.env, PYTHONPATH: modules },
    maxBuffer: 1e8,
  });
  const found = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [number, string, number]);

  const reader = new ArchiveReader({ root });
  const segments = await reader.segments();
  expect(segments.map(({ span }) => span)).toEqual(['day', 'hour']);
  const endMs = segments.at(-1)!.manifest.endMs;
  const series = await reader.select({ matchers: parseSelector(METRIC), fromMs: 0, toMs: endMs });
  const expected = series
    .map(({ labels, times, values }) => ({ node: labels.get('node_id'), times, values }))
    .sort((a, b) => (a.node < b.node ? -1 : 1))
    .flatMap(({ node, times, values }) => Array.from(times, (time, i) => [time, node, values[i]]));
  expect(new Set(found.map(([, node]) => node))).toEqual(new Set(['n0', 'n1', 'n2']));
  expect(expected.length).toBeGreaterThan(800);
  expect(found).toEqual(expected);
});
