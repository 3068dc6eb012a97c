/** The journal: records that are durable one by one through shared fsyncs, and records taken into memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WallClock } from '../../src/base/clock.js';
import { Journal } from '../../src/journal/journal.js';
import { measure, measureAsync } from './measure.js';
import { duration, type BenchRow } from './row.js';

const WRITERS = 64;
const EACH = 20;
const BURST = 10_000;
const payload = Buffer.alloc(200, 'x');

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-journal-'));
  const options = { folder, clock: new WallClock(), retainBytes: 32 << 20, bufferBytes: 256 << 20 };
  const journal = await Journal.open(options);
  try {
    const effort = { warmUps: 1, rounds: 5 };
    const alone = (await measureAsync(() => write(journal, 1), undefined, effort)) / EACH;
    const together =
      (await measureAsync(() => write(journal, WRITERS), undefined, effort)) / (WRITERS * EACH);
    const append = measure(BURST, () => appendAll(journal), { warmUps: 1, rounds: 5 });
    return [
      {
        what: `a durable record of ${payload.length} bytes, ${WRITERS} writers that each wait for their own`,
        ours: `${duration(together)}, ${Math.round(1e9 / together).toLocaleString('en')}/s`,
        peers: [{ name: 'one writer, an fsync each', value: duration(alone), ratio: alone / together }],
        floor: '8x faster than an fsync each',
        holds: alone / together >= 8,
      },
      {
        what: `a record of ${payload.length} bytes into memory, checksummed`,
        ours: `${duration(append)}, ${Math.round(1e9 / append).toLocaleString('en')}/s`,
        peers: [],
        floor: '3 us',
        holds: append <= 3_000,
      },
    ];
  } finally {
    await journal.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function write(journal: Journal, writers: number): Promise<number> {
  const one = async (): Promise<void> => {
    for (let i = 0; i < EACH; i++) {
      journal.append(payload);
      const { ok } = await journal.flush();
      if (!ok) throw new Error('the journal cannot be written');
    }
  };
  await Promise.all(Array.from({ length: writers }, one));
  return writers;
}

function appendAll(journal: Journal): number {
  for (let i = 0; i < BURST; i++) journal.append(payload);
  return journal.nextSequence;
}
