/**
 * The built sidecar beside nodes that have OpenTelemetry: the real SDK for JavaScript, set up as its users set it up. What it
 * says that it sent is what is counted; what is passed on arrives as it came.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';
import { post } from '../support/otlp-requests.js';

const VIEWS = 300;

let folder: string;
const children: Child[] = [];
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumscope-otlp-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) await child.stop('SIGKILL');
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a sidecar with an OTLP door; resolves with the addresses of its page and of the door. */
async function run(otlp: object = {}): Promise<{ page: string; door: string; child: Child }> {
  const file = join(folder, 'quorumscope.yaml');
  const attach = { socket: null, otlp: { listen: '127.0.0.1:0', chain: 'c', ...otlp } };
  writeFileSync(file, JSON.stringify({ attach }));
  const child = Child.cli(['run', '--config', file, '--listen', '127.0.0.1:0']);
  children.push(child);
  const [, door] = await child
    .printed(/"otlp":"(http:\/\/127\.0\.0\.1:\d+)"|otlp +(http:\S+)/)
    .then((match) => [match[0], match[1] ?? match[2]] as const);
  const [, page] = await child.printed(/(http:\/\/127\.0\.0\.1:\d+\/metrics)/);
  return { page: page!, door: door!, child };
}

/** Runs a node to its end; resolves with what it says that it sent. */
async function node(door: string, env: Record<string, string>): Promise<Record<string, number>> {
  const child = new Child(process.execPath, [join(import.meta.dirname, 'otlp-node.mjs'), String(VIEWS)], {
    OTEL_EXPORTER_OTLP_ENDPOINT: door,
    OTEL_SERVICE_NAME: 'node-7',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
    OTEL_METRIC_EXPORT_TIMEOUT: '200',
    OTEL_NODE_RESOURCE_DETECTORS: 'env',
    ...env,
  });
  children.push(child);
  const [line] = await child.printed(/^\{.*\}$/m);
  return JSON.parse(line) as Record<string, number>;
}

const valuesOf = async (page: string): Promise<Record<string, number>> => {
  const lines = (await (await fetch(page)).text())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
};

const ours = 'chain_id="c",node_id="node-7"';

describe('a node with the OpenTelemetry SDK', () => {
  it.each([
    [
      'protobuf, gzipped, cumulative',
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' },
    ],
    [
      'JSON, deltas',
      {
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      },
    ],
  ])('is known by what it sends: %s', { timeout: 60_000 }, async (_what, env) => {
    const { page, door } = await run();
    const sent = await node(door, env);
    const of = (name: string, kind: string): string => `quorumscope_otlp_${name}_total{kind="${kind}"}`;
    const values = await eventually(
      async () => {
        const now = await valuesOf(page);
        const isThere =
          now[`hotstuff_consensus_committed_height{${ours}}`] === VIEWS &&
          now[of('received', 'spans')] === VIEWS;
        return isThere ? now : undefined;
      },
      20_000,
      'all that was sent',
    );
    expect(values).toMatchObject({
      [of('received', 'logs')]: sent['logs'],
      [of('mapped', 'logs')]: 2 * VIEWS,
      [of('ignored', 'logs')]: VIEWS,
      [of('received', 'spans')]: sent['spans'],
      [of('mapped', 'spans')]: sent['spans'],
      [of('mapped', 'span_events')]: sent['spanEvents'],
      [of('ignored', 'metrics')]: 0,
      [`hotstuff_consensus_current_view{${ours}}`]: VIEWS,
      [`node_messages_total{${ours},kind="vote"}`]: 2 * VIEWS,
      [`node_mempool_size{${ours}}`]: VIEWS,
      [`node_peers{${ours},direction="in"}`]: VIEWS,
      [`node_rpc_duration_seconds_count{${ours}}`]: VIEWS,
      [`node_rpc_duration_seconds_bucket{${ours},le="0.05"}`]: 10,
    });
    const total = (VIEWS * (VIEWS + 1) * 5) / 2 / 1000;
    expect(values[`node_rpc_duration_seconds_sum{${ours}}`]).toBeCloseTo(total, 6);
    expect(Object.keys(values).filter((name) => name.startsWith('quorumscope_otlp_rejected_total'))).toEqual(
      [],
    );
  });
});

interface PassedOn {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A receiver that answers as it is told, and keeps what it is sent. */
async function receiver(
  answers: readonly (readonly [status: number, headers: Record<string, string>])[],
): Promise<{ url: string; got: PassedOn[] }> {
  const got: PassedOn[] = [];
  const left = [...answers];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
      const [status, headers] = left.shift() ?? [200, {}];
      response.writeHead(status, headers).end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

const request = (view: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'n' } }] },
          scopeLogs: [
            { logRecords: [{ body: { stringValue: `line ${view}` } }, { body: { stringValue: 'x' } }] },
          ],
        },
      ],
    }),
  );

describe('passing on', () => {
  it(
    'sends what came as it came, with its own headers, and again when the receiver asks for time',
    { timeout: 60_000 },
    async () => {
      const secret = join(folder, 'token');
      writeFileSync(secret, 'Bearer s3cret\n');
      const { url, got } = await receiver([[503, { 'retry-after': '1' }]]);
      const { page, door } = await run({
        forward: `${url}/otlp/`,
        forward_headers_file: { authorization: secret },
      });
      const first = gzipSync(request(1));
      expect((await post(`${door}/v1/logs`, first, 'json', { 'content-encoding': 'gzip' })).status).toBe(200);
      expect((await post(`${door}/v1/traces`, Buffer.alloc(0), 'protobuf')).status).toBe(200);
      expect((await post(`${door}/v1/logs`, Buffer.from('{'), 'json')).status).toBe(400);
      expect((await post(`${door}/v1/logs`, request(2), 'json')).status).toBe(200);
      await eventually(() => Promise.resolve(got.length >= 3 ? true : undefined), 20_000, 'three requests');
      const seen = got.map(({ path, headers, body }) => [
        path,
        headers['content-type'],
        headers['content-encoding'],
        headers['authorization'],
        body,
      ]);
      const of = (encoding: string | undefined, body: Buffer) => [
        '/otlp/v1/logs',
        'application/json',
        encoding,
        'Bearer s3cret',
        body,
      ];
      // Nothing to pass on is not passed on, nor what cannot be read.
      expect(seen).toEqual([of('gzip', first), of('gzip', first), of(undefined, request(2))]);
      const values = await valuesOf(page);
      expect(values['quorumscope_delivery_sent_total{destination="attach.otlp.forward"}']).toBe(4);
    },
  );

  it('gives up what is refused, and counts it', { timeout: 60_000 }, async () => {
    const { url } = await receiver([
      [500, {}],
      [400, {}],
    ]);
    const { page, door } = await run({ forward: url });
    for (const view of [1, 2, 3]) await post(`${door}/v1/logs`, request(view), 'json');
    const values = await eventually(
      async () => {
        const now = await valuesOf(page);
        return now['quorumscope_delivery_sent_total{destination="attach.otlp.forward"}'] === 2
          ? now
          : undefined;
      },
      20_000,
      'the one that was taken',
    );
    expect(
      values['quorumscope_delivery_dropped_total{destination="attach.otlp.forward",reason="refused"}'],
    ).toBe(4);
  });
});

it('tells what to do about an address that is taken', { timeout: 30_000 }, async () => {
  const { door } = await run();
  const listen = door.slice('http://'.length);
  const file = join(folder, 'second.yaml');
  writeFileSync(file, JSON.stringify({ attach: { socket: null, otlp: { listen } } }));
  const child = Child.cli(['run', '--config', file, '--listen', '127.0.0.1:0']);
  children.push(child);
  expect(await child.exited).not.toBe(0);
  expect(child.output).toContain(`cannot take OTLP on ${listen}: another process already listens there`);
});
