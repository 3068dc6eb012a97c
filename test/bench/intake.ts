/**
 * How many NDJSON events per second one core takes from bytes to dispatch: lines of about 150 bytes
 * of 16 validators, in chunks of 64 KiB as a socket hands them over, with books, sequence windows,
 * queue and pump. The dispatcher is handed in, so that the real domains can be measured the same way.
 */
import { WallClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import type { Dispatcher } from '../../src/intake/dispatcher.js';
import { Intake } from '../../src/intake/intake.js';
import { Board } from '../../src/metrics/board.js';
import type { BenchRow } from './row.js';

const FLOOR = 500_000;
const NODES = 16;
const EVENTS = 400_000;
const CHUNK_BYTES = 64 * 1024;
const ROUNDS = 3;

const countOnly: Dispatcher = {
  attach: () => ({
    hello: () => undefined,
    dispatch: () => undefined,
    gap: () => undefined,
    detach: () => undefined,
  }),
};

/** What the intake alone costs, or the intake with `dispatcher` on `board`. */
export async function run(
  dispatcher: Dispatcher = countOnly,
  board: Board = new Board(),
): Promise<BenchRow[]> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(await measure(dispatcher, board, round));
  const rate = rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
  return [
    {
      what: 'NDJSON events, bytes to dispatch, one core',
      ours: `${Math.round(rate / 1000)},000 events/s`,
      peers: [],
      floor: `>= ${FLOOR.toLocaleString('en')} events/s`,
      holds: rate >= FLOOR,
    },
  ];
}

async function measure(dispatcher: Dispatcher, board: Board, round: number): Promise<number> {
  const bytes = Buffer.from(stream(`run-${round}`));
  const intake = new Intake({ board, clock: new WallClock(), logger: silentLogger, dispatcher });
  const feed = intake.openLossless({ door: 'replay', peer: 'bench' });
  const start = performance.now();
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    feed.write(bytes.subarray(at, at + CHUNK_BYTES));
    await feed.ready();
  }
  feed.end();
  await feed.drained();
  const seconds = (performance.now() - start) / 1000;
  await intake.stop();
  return EVENTS / seconds;
}

/** Views as a chained network reports them: a proposal and four votes at each of 16 nodes in turn. */
function stream(run: string): string {
  const node = (i: number): string => `validator-${String(i % NODES).padStart(2, '0')}`;
  const lines: string[] = [];
  for (let i = 0; i < NODES; i++) {
    lines.push(
      `{"v":1,"type":"hello","node":"${node(i)}","ts_us":${Date.now() * 1000},"chain":"bench","run":"${run}"}`,
    );
  }
  const seq = new Array<number>(NODES).fill(0);
  const startUs = Date.now() * 1000;
  for (let i = 0; i < EVENTS; i++) {
    const speaker = i % NODES;
    const view = Math.floor(i / (5 * NODES));
    const head = `"node":"${node(speaker)}","ts_us":${startUs + i},"mono_us":${i * 10},"seq":${seq[speaker]!++}`;
    lines.push(
      i % 5 === 0
        ? `{"type":"consensus.view_entered",${head},"view":${view},"trigger":"qc","leader":"${node(view)}"}`
        : `{"type":"consensus.vote_received",${head},"view":${view},"vote":"vote1","block":"0x${view.toString(16).padStart(16, '0')}","validator":"${node(i * 7)}"}`,
    );
  }
  return lines.join('\n') + '\n';
}
