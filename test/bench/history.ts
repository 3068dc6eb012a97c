/**
 * The recent window: what a sampling of 10,000 series costs (with what turning full chunks costs on average), what the
 * samples occupy, and what a query over 4,000 of them takes.
 */
import { WallClock } from '../../src/base/clock.js';
import { RecentWindow } from '../../src/history/recent/recent-window.js';
import { Board } from '../../src/metrics/board.js';
import { counter } from '../../src/metrics/definition.js';
import { compile, PromqlEngine } from '../../src/promql/engine.js';
import { measure, measureAsync } from './measure.js';
import { duration, type BenchRow } from './row.js';

const METRICS = 10;
const PER_METRIC = 1000;
const SECOND = 1000;
const START = 1_767_225_600_000;
const TICKS = 640;
const target = { job: 'quorumscope', instance: '127.0.0.1:10920' };

/** Measures for about two seconds. */
export async function run(): Promise<BenchRow[]> {
  const board = new Board();
  const handles = Array.from({ length: METRICS * PER_METRIC }, (_, i) =>
    board
      .counter(counter(`m${Math.floor(i / PER_METRIC)}_total`, 'M.', ['node_id', 'validator']))
      .at(`node-${i % 16}`, `v${i}`),
  );
  const window = new RecentWindow({ board, target, windowMs: 600 * SECOND, maxBytes: 1e9 });
  let now = START;
  const sample = (): void => {
    for (let i = now % 7; i < handles.length; i += 7) handles[i]!.add();
    window.sample((now += SECOND));
  };
  for (let i = 0; i < TICKS; i++) sample();
  const times: number[] = [];
  let slowestMs = 0;
  const ticks = 1280;
  let wholeNs = 0;
  for (let i = 0; i < ticks; i++) {
    for (let k = i % 7; k < handles.length; k += 7) handles[k]!.add();
    const cpu = process.cpuUsage();
    const began = process.hrtime.bigint();
    window.sample((now += SECOND));
    const ns = Number(process.hrtime.bigint() - began);
    const { user, system } = process.cpuUsage(cpu);
    // A machine that does other things too may take the processor away meanwhile.
    slowestMs = Math.max(slowestMs, Math.min(ns / 1e6, (user + system) / 1000));
    times.push(ns);
    wholeNs += ns;
  }
  times.sort((a, b) => a - b);
  const medianNs = times[ticks >>> 1]!;
  const { bytes, samplings } = window.size;
  return [
    {
      what: `sampling 10,000 series into the recent window (mean ${duration(wholeNs / ticks)}, slowest ${slowestMs.toFixed(2)} ms of processor time)`,
      ours: duration(medianNs),
      peers: [],
      floor: 'at most 10 us, none over 20 ms',
      holds: medianNs <= 10e3 && slowestMs <= 20,
    },
    {
      what: `memory of ${samplings} samplings of 10,000 series`,
      ours: `${(bytes / 2 ** 20).toFixed(1)} MiB, ${(bytes / samplings / 10_000).toFixed(1)} bytes a sample`,
      peers: [],
      floor: 'at most 10 bytes a sample',
      holds: bytes / samplings / 10_000 <= 10,
    },
    await queryRow(window, now),
    indexRow(window, now),
  ];
}

async function queryRow(window: RecentWindow, now: number): Promise<BenchRow> {
  const engine = new PromqlEngine({ source: window, clock: new WallClock() });
  const query = compile('sum by (node_id)(rate({__name__=~"m[0-3]_total"}[5m]))');
  const ns = await measureAsync(
    async () => {
      const outcome = await engine.instant(query, now);
      if (outcome.status === 'error' || outcome.value.type !== 'vector') throw new Error('no answer');
      return outcome.value.samples.length;
    },
    undefined,
    { warmUps: 10, rounds: 25 },
  );
  return {
    what: 'sum by (node_id)(rate(x[5m])) over 4,000 series of the recent window',
    ours: duration(ns),
    peers: [],
    floor: 'at most 4 ms',
    holds: ns <= 4e6,
  };
}

function indexRow(window: RecentWindow, now: number): BenchRow {
  const ns = measure(1, () => window.labelSets({ matchers: [], fromMs: 0, toMs: now }).length);
  return {
    what: 'the labels of 10,000 series',
    ours: duration(ns),
    peers: [],
    floor: 'at most 10 ms',
    holds: ns <= 10e6,
  };
}
