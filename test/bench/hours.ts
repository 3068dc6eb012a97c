/**
 * Three hours of history in a process of its own, at the pace of the machine, with seals, the making of a day, rules and a
 * dashboard: how long the event loop is held and what memory is resident. The same at the wall's pace, or a whole day:
 * `node test/bench/history-hours.mjs 2500 1 1000`, `... 2500 24 1`.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { BenchRow } from './row.js';

interface Result {
  readonly seals: number;
  readonly days: number;
  readonly loopHeldMs: { readonly p99: number; readonly p999: number; readonly most: number };
  readonly residentMiB: { readonly first: number; readonly last: number; readonly most: number };
}

const HOURS = 1.5;
/** Series, and what their history may make resident, MiB: the recent window of 10,000 series is 64 of them. */
const sizes = [
  [2500, 250],
  [10_000, 400],
] as const;

/** Measures for about three minutes. */
export function run(): Promise<BenchRow[]> {
  const program = join(import.meta.dirname, 'history-hours.mjs');
  const rows = sizes.flatMap(([series, mostMiB]): BenchRow[] => {
    const words = [program, String(series), String(HOURS)];
    const { seals, days, loopHeldMs, residentMiB } = JSON.parse(
      execFileSync(process.execPath, words, { encoding: 'utf8' }),
    ) as Result;
    const about = `${HOURS} hours of ${series} series, ${seals} seals, ${days} day made`;
    return [
      {
        what: `${about}: longest hold of the event loop, processor time of its thread (99.9 %; most ${loopHeldMs.most} ms)`,
        ours: `${loopHeldMs.p999} ms`,
        peers: [],
        floor: 'at most 20 ms',
        holds: loopHeldMs.p999 <= 20 && seals > 0 && days > 0,
      },
      {
        what: `${about}: resident memory, the workers' included`,
        ours: `${residentMiB.most.toFixed(0)} MiB at most`,
        peers: [],
        floor: `at most ${mostMiB} MiB`,
        holds: residentMiB.most <= mostMiB,
      },
    ];
  });
  return Promise.resolve(rows);
}
