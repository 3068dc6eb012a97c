/**
 * The archive: a day of 2,500 series every five seconds, archived by the real archive (about a minute of processor time):
 * what a sample and the whole folder take, how long a row holds the event loop, what sealing costs, and what a process
 * that has never seen the folder takes to answer for the whole day.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hereWorkshop, type Workshop } from '../../src/history/archive/jobs.js';
import { archiveRows, DAY_BEGINS_MS } from './archive-day.js';
import type { BenchRow } from './row.js';

const ROWS = 17_285;
const MB = 1e6;

/** Measures a day. */
export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'archive-bench-'));
  const root = join(folder, 'history');
  const spent = { seal: 0, merge: 0 };
  let most = 0;
  const workshop: Workshop = {
    run: async (job) => {
      most = Math.max(most, bytesOf(root));
      const began = process.cpuUsage();
      const result = await hereWorkshop.run(job);
      const { user, system } = process.cpuUsage(began);
      spent[job.kind] += (user + system) / 1e6;
      return result;
    },
    close: () => Promise.resolve(),
  };
  try {
    const day = await archiveRows(root, ROWS, workshop);
    const whole = bytesOf(root);
    const segment = join(root, 'segments', 'span=day', `begin=${DAY_BEGINS_MS}`);
    const samples = ['integers', 'decimals'].reduce(
      (sum, store) => sum + statSync(join(segment, `samples-${store}.parquet`)).size,
      0,
    );
    const each = samples / (17_280 * day.series);
    await day.archive.close();
    return [
      {
        what: `a sample of a day of ${day.series} series on disk`,
        ours: `${each.toFixed(2)} bytes`,
        peers: [],
        floor: 'at most 1.2 bytes',
        holds: each <= 1.2,
      },
      {
        what: 'the whole folder after a day, roll-ups, index and open hour included',
        ours: `${(whole / MB).toFixed(1)} MB, at most ${(most / MB).toFixed(1)} MB on the way`,
        peers: [],
        floor: 'under 100 MB',
        holds: most < 100 * MB,
      },
      {
        what: `sealing an hour and making a day of 24, in the worker (seals ${spent.seal.toFixed(0)} s, day ${spent.merge.toFixed(0)} s a day)`,
        ours: `${((100 * (spent.seal + spent.merge)) / 86_400).toFixed(3)} % of a core`,
        peers: [],
        floor: 'at most 0.2 %',
        holds: (spent.seal + spent.merge) / 86_400 <= 0.002,
      },
      {
        what: `a row of ${day.series} series on the event loop (median; ${day.overLimit} of ${day.rows} held it over 20 ms)`,
        ours: `${day.medianMs.toFixed(2)} ms`,
        peers: [],
        floor: 'at most 2 ms; at most 1 in 1,000 over 20 ms, on a machine that does other things too',
        holds: day.medianMs <= 2 && day.overLimit <= day.rows / 1000,
      },
      coldRow(root, 'c0_total', 16, 100),
      coldRow(root, '{__name__=~"c[0-5]_total"}', 96, 250),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Asks in processes of their own. */
function coldRow(root: string, selector: string, series: number, floorMs: number): BenchRow {
  const program = join(import.meta.dirname, 'archive-cold-query.mjs');
  const times = Array.from({ length: 5 }, () => {
    const words = [program, root, selector, String(DAY_BEGINS_MS)];
    const [found, ms] = execFileSync(process.execPath, words, { encoding: 'utf8' })
      .trim()
      .split(' ')
      .map(Number);
    if (found !== series) throw new Error(`${found} series found, ${series} expected`);
    return ms!;
  }).sort((a, b) => a - b);
  return {
    what: `a day at 1 min step, ${series} series, in a process that starts with it (processor time, median of 5)`,
    ours: `${times[2]!.toFixed(0)} ms`,
    peers: [],
    floor: `at most ${floorMs} ms`,
    holds: times[2]! <= floorMs,
  };
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) => (entry.isFile() ? sum + statSync(join(entry.parentPath, entry.name)).size : sum),
    0,
  );
}
