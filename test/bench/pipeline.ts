/**
 * NDJSON events per second from a Unix socket through scanner, accounting, queue and every domain onto
 * the board, on one core. The stream is what a simulated network states; the sender is a process of its own
 * that is always some megabytes ahead of what was processed, so that the sidecar never waits and never
 * has to drop. The first part warms up and is not measured.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Package from '../../src/index.js';
import type { Sidecar } from '../../src/sidecar.js';
import { networkStream, type NetworkStream } from './network-stream.js';
import { ndjsonOfVotes } from './votes.js';
import type { BenchRow } from './row.js';

const EVENTS = 600_000;
const FLOOR = 500_000;
const ROUNDS = 3;
const WARM_UP = 1 / 3;
/** Less than the queue holds: nothing is dropped. */
const AHEAD_BYTES = 6e6;
const LOOK_MS = 20;

/** The rows of the whole pipeline. */
export async function run(): Promise<BenchRow[]> {
  const network = await networkStream(EVENTS);
  const votes = { bytes: ndjsonOfVotes(EVENTS), lines: EVENTS + 16 };
  const bytesPer = ({ bytes, lines }: NetworkStream): string => (bytes.length / lines).toFixed(0);
  return [
    await row(`what 16 simulated nodes state (${bytesPer(network)} bytes a line, every domain)`, network),
    await row(`views and votes of 16 nodes (${bytesPer(votes)} bytes a line)`, votes),
  ];
}

async function row(what: string, stream: NetworkStream): Promise<BenchRow> {
  const rounds: Round[] = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await socketRound(stream));
  const { rate, share } = rounds.sort((a, b) => a.rate - b.rate)[Math.floor(ROUNDS / 2)]!;
  return {
    what: `NDJSON events from a Unix socket, ${what}, one core`,
    ours: `${(Math.round(rate / 1000) * 1000).toLocaleString('en')} events per second of processor time, ${(share * 100).toFixed(0)} % processed`,
    peers: [],
    floor: `>= ${FLOOR.toLocaleString('en')} events/s, all of them processed`,
    holds: rate >= FLOOR && share === 1,
  };
}

/** What became of a stream. */
export interface Round {
  /** Events processed per second of the process's processor time, all threads together. */
  readonly rate: number;
  /** Events processed per second of the intake's thread; undefined where the system does not say. */
  readonly threadRate: number | undefined;
  /** Events processed of those received. */
  readonly share: number;
}

/** The sidecar's code: its sources, or what `npm run build` makes of them. */
type Code = 'sources' | 'built';

/** Sends a stream to a sidecar with these exporters. */
export async function socketRound(
  { bytes, lines }: NetworkStream,
  exporters: Readonly<Record<string, unknown>> = {},
  code: Code = 'sources',
): Promise<Round> {
  const { createSidecar, parseConfig, silentLogger, WallClock } = await loaded(code);
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-bench-'));
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, bytes);
  const path = join(folder, 'events.sock');
  const config = parseConfig({
    file: { name: 'bench', text: JSON.stringify({ exporters }) },
    environment: { QUORUMSCOPE_ATTACH_SOCKET: `unix://${path}`, QUORUMSCOPE_SERVER_LISTEN: '127.0.0.1:0' },
  });
  const sidecar = createSidecar(config, { clock: new WallClock(), logger: silentLogger });
  await sidecar.start();
  const send = `
    const socket = require('node:net').connect(${JSON.stringify(path)});
    const bytes = require('node:fs').readFileSync(${JSON.stringify(file)});
    let at = 0;
    process.on('message', (to) => {
      if (to > at) socket.write(bytes.subarray(at, to));
      at = Math.max(at, to);
    });`;
  const child = spawn(process.execPath, ['-e', send], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    let begin: Spent | undefined;
    for (let sums = totals(sidecar); sums.received < lines; sums = totals(sidecar)) {
      if (begin === undefined && sums.processed >= lines * WARM_UP) begin = spent(sums.processed);
      child.send(Math.min(bytes.length, Math.ceil((sums.processed / lines) * bytes.length + AHEAD_BYTES)));
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    await sidecar.drained();
    const { received, processed } = totals(sidecar);
    const end = spent(processed);
    const events = end.processed - begin!.processed;
    const threadS = end.threadS - begin!.threadS;
    return {
      rate: events / (end.cpuS - begin!.cpuS),
      threadRate: threadS > 0 ? events / threadS : undefined,
      share: processed / received,
    };
  } finally {
    child.kill();
    await sidecar.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function totals(sidecar: Sidecar): { readonly received: number; readonly processed: number } {
  const { sources } = sidecar.status();
  return {
    received: sources.reduce((sum, { received }) => sum + received, 0),
    processed: sources.reduce((sum, { processed }) => sum + processed, 0),
  };
}

function loaded(code: Code): Promise<typeof Package> {
  const entry = code === 'built' ? '../../dist/src/index.js' : '../../src/index.js';
  return import(new URL(entry, import.meta.url).href) as Promise<typeof Package>;
}

interface Spent {
  readonly processed: number;
  readonly cpuS: number;
  readonly threadS: number;
}

function spent(processed: number): Spent {
  const { user, system } = process.cpuUsage();
  return { processed, cpuS: (user + system) / 1e6, threadS: threadSeconds() };
}

/** Processor time of this thread, seconds; 0 where there is no Linux to ask. */
function threadSeconds(): number {
  try {
    const [ns = '0'] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(ns) / 1e9;
  } catch {
    return 0;
  }
}
