/** The event stream and range exports of a whole sidecar, over HTTP, as clients of any kind meet them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Feed } from '../../src/attach/feed.js';
import { ManualClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import { counter, gauge, histogram } from '../../src/metrics/definition.js';
import { createSidecar } from '../../src/sidecar.js';

const START_US = 1_748_779_200_000_000;
const API = '/api/quorumscope/v1';

async function start(settings: Record<string, unknown> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-events-'));
  const text = JSON.stringify({
    server: { listen: '127.0.0.1:0' },
    attach: { socket: `unix://${folder}/events.sock` },
    ...settings,
  });
  const clock = new ManualClock(START_US);
  const config = parseConfig({ file: { name: 'test', text } });
  const sidecar = createSidecar(config, { clock, logger: silentLogger });
  onTestFinished(async () => {
    await sidecar.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await sidecar.start();
  return { sidecar, clock, url: (path: string) => `${sidecar.addresses.http}${API}/${path}` };
}

type World = Awaited<ReturnType<typeof start>>;

function node({ sidecar }: World, name: string, run = 'r') {
  const feed: Feed = sidecar.openFeed({ door: 'unix', peer: 'test' });
  let seq = 0;
  const say = (fields: Record<string, unknown>): void =>
    feed.write(Buffer.from(`${JSON.stringify({ ts_us: START_US, ...fields })}\n`));
  say({ v: 1, type: 'hello', node: name, chain: 'c', run });
  const enter = (view: number): void =>
    say({ type: 'consensus.view_entered', seq: seq++, view, trigger: 'qc', leader: 'n1' });
  return { say, enter, feed };
}

/** An HTTP client that reads a stream as it comes. */
class Listener {
  readonly #response: IncomingMessage;
  text = '';

  constructor(response: IncomingMessage, isReading: boolean) {
    this.#response = response;
    if (isReading) this.read();
  }

  static open(url: string, headers: Record<string, string> = {}, isReading = true): Promise<Listener> {
    return new Promise((resolve, reject) => {
      const asked = httpGet(url, { headers, agent: false }, (response) => {
        const listener = new Listener(response, isReading);
        onTestFinished(() => listener.close());
        if (response.statusCode === 200) resolve(listener);
        else reject(new Error(`${response.statusCode}`));
      });
      asked.on('error', reject);
    });
  }

  read(): void {
    this.#response.on('data', (piece: Buffer) => (this.text += piece.toString()));
    this.#response.on('error', () => undefined);
  }

  get hasEnded(): boolean {
    return this.#response.complete;
  }

  close(): void {
    this.#response.destroy();
  }

  events(): { id: string; event: string; data: Record<string, unknown> }[] {
    return [...this.text.matchAll(/^id: (.*)\nevent: (.*)\ndata: (.*)\n\n/gm)].map(
      ([, id = '', event = '', data = '']) => ({
        id,
        event,
        data: JSON.parse(data) as Record<string, unknown>,
      }),
    );
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('it never held');
}

function views(listener: Listener): unknown[] {
  return listener.events().map(({ data }) => (data['event'] as { view: number }).view);
}

describe('GET /events', () => {
  it('gives lines as they were received, chosen, and goes on after Last-Event-ID', async () => {
    const world = await start();
    const listener = await Listener.open(world.url('events?type=consensus.view_*&chain=c&node=n1'));
    const one = node(world, 'n1');
    const other = node(world, 'n2');
    for (const view of [1, 2, 3]) {
      one.enter(view);
      other.enter(view);
    }
    await until(() => listener.events().length === 3);
    expect(views(listener)).toEqual([1, 2, 3]);
    const [{ id, event, data }] = listener.events() as [ReturnType<Listener['events']>[0]];
    expect([event, data['chain'], data['node'], data['run']]).toEqual([
      'consensus.view_entered',
      'c',
      'n1',
      'r',
    ]);
    listener.close();
    one.enter(4);
    const again = await Listener.open(world.url('events?type=consensus.*&node=n1'), { 'last-event-id': id });
    await until(() => again.events().length === 3);
    expect(views(again)).toEqual([2, 3, 4]);
  });

  it('says hello, and what is concluded: verdicts and findings', async () => {
    const world = await start();
    const listener = await Listener.open(world.url('events'));
    const one = node(world, 'n1');
    const breach = { kind: 'double_vote', validator: 'v2', view: 5, statement_a: 'aa', statement_b: 'bb' };
    one.enter(5);
    one.say({ type: 'consensus.byzantine_detected', seq: 1, ...breach });
    for (let view = 6; view < 12; view++)
      one.say({ type: 'consensus.view_entered', seq: view - 4, view, trigger: 'qc', leader: 'n1' });
    await world.sidecar.drained();
    world.clock.advance(60_000_000);
    world.sidecar.collect();
    const types = () => new Set(listener.events().map(({ event }) => event));
    await until(() => types().has('quorumscope.verdict') && types().has('quorumscope.finding'));
    expect([...types()]).toEqual(expect.arrayContaining(['hello', 'consensus.view_entered']));
    const finding = listener.events().find(({ event }) => event === 'quorumscope.finding')!;
    expect(finding.data).toMatchObject({ chain: 'c', event: { kind: 'double_vote' } });
    expect(finding.data).not.toHaveProperty('node');
  });

  it('does not wait for a client that does not read, and tells it how much it missed', async () => {
    const world = await start();
    const slow = await Listener.open(world.url('events?type=consensus.view_entered'), {}, false);
    const quick = await Listener.open(world.url('events?type=consensus.view_entered'));
    const one = node(world, 'n1');
    const total = 120_000;
    for (let view = 0; view < total; view++) {
      one.enter(view);
      if (view % 2_000 === 1_999) {
        await world.sidecar.drained();
        await until(() => quick.text.includes(`"view":${view},`));
      }
    }
    slow.read();
    await until(() => slow.text.includes(`"view":${total - 1},`));
    let next = 0;
    let gaps = 0;
    for (const { event, data } of slow.events()) {
      if (event === 'gap') {
        gaps++;
        next += data['missed'] as number;
      } else expect((data['event'] as { view: number }).view).toBe(next++);
    }
    expect([next, gaps]).toEqual([total, 1]);
    expect(quick.text).not.toContain('event: gap');
  }, 60_000);

  it('takes 32 clients, refuses the next, and takes it when one has gone', async () => {
    const world = await start();
    const clients = await Promise.all(Array.from({ length: 32 }, () => Listener.open(world.url('events'))));
    await expect(Listener.open(world.url('events'))).rejects.toThrow('503');
    node(world, 'n1').enter(1);
    await until(() => clients.every(({ text }) => text.includes('"view":1')));
    clients[0]!.close();
    const next = async (): Promise<boolean> => (await fetch(world.url('events'), { method: 'HEAD' })).ok;
    for (let i = 0; !(await next()); i++) {
      if (i > 100) throw new Error('no room was made');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });

  it('ends its streams when it stops', async () => {
    const world = await start();
    const listener = await Listener.open(world.url('events'));
    const beganMs = performance.now();
    await world.sidecar.stop();
    await until(() => listener.hasEnded);
    expect(performance.now() - beganMs).toBeLessThan(1_500);
  });

  it('says which parameters there are', async () => {
    const world = await start();
    const answer = await fetch(world.url('events?typ=x'));
    expect([answer.status, await answer.text()]).toEqual([
      400,
      'there is no parameter "typ"; there are type, chain, node\n',
    ]);
  });
});

describe('GET /export of a range', () => {
  async function sampled() {
    const world = await start({ history: { recent_interval: '1s', recent_window: '10m' } });
    const { board } = world.sidecar;
    const views = board.counter(counter('hotstuff_test_views_total', 'Views.', ['node_id']));
    const odd = board.gauge(gauge('hotstuff_test_odd', 'Odd.', [])).at();
    const latency = board.histogram(
      histogram('hotstuff_test_latency_seconds', 'Latency.', [0.1, 1], ['peer'], { unit: 'seconds' }),
    );
    for (let second = 1; second <= 5; second++) {
      views.at('a"=,\n').add();
      odd.set(second === 3 ? Number.NaN : second);
      latency.at('p').observe(0.5);
      world.clock.advance(1_000_000);
    }
    const text = async (query: string) => (await fetch(world.url(`export?${query}`))).text();
    const second = (n: number): number => START_US / 1e6 + n;
    return { ...world, text, second };
  }

  it('has every sample of the time asked for, in each format the same', async () => {
    const { text, second } = await sampled();
    const range = `match=hotstuff_test_*&from=${second(2)}&to=${second(4)}`;
    const json = JSON.parse(await text(`format=json&${range}`)) as {
      schema: string;
      series: {
        name: string;
        metric: string;
        labels: Record<string, string>;
        samples: [number, unknown][];
      }[];
    };
    expect(json.schema).toBe('quorumscope.range/1');
    const found = json.series.map(({ name, samples }) => [name, samples.map(([, value]) => value)]);
    expect(found).toEqual([
      ['hotstuff_test_views_total', [2, 3, 4]],
      ['hotstuff_test_odd', [2, 'NaN', 4]],
      ['hotstuff_test_latency_seconds_bucket', [0, 0, 0]],
      ['hotstuff_test_latency_seconds_bucket', [2, 3, 4]],
      ['hotstuff_test_latency_seconds_bucket', [2, 3, 4]],
      ['hotstuff_test_latency_seconds_sum', [1, 1.5, 2]],
      ['hotstuff_test_latency_seconds_count', [2, 3, 4]],
    ]);
    expect(json.series[0]!.labels).toMatchObject({ node_id: 'a"=,\n', job: 'quorumscope' });
    expect(json.series[0]!.samples[0]![0]).toBe(START_US + 2_000_000);
    const lines = (await text(`format=jsonl&${range}`)).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(json.series);
    const csv = Papa.parse<string[]>((await text(`format=csv&${range}`)).trim()).data;
    expect(csv[0]).toEqual(['timestamp', 'name', 'kind', 'unit', 'field', 'value', 'labels']);
    expect(csv).toHaveLength(1 + 7 * 3);
    expect(csv.at(-1)!.slice(0, 6)).toEqual([
      '2025-06-01T12:00:04.000000Z',
      'hotstuff_test_latency_seconds',
      'histogram',
      'seconds',
      'count',
      '4',
    ]);
    const influx = (await text(`format=influx&${range}`)).trim().split('\n');
    expect(influx).toHaveLength(7 * 3 - 1);
    expect(influx.at(-1)).toMatch(
      /^hotstuff_test,instance=[^ ]*,job=quorumscope,peer=p latency_seconds_count=4 1748779204000000000$/,
    );
  });

  it('says what is wrong with the question', async () => {
    const { text, url, second } = await sampled();
    expect(await text('from=yesterday')).toBe('from: found "yesterday", expected Unix seconds or RFC 3339\n');
    expect(await text(`from=${second(2)}&to=${second(1)}`)).toBe('from: is after to\n');
    expect(await text('from=0&format=xml')).toBe(
      'format: of a range it is one of json, jsonl, csv, influx, parquet\n',
    );
    expect((await fetch(url('export?from=0&format=prometheus'))).status).toBe(400);
    expect(JSON.parse(await text('from=2099-01-01T00:00:00Z&to=2100-01-01T00:00:00Z'))).toMatchObject({
      series: [],
    });
  });

  it('is a document with a time, and no history, nowhere', async () => {
    const { url } = await start({ history: { enabled: false } });
    const answer = await fetch(url('export?from=0'));
    expect([answer.status, await answer.text()]).toEqual([
      400,
      'no history is kept here: ask without from and to\n',
    ]);
  });
});
