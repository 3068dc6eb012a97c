/**
 * What a hook costs the node's thread: while nobody listens, before a worker thread, and before a sidecar
 * process. Everything that the calls themselves do is counted: stamping, encoding, the writing of full
 * batches. Bursts of 1,000 events, from a node that is busy between them; beside it what the same costs a
 * node that sleeps 5 ms between them and comes back to cold caches.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { attachWorker, createHooks, ship, type Hooks, type Shipping } from '../../src/hooks.js';
import type { EventBody } from '../../src/events/vocabulary.js';
import { measure } from './measure.js';
import { duration, peer, type BenchRow } from './row.js';

const BURST = 1_000;
const BURSTS = 200;
const PAUSE_MS = 5;

/** A vote as its collector states it, with ids of a length. */
type MakeVote = (i: number) => EventBody<'consensus', 'voteReceived'>;

function votes(blockLength: number, validatorLength: number): MakeVote {
  const ids = (count: number, length: number): string[] =>
    Array.from({ length: count }, (_, i) => `${i}`.padStart(length, 'a3f1c2d4'));
  const blocks = ids(64, blockLength);
  const validators = ids(16, validatorLength);
  return (i) => ({
    view: 1_000_000 + (i >> 4),
    vote: 'vote1',
    block: blocks[(i >> 4) & 63]!,
    validator: validators[i & 15]!,
  });
}

/** The vote of the other rows: a line of about 150 bytes. */
const vote = votes(18, 12);
/** Hashes and public keys written out: a line of about 230 bytes. */
const longVote = votes(64, 44);

const hooksOf = (): Hooks => createHooks({ node: 'node-1', chain: 'bench' });

/** What the node does between two bursts: it works on, or it sleeps and comes back to cold caches. */
type Between = 'busy' | 'asleep';

/**
 * Nanoseconds per event of bursts of `emit`, the pauses between them left out. A burst holds ten full
 * batches. The median: what interrupts a burst on this machine is not the hook's.
 */
async function inBursts(emit: (i: number) => void, between: Between): Promise<number> {
  const times: number[] = [];
  for (let burst = 0; burst < BURSTS; burst++) {
    const start = process.hrtime.bigint();
    for (let i = burst * BURST; i < (burst + 1) * BURST; i++) emit(i);
    const end = process.hrtime.bigint();
    times.push(Number(end - start));
    // Long enough for a reader that shares two cores with others to keep up.
    if (between === 'asleep') await sleep(PAUSE_MS);
    else while (process.hrtime.bigint() - end < PAUSE_MS * 1e6) await new Promise(setImmediate);
  }
  const measured = times.slice(BURSTS / 2).sort((a, b) => a - b);
  return measured[measured.length >>> 1]! / BURST;
}

/** The best of three runs: neighbours of this machine only ever add. */
async function best(run: () => Promise<number>): Promise<number> {
  const figures = [await run(), await run(), await run()];
  return Math.min(...figures);
}

function detached(hooks: Hooks): number {
  return measure(5_000_000, () => {
    let sum = 1;
    for (let i = 0; i < 5_000_000; i++) {
      hooks.consensus.voteReceived({ view: i, vote: 'vote1', block: '0x2a', validator: 'v' });
      sum = (sum + i) & 0xffff;
    }
    return sum + 1;
  });
}

interface Figures {
  /** Per event while the node is busy. */
  readonly ns: number;
  /** Per event when the node has slept before each burst. */
  readonly coldNs: number;
  readonly dropped: number;
}

async function attached(make: MakeVote, shipping: (hooks: Hooks) => Shipping): Promise<Figures> {
  const hooks = hooksOf();
  const way = shipping(hooks);
  while (!way.stats().connected) await sleep(5);
  const emit = (i: number): void => hooks.consensus.voteReceived(make(i));
  const ns = await best(() => inBursts(emit, 'busy'));
  const coldNs = await best(() => inBursts(emit, 'asleep'));
  const dropped = hooks.stats().dropped.consensus;
  await way.close();
  return { ns, coldNs, dropped };
}

/** A process that listens at `path` and throws away what it reads. */
async function drain(path: string): Promise<ChildProcess> {
  const source = `require('net').createServer((s) => s.on('data', () => {}).on('error', () => {})).listen(process.argv[1], () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', source, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function overSocket(path: string, emitter: (socket: Socket) => (i: number) => void): Promise<number> {
  const socket = connect(path);
  await once(socket, 'connect');
  const ns = await best(() => inBursts(emitter(socket), 'busy'));
  socket.destroy();
  return ns;
}

const line = (i: number): string =>
  JSON.stringify({
    type: 'consensus.vote_received',
    ts_us: Date.now() * 1000,
    mono_us: i,
    seq: i,
    ...vote(i),
  });

/** Workers do not inherit what makes this process read TypeScript. */
const loadReader = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import('${new URL('./hooks-reader.ts', import.meta.url).href}');
})`;

/** The rows of DESIGN.md section 4 about hooks. */
export async function run(): Promise<BenchRow[]> {
  // First: a process in which a hook was never attached is the one that must not pay.
  const detachedNs = detached(hooksOf());
  const stringifyNs = measure(200_000, () => {
    let length = 0;
    for (let i = 0; i < 200_000; i++) length += line(i).length;
    return length;
  });
  const worker = new Worker(loadReader, { eval: true });
  await once(worker, 'message');
  const embedded = await attached(vote, (hooks) => attachWorker(hooks, worker));
  const embeddedLong = await attached(longVote, (hooks) => attachWorker(hooks, worker));
  await worker.terminate();

  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-bench-'));
  const path = join(folder, 'events.sock');
  const child = await drain(path);
  const shipped = await attached(vote, (hooks) => ship(hooks, { address: `unix://${path}` }));
  const shippedLong = await attached(longVote, (hooks) => ship(hooks, { address: `unix://${path}` }));
  const writeNs = await overSocket(path, (socket) => (i) => void socket.write(`${line(i)}\n`));
  const pinoNs = await overSocket(path, (socket) => {
    const logger = pino({ base: null }, socket);
    return (i) => logger.info(vote(i), 'consensus.vote_received');
  });
  child.kill();
  rmSync(folder, { recursive: true, force: true });
  const onceAttachedNs = detached(hooksOf());

  return [
    {
      what: 'hook, detached',
      ours: `${duration(detachedNs)} (${duration(onceAttachedNs)} in a process where others have been attached)`,
      peers: [],
      floor: 'at most 3 ns',
      holds: detachedNs <= 3,
    },
    {
      what: 'hook, embedded: to a worker thread',
      ours: figures(embedded, embeddedLong),
      peers: [peer('JSON.stringify of the same event, kept', stringifyNs, embedded.ns)],
      floor: 'at most 300 ns, none dropped',
      holds: embedded.ns <= 300 && embedded.dropped === 0,
    },
    {
      what: 'hook, shipped: to another process over a Unix socket, batches of 100, writes included',
      ours: figures(shipped, shippedLong),
      peers: [
        peer('JSON.stringify and a socket write per event', writeNs, shipped.ns),
        peer('pino to the same socket', pinoNs, shipped.ns),
      ],
      floor: 'at most 600 ns, none dropped',
      holds: shipped.ns <= 600 && shipped.dropped === 0,
    },
  ];
}

function figures(plain: Figures, long: Figures): string {
  const lost = plain.dropped === 0 ? 'none dropped' : `${plain.dropped} dropped`;
  const rest = `after sleeping ${duration(plain.coldNs)}, with ids of 64 and 44 characters ${duration(long.ns)}`;
  return `${duration(plain.ns)} (${lost}; ${rest})`;
}
