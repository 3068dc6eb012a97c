/**
 * What a sidecar keeps resident while it works for an hour: four nodes at a hundred views a second, everything on that can be
 * (history, rules, notifications, traces, five exporters, a recording), scraped, looked at as a dashboard would, an alert now
 * and then. Beside it one of the profile `exporter`, which is scraped only. Both are built packages in processes of their own.
 *
 *   npx tsx test/bench/resident.ts [MINUTES]      (60 unless told; needs a build)
 *
 * Prints a line a minute, and at the end one line of JSON: MiB resident at most, for a moment and second by second, and of each sixth of the time. Memory is
 * flat when the last third holds no more than the one before it; the first fills what is bounded.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../support/child.js';
import { shipped } from './shipped.js';

const MINUTES = Number(process.argv[2] ?? 60);
const SAMPLE_MS = 1_000;
const SCRAPE_MS = 5_000;
const LOOK_MS = 10_000;
const PARTS = 6;

/** Panels of the shipped dashboards, over the last half hour. */
const panels = [
  'sum by (node_id) (rate(hotstuff_consensus_blocks_committed_total[5m]))',
  'histogram_quantile(0.99, sum by (le, node_id) (rate(hotstuff_consensus_commit_latency_seconds_bucket[5m])))',
  'sum by (node_id, cause) (increase(hotstuff_consensus_views_failed_total[5m]))',
  'avg_over_time(quorumscope_process_resident_memory_bytes[10m])',
];

interface Subject {
  readonly name: 'standalone' | 'exporter';
  readonly sidecar: Child;
  readonly network: Child;
  readonly url: string;
  /** Every second, MiB. */
  readonly resident: number[];
  /** The most ever, if only for a moment, MiB. */
  peak: number;
}

const folder = mkdtempSync(join(tmpdir(), 'quorumscope-resident-'));
const sink = await drain();
const datagrams = createSocket('udp4');
await new Promise<void>((resolve) => datagrams.bind(0, '127.0.0.1', resolve));
const subjects = await Promise.all([start('standalone', everything()), start('exporter', {})]);
let isOver = false;
const errors = new Map<string, number>();
const work = [
  every(SAMPLE_MS, () => subjects.forEach(sample)),
  every(SCRAPE_MS, () => Promise.all(subjects.map(({ url }) => get(`${url}/metrics`)))),
  every(LOOK_MS, () => look(subjects[0].url)),
  every(60_000, report),
  // A validator fails for a while, so that views fail, alerts fire, and evidence is kept.
  every(600_000, () => fail(30_000)),
];
const began = Date.now();
await new Promise((resolve) => setTimeout(resolve, MINUTES * 60_000));
for (const timer of work) clearInterval(timer);
isOver = true;
const result = {
  minutes: MINUTES,
  ...Object.fromEntries(subjects.map(summary)),
  errors: Object.fromEntries(errors),
};
await Promise.all(subjects.flatMap(({ sidecar, network }) => [network.stop(), sidecar.stop()]));
sink.server.close();
datagrams.close();
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(result));

function everything(): object {
  const { url } = sink;
  return {
    data: { dir: join(folder, 'data') },
    attach: { record: { file: join(folder, 'recorded.ndjson'), max_size: '64MiB', keep: 1 } },
    notify: { webhook: { url: `${url}/webhook` }, heartbeat: { url: `${url}/heartbeat` } },
    tracing: {
      enabled: true,
      otlp: { url: `${url}/v1/traces` },
      logs: { enabled: true, url: `${url}/v1/logs` },
    },
    exporters: {
      influx: { kind: 'influxdb', url, org: 'o', bucket: 'b', token: 't' },
      otlp: { kind: 'otlp', url: `${url}/v1/metrics` },
      written: { kind: 'remote_write', url: `${url}/api/v1/write` },
      statsd: { kind: 'dogstatsd', address: `127.0.0.1:${datagrams.address().port}` },
      lines: { kind: 'file', path: join(folder, 'metrics.jsonl'), max_size: '32MiB', keep: 1 },
    },
  };
}

async function start(name: Subject['name'], settings: object): Promise<Subject> {
  const socket = `unix://${join(folder, `${name}.sock`)}`;
  const config = {
    profile: name,
    server: { listen: '127.0.0.1:0' },
    ...settings,
    attach: { ...(settings as { attach?: object }).attach, socket },
  };
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, JSON.stringify(config));
  const sidecar = Child.cli(['run', '--config', file], shipped);
  const [, url] = await sidecar.printed(/"http":"(http:[^"]+)"/);
  const network = Child.cli([
    ...['simulate', '--speed', 'realtime', '--control', '--attach', socket],
    // A view takes two messages: a hundred a second.
    ...['--delay', '5ms', '--jitter', '1ms', '--transactions', '500', '--block-transactions', '100'],
  ]);
  void network.exited.then((code) => {
    if (!isOver) throw new Error(`the network of ${name} ended with ${code}:\n${network.output}`);
  });
  return { name, sidecar, network, url: url!, resident: [], peak: 0 };
}

/** Takes whatever is pushed, and answers as every receiver does that is content. */
async function drain(): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(request.url!.startsWith('/v1') ? 200 : 204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function sample(subject: Subject): void {
  const status = readFileSync(`/proc/${subject.sidecar.process.pid}/status`, 'utf8');
  const mib = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)![1]) / 1024;
  subject.resident.push(mib('VmRSS'));
  subject.peak = mib('VmHWM');
}

async function look(url: string): Promise<void> {
  const end = Math.floor(Date.now() / 15_000) * 15;
  for (const query of panels) {
    const parameters = new URLSearchParams({
      query,
      start: String(end - 1800),
      end: String(end),
      step: '15',
    });
    await get(`${url}/api/v1/query_range?${parameters.toString()}`);
  }
}

async function get(url: string): Promise<void> {
  try {
    const response = await fetch(url);
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 100)}`);
  } catch (error) {
    const said = `${new URL(url).pathname}: ${(error as Error).message}`;
    errors.set(said, (errors.get(said) ?? 0) + 1);
  }
}

function fail(forMs: number): void {
  for (const { network } of subjects) network.process.stdin!.write('crash v2\n');
  setTimeout(() => {
    for (const { network } of subjects) network.process.stdin!.write('heal v2\n');
  }, forMs).unref();
}

async function report(): Promise<void> {
  const minutes = Math.round((Date.now() - began) / 60_000);
  const now = subjects.map(({ name, resident }) => `${name} ${resident.at(-1)!.toFixed(0)} MiB`);
  const query = 'sum(rate(hotstuff_consensus_blocks_committed_total[1m])) / 4';
  const answer = await fetch(`${subjects[0].url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  const rate = Number(data.result[0]?.value[1] ?? 0).toFixed(0);
  console.error(`${minutes} min: ${now.join(', ')}; ${rate} blocks a second`);
}

function summary({ name, resident, peak }: Subject): [string, object] {
  const length = Math.ceil(resident.length / PARTS);
  const parts = Array.from({ length: PARTS }, (_, i) =>
    Math.round(Math.max(...resident.slice(i * length, (i + 1) * length))),
  );
  return [name, { peak: Math.round(peak), most: Math.round(Math.max(...resident)), parts }];
}

function every(ms: number, work: () => unknown): NodeJS.Timeout {
  return setInterval(() => void work(), ms);
}
