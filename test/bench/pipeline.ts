/**
 * NDJSON events per second from a Unix socket through scanner, accounting, queue and every domain onto
 * the board, on one core: the sender is a process of its own that writes as fast as it may.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WallClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import { createSidecar } from '../../src/sidecar.js';
import { ndjsonOfVotes } from './votes.js';
import type { BenchRow } from './row.js';

const EVENTS = 400_000;
const FLOOR = 500_000;
const ROUNDS = 3;

/** The row of the whole pipeline. */
export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-bench-'));
  try {
    const file = join(folder, 'events.ndjson');
    writeFileSync(file, ndjsonOfVotes(EVENTS));
    const rounds: Round[] = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push(await socketRate(folder, file, EVENTS));
    const { rate, share } = rounds.sort((a, b) => a.rate - b.rate)[Math.floor(ROUNDS / 2)]!;
    return [
      {
        what: 'NDJSON events from a Unix socket (150 bytes, 16 validators), through every domain, one core',
        ours: `${(Math.round(rate / 1000) * 1000).toLocaleString('en')} events per second of processor time, ${(share * 100).toFixed(0)} % of what a flooding sender sent`,
        peers: [],
        floor: `>= ${FLOOR.toLocaleString('en')} events/s`,
        holds: rate >= FLOOR,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Round {
  /** Events processed per second of processor time. */
  readonly rate: number;
  /** Events processed of those received. */
  readonly share: number;
}

/** Sends the `events` lines of `file` to a sidecar with these exporters. */
export async function socketRate(
  folder: string,
  file: string,
  events: number,
  exporters: Readonly<Record<string, unknown>> = {},
): Promise<Round> {
  const path = join(folder, 'events.sock');
  const config = parseConfig({
    file: { name: 'bench', text: JSON.stringify({ exporters }) },
    environment: { QUORUMSCOPE_ATTACH_SOCKET: `unix://${path}`, QUORUMSCOPE_SERVER_LISTEN: '127.0.0.1:0' },
  });
  const sidecar = createSidecar(config, { clock: new WallClock(), logger: silentLogger });
  await sidecar.start();
  const send = `
    const socket = require('node:net').connect(${JSON.stringify(path)});
    require('node:fs').createReadStream(${JSON.stringify(file)}, { highWaterMark: 1 << 18 }).pipe(socket);`;
  const total = (): { received: number; processed: number } => {
    const sums = { received: 0, processed: 0 };
    for (const { received, processed } of sidecar.status().sources) {
      sums.received += received;
      sums.processed += processed;
    }
    return sums;
  };
  const child = spawn(process.execPath, ['-e', send], { stdio: 'inherit' });
  let begin: NodeJS.CpuUsage | undefined;
  while (total().received < events) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (begin === undefined && total().received > 0) begin = process.cpuUsage();
  }
  await sidecar.drained();
  const { user, system } = process.cpuUsage(begin);
  const { received, processed } = total();
  child.kill();
  await sidecar.stop();
  return { rate: processed / ((user + system) / 1e6), share: processed / received };
}
