/**
 * What leaving costs: a full snapshot of 10,000 series as each document, and the intake from a socket with every exporter on and one of them hanging
 * beside the same without, in pairs. Of the pairs the intake's thread is judged, which is what exporters must not slow; what the encoders' own
 * thread takes is told beside it. Needs the built package: there alone encoders have a thread.
 */
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exporterOf } from '../../src/export/formats.js';
import { readSnapshot } from '../../src/export/snapshot.js';
import { Board } from '../../src/metrics/board.js';
import { counter, gauge } from '../../src/metrics/definition.js';
import { networkStream } from './network-stream.js';
import { socketRound, type Round } from './pipeline.js';
import type { BenchRow } from './row.js';

const SERIES = 10_000;
const MOST_MS = 60;
const PAIRS = 7;
const EVENTS = 400_000;
const MOST_LOSS = 0.15;

/** The rows about exports. */
export async function run(): Promise<BenchRow[]> {
  const board = filled();
  const rows: BenchRow[] = [];
  for (const format of ['json', 'jsonl', 'csv', 'influx'] as const) {
    const exporter = await exporterOf(format);
    const ms = await cpuMs(async () => {
      const snapshot = readSnapshot(board.snapshot(), 1_748_779_200_123_456);
      return (await exporter.export(snapshot)).length;
    });
    rows.push({
      what: `snapshot of ${SERIES.toLocaleString('en')} series as ${format}, reading it included`,
      ours: `${ms.toFixed(1)} ms of CPU`,
      peers: [],
      floor: `<= ${MOST_MS} ms`,
      holds: ms <= MOST_MS,
    });
  }
  rows.push(await besideIntake());
  return rows;
}

/** Milliseconds of CPU, which a busy machine does not change: the median of rounds after some to warm up. */
async function cpuMs(round: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const before = process.cpuUsage();
    if (!((await round()) > 0)) throw new Error('a measured round did no work');
    const { user, system } = process.cpuUsage(before);
    if (i >= 5) times.push((user + system) / 1000);
  }
  return median(times);
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[numbers.length >>> 1]!;
}

function filled(): Board {
  const board = new Board({ metricSeriesLimit: SERIES });
  const labels = ['chain_id', 'node_id', 'validator'] as const;
  for (let i = 0; i < SERIES; i++) {
    const validator = `validator-${i % 100}`;
    const name = `hotstuff_consensus_number_${Math.floor(i / 100)}`;
    if (i < SERIES / 2)
      board
        .counter(counter(`${name}_total`, 'Counted.', labels))
        .at('c', 'n', validator)
        .add(i);
    else
      board
        .gauge(gauge(name, 'Measured.', labels))
        .at('c', 'n', validator)
        .set(i / 3);
  }
  return board;
}

/** Half of the pairs begin with, half without, so that a machine that slows down favours neither. */
async function besideIntake(): Promise<BenchRow> {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-bench-'));
  const server = await receiver();
  const { port } = server.address() as AddressInfo;
  const exporters = all(`http://127.0.0.1:${port}`, folder);
  const threads: number[] = [];
  const whole: number[] = [];
  try {
    const stream = await networkStream(EVENTS);
    const round = (isOn: boolean): Promise<Round> => socketRound(stream, isOn ? exporters : {}, 'built');
    await round(true);
    for (let i = 0; i < PAIRS; i++) {
      const first = await round(i % 2 === 0);
      const second = await round(i % 2 !== 0);
      const [on, off] = i % 2 === 0 ? [first, second] : [second, first];
      threads.push((on.threadRate ?? on.rate) / (off.threadRate ?? off.rate));
      whole.push(on.rate / off.rate);
    }
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const percent = (ratio: number): string => (ratio * 100).toFixed(0);
  const byPairs = median(threads);
  return {
    what: `events from a socket with ${Object.keys(exporters).length} exporters every second, one of them hanging, beside the same without`,
    ours: `${percent(byPairs)} % of the rate of the intake's thread (median of ${PAIRS} pairs: ${threads.map(percent).join(', ')}), ${percent(median(whole))} % by all threads`,
    peers: [],
    floor: `>= ${percent(1 - MOST_LOSS)} % by the median of pairs`,
    holds: byPairs >= 1 - MOST_LOSS,
  };
}

/** Takes everything, but never answers `/hang`. */
async function receiver(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    if (!request.url?.startsWith('/hang')) request.on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** One of every kind, each with what all of them have. */
function all(url: string, folder: string): Readonly<Record<string, unknown>> {
  const often = { interval: '1s', timeout: '5s' };
  return {
    influx: { ...often, kind: 'influxdb', url, org: 'o', bucket: 'b' },
    statsd: { ...often, kind: 'statsd', address: '127.0.0.1:9' },
    dogstatsd: { ...often, kind: 'dogstatsd', address: '127.0.0.1:9' },
    otlp: { ...often, kind: 'otlp', url: `${url}/v1/metrics` },
    remote: { ...often, kind: 'remote_write', url: `${url}/api/v1/write` },
    json: { ...often, kind: 'http', url },
    file: { ...often, kind: 'file', path: join(folder, 'metrics.csv'), format: 'csv' },
    hanging: { ...often, kind: 'remote_write', url: `${url}/hang`, spool: { folder: join(folder, 'spool') } },
  };
}
