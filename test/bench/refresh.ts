/**
 * A dashboard that refreshes: range queries over three hours at 15 s, asked again every 15 s while their window slides into
 * the open hour, with and without what is kept of the answers; text included, by the API that is served.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WallClock } from '../../src/base/clock.js';
import { hereWorkshop } from '../../src/history/archive/jobs.js';
import { RecentWindow } from '../../src/history/recent/recent-window.js';
import { WholeHistory } from '../../src/history/whole-history.js';
import { Board } from '../../src/metrics/board.js';
import { defaultLimits } from '../../src/promql/budget.js';
import { PrometheusApi } from '../../src/query/prometheus-api.js';
import type { RepeatedRangesMeter } from '../../src/query/repeated-ranges.js';
import { archiveRows, DAY_BEGINS_MS, INTERVAL_MS } from './archive-day.js';
import type { BenchRow } from './row.js';

/** Four hours that are sealed, and 33 minutes that are not. */
const ROWS = 4 * 720 + 400;
const STEP_S = 15;
const RANGE_S = 3 * 3600;
const REFRESHES = 24;
/** A step that is new costs the reading of the open hour whatever the window; what is spared grows with the window. */
const FLOOR = 1.5;
const panels = [
  ['a rate over 16 series', 'sum by (validator) (rate(c0_total[5m]))'],
  ['quantiles of 16 histograms', 'histogram_quantile(0.99, sum by (le) (rate(h1_seconds_bucket[5m])))'],
  ['16 gauges', 'g2'],
] as const;

/** Measures for some ten seconds. */
export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'refresh-bench-'));
  const { archive } = await archiveRows(join(folder, 'history'), ROWS, hereWorkshop);
  const target = { job: 'j', instance: 'i' };
  const recent = new RecentWindow({ board: new Board(), target, windowMs: 600_000, maxBytes: 1e6 });
  const source = new WholeHistory({ recent, recentFromMs: () => Infinity, archive: () => archive });
  let bytes = 0;
  const meter: RepeatedRangesMeter = {
    steps: () => undefined,
    dropped: () => undefined,
    bytes: (used) => (bytes = used),
  };
  const clock = new WallClock();
  const shared = { source, metadata: () => [], dataClock: clock, wallClock: clock, limits: defaultLimits };
  const bounds = { lookbackMs: 300_000, concurrency: 1, queue: 0, version: '0' };
  const computing = new PrometheusApi({ ...shared, ...bounds });
  const keeping = new PrometheusApi({ ...shared, ...bounds, kept: { source, maxBytes: 16e6, meter } });
  const rows: BenchRow[] = [];
  for (const [what, query] of panels) {
    const [computed, kept] = [[] as number[], [] as number[]];
    for (let i = 0; i < REFRESHES; i++) {
      const plain = await asked(computing, query, i);
      const repeated = await asked(keeping, query, i);
      if (plain.body !== repeated.body) throw new Error(`${query} has two answers`);
      // The first one has nothing to go on from.
      if (i === 0) continue;
      computed.push(plain.ms);
      kept.push(repeated.ms);
    }
    const [before, after] = [median(computed), median(kept)];
    rows.push({
      what: `refreshing ${what} over 3 h at 15 s, against computing all of it (processor time)`,
      ours: `${after.toFixed(1)} ms; ${(before / after).toFixed(1)}x computed (${before.toFixed(1)} ms)`,
      peers: [],
      floor: `at least ${FLOOR}x`,
      holds: before / after >= FLOOR,
    });
  }
  rows.push({
    what: 'memory of what is kept of these',
    ours: `${(bytes / 1e6).toFixed(2)} MB`,
    peers: [],
    floor: 'at most 2 MB',
    holds: bytes <= 2e6,
  });
  await archive.close();
  rmSync(folder, { recursive: true, force: true });
  return rows;
}

async function asked(api: PrometheusApi, query: string, i: number): Promise<{ ms: number; body: string }> {
  const lastS = (DAY_BEGINS_MS + ROWS * INTERVAL_MS) / 1000;
  const end = Math.floor(lastS / STEP_S) * STEP_S - (REFRESHES - i) * STEP_S;
  const parameters = new URLSearchParams({
    query,
    start: String(end - RANGE_S),
    end: String(end),
    step: String(STEP_S),
  });
  const before = process.cpuUsage();
  const { signal } = new AbortController();
  const { status, body } = await api.answer({ endpoint: 'query_range', parameters, signal });
  const { user, system } = process.cpuUsage(before);
  if (status !== 200) throw new Error(body);
  return { ms: (user + system) / 1000, body };
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >>> 1]!;
}
