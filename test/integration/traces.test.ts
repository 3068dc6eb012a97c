/**
 * Traces as they leave: built sidecars, one per simulated validator and without a link between them, real sockets, and
 * receivers that decode with libraries of others.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Child, cli, eventually } from '../support/child.js';
import { JaegerReceivers } from '../support/jaeger-thrift.js';
import { OtlpLogReceiver } from '../support/otlp-logs.js';
import { OtlpReceiver } from '../support/otlp-traces.js';
import type { ReceivedSpan } from '../support/received-span.js';

let folder: string;
/** What each node said, as NDJSON. */
const streams = new Map<string, string>();
let lastView = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumscope-traces-'));
  const file = join(folder, 'events.ndjson');
  const options = [
    '--seed',
    '3',
    '--duration',
    '4s',
    '--jitter',
    '3ms',
    '--crash',
    'v1@2s',
    '--heal',
    'v1@3s',
    '--transactions',
    '40',
  ];
  execFileSync(process.execPath, [cli, 'simulate', '--validators', '4', ...options, '--events', file]);
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const { node, view } = JSON.parse(line) as { node: string; view?: number };
    streams.set(node, `${streams.get(node) ?? ''}${line}\n`);
    if (line.includes('consensus.view_entered')) lastView = Math.max(lastView, view ?? 0);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

const running: Child[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((child) => child.stop('SIGKILL')));
});

let started = 0;

/** Starts a sidecar, tells it what a node said, and ends it when it has sent what there is. */
async function sidecar(node: string, settings: Record<string, string>, sent: () => number): Promise<Child> {
  const socket = join(folder, `sidecar-${started++}.sock`);
  const env: Record<string, string> = {
    QUORUMSCOPE_SERVER_LISTEN: '127.0.0.1:0',
    QUORUMSCOPE_ATTACH_SOCKET: `unix://${socket}`,
    QUORUMSCOPE_TRACING_ENABLED: 'true',
    QUORUMSCOPE_TRACING_INTERVAL: '100ms',
    QUORUMSCOPE_TRACING_SAMPLING: '1',
    QUORUMSCOPE_TRACING_TRANSACTIONS: 'null',
    ...settings,
  };
  const child = Child.cli(['run'], env);
  running.push(child);
  await child.printed(/the sidecar is running/);
  await new Promise<void>((resolve, reject) => {
    const producer = connect(socket, () => producer.end(streams.get(node)!));
    producer
      .on('close', () => resolve())
      .on('error', reject)
      .resume();
  });
  await eventually(
    () => (sent() >= lastView - 12 ? true : undefined),
    60_000,
    `traces of ${node}: ${child.output}`,
  );
  expect(await child.stop()).toBe(0);
  return child;
}

const highest = (spans: readonly ReceivedSpan[]): number =>
  spans.reduce((view, { tags }) => Math.max(view, Number(tags['hotstuff.view'] ?? 0)), 0);

async function otlpTraces(
  nodes: readonly string[],
  settings: Record<string, string> = {},
): Promise<ReceivedSpan[][]> {
  const all: ReceivedSpan[][] = [];
  for (const node of nodes) {
    const receiver = await OtlpReceiver.start();
    const url = { QUORUMSCOPE_TRACING_OTLP_URL: receiver.url };
    await sidecar(node, { ...url, ...settings }, () => highest(receiver.spans));
    receiver.close();
    all.push(receiver.spans);
  }
  return all;
}

const byView = (spans: readonly ReceivedSpan[]): Map<unknown, ReceivedSpan[]> => {
  const views = new Map<unknown, ReceivedSpan[]>();
  for (const span of spans) {
    const view = span.tags['hotstuff.view'];
    views.set(view, [...(views.get(view) ?? []), span]);
  }
  return views;
};

describe('two sidecars that never talk', () => {
  it('tell one trace per view, with both nodes in it and no orphan but the documented one', async () => {
    const spans = (await otlpTraces(['node-0', 'node-2'])).flat();
    const known = new Set(spans.map(({ traceId, spanId }) => `${traceId}${spanId}`));
    expect(known.size).toBe(spans.length);
    let both = 0;
    for (const [view, ofView] of byView(spans)) {
      expect(new Set(ofView.map(({ traceId }) => traceId)).size, `view ${String(view)}`).toBe(1);
      if (new Set(ofView.map(({ tags }) => tags['service.instance.id'])).size === 2) both++;
      for (const { traceId, parentId, name, tags } of ofView) {
        if (parentId === '' || known.has(traceId + parentId)) continue;
        expect(name).toBe('replica');
        if (Number(view) < lastView - 12)
          expect(['validator-1', 'validator-3']).toContain(tags['hotstuff.leader']);
      }
    }
    expect(both).toBeGreaterThan(0.9 * lastView);
    const failed = spans.filter(({ name, error }) => name === 'view_change' && error !== undefined);
    expect(failed.length).toBeGreaterThan(2);
    for (const { tags, links } of failed) {
      expect(tags['hotstuff.cause']).toBeTypeOf('string');
      expect(tags['hotstuff.timer_seconds']).toBeGreaterThanOrEqual(0.5);
      expect(links.length).toBeLessThanOrEqual(1);
    }
    expect(failed.some(({ tags }) => tags['hotstuff.culprits'] === 'validator-1')).toBe(true);
  });

  it('keep the same healthy views at a tenth', async () => {
    const settings = { QUORUMSCOPE_TRACING_SAMPLING: '0.1', QUORUMSCOPE_TRACING_SLOW_QUANTILE: '1' };
    const [one, other] = await otlpTraces(['node-0', 'node-2'], settings);
    const kept = (spans: readonly ReceivedSpan[]): Set<unknown> =>
      new Set(
        spans
          .filter(({ tags }) => tags['hotstuff.kept_because'] === 'sampled')
          .map(({ tags }) => tags['hotstuff.view'])
          .filter((view) => Number(view) < lastView - 3),
      );
    const [a, b] = [kept(one!), kept(other!)];
    expect(a.size).toBeGreaterThan(3);
    expect(a.size).toBeLessThan(0.25 * lastView);
    expect([...a].sort()).toEqual([...b].sort());
  });
});

describe('the same spans by OTLP and by Jaeger', () => {
  it('are equal in names, ids, times and attributes, decoded by protobufjs and by Apache Thrift', async () => {
    const transactions = { QUORUMSCOPE_TRACING_TRANSACTIONS: '0.5' };
    const [otlp] = await otlpTraces(['node-2'], transactions);
    const jaeger = await JaegerReceivers.start();
    const settled = (count: () => number) => (): number => (count() > 0 ? lastView : 0);
    for (const [protocol, count] of [
      ['jaeger_agent', () => jaeger.datagrams.length],
      ['jaeger_collector', () => jaeger.bodies.length],
    ] as const)
      await sidecar(
        'node-2',
        {
          ...transactions,
          QUORUMSCOPE_TRACING_PROTOCOL: protocol,
          QUORUMSCOPE_TRACING_JAEGER_AGENT: jaeger.agent,
          QUORUMSCOPE_TRACING_JAEGER_COLLECTOR: jaeger.collector,
        },
        settled(count),
      );
    expect(jaeger.datagrams[0]!.subarray(0, 4).toString('hex')).toBe('80010004');
    for (const { path, type } of jaeger.bodies) {
      expect(path).toBe('/api/traces');
      expect(type).toBe('application/x-thrift');
    }
    const { agent, collector } = jaeger.decoded();
    jaeger.close();
    for (const spans of [agent, collector]) {
      const ours = comparable(otlp!);
      const theirs = comparable(spans);
      expect(theirs.size).toBeGreaterThan(300);
      const names = new Set([...theirs.values()].map(({ name }) => name));
      for (const name of ['block', 'execution', 'persistence', 'transaction', 'transaction_consensus'])
        expect(names).toContain(name);
      let compared = 0;
      for (const [id, span] of theirs) {
        const same = ours.get(id);
        if (same === undefined) continue;
        expect(span).toEqual(same);
        compared++;
      }
      expect(compared).toBeGreaterThan(0.9 * Math.max(ours.size, theirs.size));
    }
  });
});

/** Without the views that a verdict by the machine's own time may see otherwise: those left open or failed at the end. */
function comparable(spans: readonly ReceivedSpan[]): Map<string, ReceivedSpan> {
  const kept = spans.filter(
    ({ tags, name }) => name.startsWith('transaction') || Number(tags['hotstuff.view']) < lastView - 12,
  );
  return new Map(kept.map((span) => [`${span.traceId}:${span.spanId}`, span]));
}

describe("the sidecar's own log", () => {
  it('arrives with the traces of the views that it is about', async () => {
    const [spans, logs] = await Promise.all([OtlpReceiver.start(), OtlpLogReceiver.start()]);
    const socket = `unix://${join(folder, 'logged.sock')}`;
    const child = Child.cli(['run'], {
      QUORUMSCOPE_SERVER_LISTEN: '127.0.0.1:0',
      QUORUMSCOPE_ATTACH_SOCKET: socket,
      QUORUMSCOPE_TRACING_ENABLED: 'true',
      QUORUMSCOPE_TRACING_INTERVAL: '100ms',
      QUORUMSCOPE_TRACING_OTLP_URL: spans.url,
      QUORUMSCOPE_TRACING_LOGS_ENABLED: 'true',
      QUORUMSCOPE_TRACING_LOGS_URL: logs.url,
    });
    running.push(child);
    await child.printed(/the sidecar is running/);
    const options = ['--speed', 'realtime', '--duration', '4s', '--validators', '4'];
    const equivocating = ['--fault', 'byzantine validator=v1 behaviour=equivocate at=1s'];
    const simulator = Child.cli(['simulate', ...options, ...equivocating, '--attach', socket]);
    running.push(simulator);
    expect(await simulator.exited, simulator.output).toBe(0);
    expect(await child.stop()).toBe(0);
    spans.close();
    logs.close();
    const messages = logs.lines.map(({ message }) => message);
    expect(messages).toContain('the sidecar is running');
    const roots = new Map(spans.spans.map((span) => [`${span.traceId}${span.spanId}`, span]));
    const found = logs.lines.filter(({ message }) => message === 'a byzantine finding');
    expect(found.length).toBeGreaterThan(0);
    let led = 0;
    for (const { traceId, spanId, tags, level } of found) {
      expect(level).toBe('WARN');
      expect(spans.spans.some((span) => span.traceId === traceId)).toBe(true);
      const root = roots.get(traceId + spanId);
      if (root === undefined) continue;
      expect(root.name).toBe('view');
      expect(root.tags['hotstuff.view']).toBe(tags['view']);
      led++;
    }
    expect(led).toBeGreaterThan(0);
  });
});

describe('a sidecar', () => {
  /** Scripts that a sidecar had loaded when it ended, by what V8 itself says. */
  async function scripts(settings: Record<string, string>): Promise<string[]> {
    const coverage = mkdtempSync(join(folder, 'coverage-'));
    mkdirSync(coverage, { recursive: true });
    const child = Child.cli(['run'], {
      NODE_V8_COVERAGE: coverage,
      QUORUMSCOPE_SERVER_LISTEN: '127.0.0.1:0',
      QUORUMSCOPE_ATTACH_SOCKET: 'null',
      ...settings,
    });
    running.push(child);
    await child.printed(/the sidecar is running/);
    expect(await child.stop()).toBe(0);
    return readdirSync(coverage).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as {
        result: { url: string }[];
      };
      return result.map(({ url }) => url);
    });
  }

  const clients = (urls: readonly string[]): string[] => [
    ...new Set(
      urls.flatMap(
        (url) =>
          /node_modules\/(@opentelemetry\/(?!api\/)[^/]+|jaeger-client|thriftrw)\//.exec(url)?.[1] ?? [],
      ),
    ),
  ];

  it('loads nothing of OpenTelemetry or Jaeger while tracing is off', async () => {
    const loaded = await scripts({});
    expect(loaded.length).toBeGreaterThan(100);
    expect(clients(loaded)).toEqual([]);
  });

  it('loads the exporter that it uses, and not the other', async () => {
    const otlp = clients(await scripts({ QUORUMSCOPE_TRACING_ENABLED: 'true' }));
    expect(otlp).toContain('@opentelemetry/sdk-node');
    expect(otlp).not.toContain('jaeger-client');
    const jaeger = clients(
      await scripts({ QUORUMSCOPE_TRACING_ENABLED: 'true', QUORUMSCOPE_TRACING_PROTOCOL: 'jaeger_agent' }),
    );
    expect(jaeger).toContain('jaeger-client');
  });
});
