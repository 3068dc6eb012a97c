/**
 * A sidecar with a data folder, killed while a simulated network runs: another process reads its folder meanwhile, the
 * next sidecar answers for the time before the kill, with failed views and all, and at most a flush interval is missing.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';

const folder = mkdtempSync(join(tmpdir(), 'quorumscope-archive-'));
const data = join(folder, 'data');
const socket = `unix://${join(folder, 'events.sock')}`;
const children: Child[] = [];
const COMMITTED = 'hotstuff_consensus_blocks_committed_total';

afterAll(async () => {
  await Promise.all(children.map((child) => child.stop('SIGKILL')));
});

async function startSidecar(): Promise<{ sidecar: Child; url: string }> {
  const fast = ['history.archive_interval=200ms', 'history.flush_interval=200ms', 'history.instance=here'];
  const settings = fast.flatMap((setting) => ['--set', setting]);
  const sidecar = Child.cli([
    'run',
    '--listen',
    '127.0.0.1:0',
    '--socket',
    socket,
    '--data',
    data,
    ...settings,
  ]);
  children.push(sidecar);
  const [, url] = await sidecar.printed(/(http:\/\/127\.0\.0\.1:\d+)\/metrics/);
  return { sidecar, url: url! };
}

interface Matrix {
  readonly data: { readonly result: readonly { readonly values: readonly (readonly [number, string])[] }[] };
}

async function run(...words: string[]): Promise<string> {
  const child = Child.cli(words);
  children.push(child);
  expect(await child.exited, child.output).toBe(0);
  return child.output;
}

async function get<T>(url: string): Promise<T> {
  const response = await fetch(url);
  expect(response.status, url).toBe(200);
  return (await response.json()) as T;
}

it('is there after a kill', async () => {
  const first = await startSidecar();
  const network = ['--delay', '5ms', '--timeout', '200ms', '--crash', 'v1@1s', '--heal', 'v1@2s'];
  const simulator = Child.cli([
    'simulate',
    '--speed',
    'realtime',
    '--duration',
    '5s',
    '--attach',
    socket,
    ...network,
  ]);
  children.push(simulator);
  expect(await simulator.exited, simulator.output).toBe(0);
  const { views } = await eventually(
    async () => {
      const found = await get<{ views: { view: number; chain: string }[] }>(
        `${first.url}/api/quorumscope/v1/views?outcome=failed&limit=1000`,
      );
      return found.views.length > 0 ? found : undefined;
    },
    30_000,
    'failed views',
  );
  // While the sidecar writes.
  await eventually(
    async () =>
      (await run('query', `max(${COMMITTED})`, '--data', data, '--format', 'csv')).split('\r\n').length > 1
        ? true
        : undefined,
    30_000,
    'an archived block',
  );
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await first.sidecar.stop('SIGKILL');
  const killedAt = Date.now() / 1000;

  const range = `&start=${killedAt - 60}&end=${killedAt}&step=0.2`;
  const exported = join(folder, 'committed.csv');
  await run(
    ...['export', '--format', 'csv', '--match', COMMITTED, '--data', data, '--out', exported],
    ...['--from', String(killedAt - 60), '--to', String(killedAt + 10)],
  );
  const times = readFileSync(exported, 'utf8')
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => Date.parse(line.split(',')[0]!) / 1000);
  expect(times.length).toBeGreaterThan(20);
  // An interval, a flush, and a machine that is busy.
  expect(killedAt - times.at(-1)!).toBeLessThan(1.5);

  const second = await startSidecar();
  const query = encodeURIComponent(`sum(${COMMITTED})`);
  const answer = await eventually(
    async () => {
      const found = await get<Matrix>(`${second.url}/api/v1/query_range?query=${query}${range}`);
      return found.data.result.length > 0 ? found : undefined;
    },
    30_000,
    'history from before the kill',
  );
  const values = answer.data.result[0]!.values.map(([, value]) => Number(value));
  expect(values.length).toBeGreaterThan(20);
  expect(values.at(-1)).toBeGreaterThan(values[0]!);
  const after = await get<{ views: { view: number; nodes: unknown[] }[] }>(
    `${second.url}/api/quorumscope/v1/views?outcome=failed&limit=1000`,
  );
  expect(after.views.map(({ view }) => view)).toEqual(views.map(({ view }) => view));
  expect(after.views[0]!.nodes.length).toBeGreaterThan(0);
  const [{ view, chain }] = views as [{ view: number; chain: string }];
  const one = await get<{ verdict: { outcome: string }; nodes: unknown[] }>(
    `${second.url}/api/quorumscope/v1/views/${view}?chain=${chain}`,
  );
  expect(one.verdict.outcome).toBe('failed');
  expect(one.nodes).toHaveLength(4);
  expect(await second.sidecar.stop()).toBe(0);
});
