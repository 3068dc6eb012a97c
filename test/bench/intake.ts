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
import { ndjsonOfVotes } from './votes.js';

const FLOOR = 500_000;
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
  const chunks = stream();
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(await measure(dispatcher, board, chunks));
  const rate = rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
  return [
    {
      what: 'NDJSON events, bytes to dispatch, one core',
      ours: `${Math.round(rate / 1000).toLocaleString('en')},000 events/s`,
      peers: [],
      floor: `>= ${FLOOR.toLocaleString('en')} events/s`,
      holds: rate >= FLOOR,
    },
  ];
}

async function measure(dispatcher: Dispatcher, board: Board, chunks: readonly Uint8Array[]): Promise<number> {
  const intake = new Intake({ board, clock: new WallClock(), logger: silentLogger, dispatcher });
  const feed = intake.openLossless({ door: 'replay', peer: 'bench' });
  const start = performance.now();
  for (const chunk of chunks) {
    feed.write(chunk);
    // As between two reads of a socket: the pump gets its turn.
    await new Promise(setImmediate);
  }
  feed.end();
  await feed.drained();
  const seconds = (performance.now() - start) / 1000;
  const { processed } = intake.status().sources[0]!;
  if (processed < EVENTS) throw new Error(`only ${processed} events were processed`);
  await intake.stop();
  return EVENTS / seconds;
}

/** The stream cut into chunks wherever they fall. */
function stream(): Uint8Array[] {
  const bytes = ndjsonOfVotes(EVENTS);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  return chunks;
}
