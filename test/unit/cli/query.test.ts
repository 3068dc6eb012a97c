/** `quorumscope query` against a sidecar with history: times, formats, what it says when it cannot. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/logger.js';
import { queryParameters } from '../../../src/cli/query-times.js';
import { renderAnswer } from '../../../src/cli/query-view.js';
import { parseConfig } from '../../../src/config/parse.js';
import { createSidecar } from '../../../src/sidecar.js';
import { runWords } from './world.js';

const NOW_US = 1_700_000_060_000_000;

/** A sidecar that has sampled itself for a minute, up to the time at which commands run. */
async function started(profile = 'standalone'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-query-'));
  const flags = [
    { flag: '--set', path: 'attach.socket', text: `unix://${folder}/events.sock` },
    { flag: '--set', path: 'server.listen', text: '127.0.0.1:0' },
    { flag: '--set', path: 'profile', text: profile },
  ];
  const clock = new ManualClock(1_699_999_940_000_000);
  const sidecar = createSidecar(parseConfig({ flags }), { clock, logger: silentLogger });
  await sidecar.start();
  onTestFinished(async () => {
    await sidecar.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  clock.advance(60e6);
  return sidecar.addresses.http!;
}

describe('query', () => {
  it('prints a table, JSON or CSV', async () => {
    const url = await started();
    const table = await runWords(['query', 'sum(up)', '--url', url]);
    expect(table).toEqual({
      code: 0,
      out: 'TIME                      VALUE\n2023-11-14T22:13:20.000Z  1\n',
      err: '',
    });
    const json = await runWords(['query', '1+1', '--url', url, '--format', 'json']);
    expect(JSON.parse(json.out)).toEqual({ resultType: 'scalar', result: [1_700_000_000, '2'] });
    const range = ['--from', 'now-10s', '--to', 'now', '--step', '5s', '--format', 'csv'];
    const csv = await runWords(['query', 'sum by (job) (up)', '--url', url, ...range]);
    expect(csv.out.split('\r\n')).toEqual([
      'job,time,value',
      'quorumscope,2023-11-14T22:13:10.000Z,1',
      'quorumscope,2023-11-14T22:13:15.000Z,1',
      'quorumscope,2023-11-14T22:13:20.000Z,1\n',
    ]);
    const none = await runWords(['query', 'absent_metric', '--url', url]);
    expect(none.out).toBe('No series answers this query.\n');
  });

  it('tells wrong usage from a query that fails and from nobody there', async () => {
    const url = await started();
    const bad = await runWords(['query', 'sum(', '--url', url]);
    expect(bad.code).toBe(2);
    expect(bad.err).toContain('parse error');
    const failing = 'up + on(job) {__name__=~"up|quorumscope_series"}';
    expect((await runWords(['query', failing, '--url', url])).code).toBe(1);
    const nobody = await runWords(['query', 'up', '--url', 'http://127.0.0.1:9099']);
    expect(nobody).toMatchObject({ code: 1, out: '' });
    expect(nobody.err).toContain('connection refused');
    const exporter = await runWords(['query', 'up', '--url', await started('exporter')]);
    expect(exporter.code).toBe(1);
    expect(exporter.err).toContain('keeps no history');
    expect((await runWords(['query', 'up', '--format', 'xml'])).code).toBe(2);
  });
});

describe('its times', () => {
  it('are Unix seconds, dates, or relative to now', () => {
    const time = (at: string) => {
      const asked = queryParameters({ at }, NOW_US);
      return typeof asked === 'string' ? asked : asked.parameters['time'];
    };
    expect(time('1700000000.5')).toBe('1700000000.5');
    expect(time('2023-11-14T22:13:20Z')).toBe('1700000000');
    expect(time('now')).toBe('1700000060');
    expect(time('now-1m30s')).toBe('1699999970');
    expect(time('yesterday')).toMatch(/^--at yesterday: expected /);
    expect(time('now-x')).toMatch(/^--at now-x: expected /);
  });

  it.each([
    [{ at: 'now', from: 'now-1h' }, /one of them/],
    [{ to: 'now' }, /need --from/],
    [{ step: '5s' }, /need --from/],
    [{ from: 'now', to: 'now-1h' }, /before --from/],
    [{ from: 'now-1h', step: 'x' }, /--step x: expected a duration/],
    [{ from: 'now-1h', to: 'x' }, /--to x: expected/],
  ])('%j is refused', (times, problem) => {
    expect(queryParameters(times, NOW_US)).toMatch(problem);
  });

  it('have a step that gives about 120 points', () => {
    const step = (from: string) => {
      const asked = queryParameters({ from }, NOW_US);
      return typeof asked === 'string' ? asked : asked.parameters['step'];
    };
    expect([step('now-1s'), step('now-1h'), step('now-1d')]).toEqual(['1', '30', '720']);
  });
});

it('CSV quotes what needs it', () => {
  const result = [{ metric: { a: 'x,"y"\n', b: 'plain' }, value: [0, '+Inf'] as const }];
  expect(renderAnswer({ resultType: 'vector', result }, 'csv')).toBe(
    'a,b,time,value\r\n"x,""y""\n",plain,1970-01-01T00:00:00.000Z,+Inf',
  );
});
