/** `quorumscope export` and `query --data`: a folder becomes rows, in each format, and bad questions are refused. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import Papa from 'papaparse';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressors } from '../../../src/history/archive/table-reader.js';
import { metrics, START_MS, World } from '../history/archive/archive-world.js';
import { runWords } from './world.js';

let data: string;

beforeAll(async () => {
  const world = await World.open();
  data = dirname(world.root);
  const total = world.board.counter(metrics.total).at('=cmd()');
  const level = world.board.gauge(metrics.level).at('v0');
  for (let i = 0; i < 150; i++) {
    total.add(1);
    if (i > 120) level.set(i / 10);
    await world.row();
  }
  await world.quiet();
  await world.archive.close();
});

const run = (...words: string[]): ReturnType<typeof runWords> => runWords(words);
const exporting = (...words: string[]): ReturnType<typeof run> =>
  run('export', '--data', data, '--to', new Date(START_MS + 4_530_000).toISOString(), ...words);

describe('export', () => {
  it('writes CSV that a spreadsheet reads and does not calculate', async () => {
    const { code, out } = await exporting('--format', 'csv', '--match', 'a_total');
    expect(code).toBe(0);
    const rows = Papa.parse<Record<string, string>>(out, { header: true, skipEmptyLines: true }).data;
    expect(rows).toHaveLength(150);
    expect(rows[0]).toEqual({
      timestamp: '2026-01-01T00:00:30.000000Z',
      name: 'a_total',
      kind: 'counter',
      unit: '',
      field: 'value',
      value: '1',
      labels: '{instance="127.0.0.1:10920",job="quorumscope",validator="=cmd()"}',
    });
    expect(out).not.toMatch(/(^|,)"?[=+@]/m);
    expect(rows.map(({ value }) => Number(value))).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
  });

  it('writes JSON lines and line protocol', async () => {
    const json = await exporting('--format', 'json', '--match', 'b');
    const lines = json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { ts_us: number; value: number });
    expect(lines).toHaveLength(29);
    expect(lines[0]).toMatchObject({
      ts_us: (START_MS + 122 * 30_000) * 1000,
      name: 'b',
      kind: 'gauge',
      value: 12.1,
    });
    const influx = await exporting('--format', 'influx', '--match', 'b');
    expect(influx.out.split('\n')[0]).toBe(
      `b,instance=127.0.0.1:10920,job=quorumscope,validator=v0 value=12.1 ${START_MS + 122 * 30_000}000000`,
    );
  });

  it('writes Parquet', async () => {
    const path = join(data, 'out.parquet');
    const { code, err } = await exporting('--format', 'parquet', '--out', path);
    expect(code, err).toBe(0);
    const bytes = new Uint8Array(readFileSync(path)).buffer;
    const rows = await parquetReadObjects({ file: bytes, compressors });
    const ours = rows.filter((row) => row['name'] === 'b');
    expect(ours).toHaveLength(29);
    expect(ours[0]).toMatchObject({ time_ms: BigInt(START_MS + 122 * 30_000), value: 12.1 });
    expect(JSON.parse(String(ours[0]!['labels']))).toMatchObject({ validator: 'v0' });
  });

  it('gives each sample of a range once', async () => {
    const { out } = await exporting(
      '--format',
      'csv',
      '--match',
      'a_total',
      '--from',
      '2026-01-01T00:10:00Z',
    );
    const rows = Papa.parse<Record<string, string>>(out, { header: true, skipEmptyLines: true }).data;
    expect(rows[0]!['timestamp']).toBe('2026-01-01T00:10:00.000000Z');
    expect(new Set(rows.map((row) => row['timestamp'])).size).toBe(rows.length);
    expect(rows).toHaveLength(131);
  });

  it('refuses what it cannot do', async () => {
    expect(await exporting('--format', 'xml')).toMatchObject({ code: 2 });
    expect(await exporting('--format', 'parquet')).toMatchObject({ code: 2 });
    expect(await exporting('--format', 'csv', '--url', 'http://localhost:1')).toMatchObject({ code: 2 });
    expect(await exporting('--format', 'csv', '--from', 'yesterday')).toMatchObject({ code: 2 });
    expect(await exporting('--format', 'csv', '--match', 'a{')).toMatchObject({ code: 2 });
    const absent = await run('export', '--format', 'csv', '--data', join(data, 'nothing'));
    expect(absent.code).toBe(2);
    expect(absent.err).toMatch(/there is no history in/);
  });
});

describe('query --data', () => {
  it('answers from the folder', async () => {
    const at = new Date(START_MS + 3_600_000).toISOString();
    const { code, out } = await run(
      'query',
      'increase(a_total[10m])',
      '--data',
      data,
      '--at',
      at,
      '--format',
      'csv',
    );
    expect(code).toBe(0);
    expect(Number(out.trim().split(',').at(-1))).toBeCloseTo(20, 5);
    expect(await run('query', 'sum(', '--data', data)).toMatchObject({ code: 2 });
  });
});
