/**
 * The built sidecar with some history, asked what would take for ever: it refuses or bounds each question in Prometheus's
 * form, and answers others meanwhile. A range of the archive, which a worker thread encodes, comes while it does.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child } from '../support/child.js';

const folder = mkdtempSync(join(tmpdir(), 'quorumscope-hard-'));
const socket = `unix://${join(folder, 'events.sock')}`;
let sidecar: Child;
let url: string;

beforeAll(async () => {
  const settings = ['history.archive_interval=200ms', 'history.flush_interval=200ms', 'query.timeout=2s'];
  sidecar = Child.cli([
    ...['run', '--listen', '127.0.0.1:0', '--socket', socket, '--data', join(folder, 'data')],
    ...settings.flatMap((setting) => ['--set', setting]),
  ]);
  url = (await sidecar.printed(/(http:\/\/127\.0\.0\.1:\d+)\/metrics/))[1]!;
  const simulator = Child.cli(['simulate', '--speed', 'realtime', '--duration', '4s', '--attach', socket]);
  expect(await simulator.exited, simulator.output).toBe(0);
}, 60_000);

afterAll(async () => {
  await sidecar?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly code: number;
  readonly errorType?: string;
  readonly error?: string;
  /** Times that the process said meanwhile that it lives. */
  readonly livez: number;
}

/** Asks, and asks for signs of life one after the other until the answer has come. */
async function ask(path: string, parameters: Record<string, string>): Promise<Answer> {
  let isPending = true;
  const answering = fetch(`${url}/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(parameters) })
    .then(async (response) => ({ code: response.status, body: (await response.json()) as Partial<Answer> }))
    .finally(() => (isPending = false));
  let livez = 0;
  while (isPending) {
    const alive = await fetch(`${url}/livez`);
    expect(alive.status).toBe(200);
    if (isPending) livez++;
  }
  const { code, body } = await answering;
  return { code, livez, ...body };
}

const everything = '{__name__=~".+"}';

describe('a question that would take for ever', () => {
  it.each([
    ['millions of samples', `sum(count_over_time(${everything}[1h:10ms]))`],
    ['subqueries in subqueries', `sum(max_over_time(max_over_time(${everything}[1h:10ms])[1h:10ms]))`],
    ['every series at every moment', `count(quantile_over_time(0.5, ${everything}[1d:10ms]))`],
  ])('of %s is refused for its samples', async (_, query) => {
    expect(await ask('query', { query })).toMatchObject({
      code: 422,
      errorType: 'execution',
      error: expect.stringContaining('too many samples') as string,
    });
  });

  it('that is refused only after a while holds up nobody meanwhile', async () => {
    const answer = await ask('query', { query: `max_over_time(sum(${everything})[1h:1ms])` });
    expect(answer).toMatchObject({ code: 422, errorType: 'execution' });
    // A loop that was held would have answered none, or one.
    expect(answer.livez).toBeGreaterThan(2);
  });

  it.each([
    ['more steps than a series may have', { start: '0', end: '100000000', step: '1' }, 'exceeded maximum'],
    ['a step of nothing', { start: '0', end: '1', step: '0' }, 'step'],
  ])('of %s is refused at once', async (_, range, words) => {
    expect(await ask('query_range', { query: 'up', ...range })).toMatchObject({
      code: 400,
      errorType: 'bad_data',
      error: expect.stringContaining(words) as string,
    });
  });

  it.each([
    ['(a+)+$', 'a'.repeat(50)],
    ['(x+x+)+y', 'x'.repeat(200)],
    ['(.*)*(.*)*(.*)*!', 'node'],
  ])('with the regular expression %s is answered in linear time', async (expression, value) => {
    const replaced = `label_replace(vector(1), "to", "${value}", "", "")`;
    const query = `label_replace(${replaced}, "found", "yes", "to", "${expression}") or {__name__=~"${expression}"}`;
    const answer = await ask('query', { query });
    expect(answer.code, answer.error).toBe(200);
  });

  it.each([
    ['parentheses', `${'('.repeat(100_000)}1${')'.repeat(100_000)}`],
    ['signs', `${'-'.repeat(100_000)}1`],
    ['calls', `${'abs('.repeat(50_000)}up${')'.repeat(50_000)}`],
  ])('with %s a hundred thousand deep is refused', async (_, query) => {
    expect(await ask('query', { query })).toMatchObject({ code: 400, errorType: 'bad_data' });
  });
});

interface Row {
  readonly labels: { readonly node_id: string };
  readonly samples: readonly (readonly [number, number])[];
}

it('for a range is answered by a worker thread of the built package, from the archive and from memory', async () => {
  const name = 'hotstuff_consensus_blocks_committed_total';
  const response = await fetch(`${url}/api/quorumscope/v1/export?format=jsonl&from=0&match=${name}`);
  expect(response.status).toBe(200);
  const rows = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  const page = await (await fetch(`${url}/metrics`)).text();
  for (const node of ['node-0', 'node-1', 'node-2', 'node-3']) {
    const samples = rows.filter(({ labels }) => labels.node_id === node).flatMap((row) => row.samples);
    const committed = new RegExp(`^${name}\\{.*node_id="${node}"\\} (\\d+)$`, 'm').exec(page)![1];
    expect(samples.length).toBeGreaterThan(10);
    expect(samples).toEqual([...samples].sort(([a], [b]) => a - b));
    expect(samples.at(-1)![1]).toBe(Number(committed));
  }
});
