/**
 * History at work, as a sidecar has it: every series into memory each second, onto disk every five, hours sealed and a day
 * made of them at midnight, rules and a dashboard asking meanwhile. Prints, as one line of JSON, how long the event loop
 * was held and how much memory was resident.
 *
 *   node test/bench/history-hours.mjs SERIES HOURS [PACE]
 *
 * HOURS of data end ten minutes after midnight. PACE is milliseconds between two seconds of data: 2 is compressed, 1000 is the
 * wall's pace. Needs a build. Times on the processor are the thread's own, so that neither the workers of history nor
 * whatever else the machine does counts; where the system does not tell them, wall time stands for them.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const dist = new URL('../../dist/src/', import.meta.url);
const load = (path) => import(new URL(path, dist).href);
const { ManualClock } = await load('base/clock.js');
const { silentLogger } = await load('base/logger.js');
const { createRandom } = await load('base/random.js');
const { parseConfig } = await load('config/parse.js');
const { startHistory } = await load('history-and-queries.js');
const { archiveMetrics } = await load('history/archive/catalogue.js');
const { Board } = await load('metrics/board.js');
const { counter, gauge, histogram } = await load('metrics/definition.js');
const { compile, PromqlEngine } = await load('promql/engine.js');
const { WallClock } = await load('base/clock.js');

const [SERIES, HOURS, PACE_MS] = [2500, 3, 2].map((usual, i) => Number(process.argv[2 + i] ?? usual));
const MIDNIGHT_MS = 1_767_225_600_000;
const HEARTBEAT_MS = 5;
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** Of a histogram: buckets, the last without a bound, sum and count. */
const A_HISTOGRAM = BOUNDS.length + 3;

const seconds = Math.round(HOURS * 3600);
const clock = new ManualClock((MIDNIGHT_MS - seconds * 1000 + 600_000) * 1000);
const board = new Board({ metricSeriesLimit: SERIES, seriesLimit: 2 * SERIES });
const step = busyBoard();
const folder = mkdtempSync(join(tmpdir(), 'history-hours-'));
const base = parseConfig();
const config = { ...base, data: { ...base.data, dir: folder } };
const history = startHistory({
  config,
  board,
  logger: silentLogger,
  clock,
  instance: 'here:1',
  version: '0',
});
await history.opened;

const engine = new PromqlEngine({ source: history.source, clock: new WallClock() });
const rules = Array.from({ length: 20 }, (_, i) =>
  compile(
    [`sum by (node_id) (rate(c${i % 4}_total[5m]))`, `max by (node_id) (g${i % 4}) > 1e9`, `absent(g0)`][
      i % 3
    ],
  ),
);
const loop = monitorEventLoopDelay({ resolution: 1 });
const held = heartbeat();
const resident = [];
for (let second = 0; second < seconds; second++) {
  step();
  clock.advance(1_000_000);
  if (second % 5 === 0) for (const rule of rules) await engine.instant(rule, clock.nowUs() / 1000);
  if (second % 30 === 0) await dashboard();
  if (second % 60 === 0) resident.push(process.memoryUsage.rss() / 2 ** 20);
  // What begins with the process is not what it does all day.
  if (second === 60) {
    loop.enable();
    held.begin();
  }
  await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  // What would be done within the hour is waited for.
  if (PACE_MS < 1000 && second % 3600 === 660) await history.archive.settled();
}
await history.archive.settled();
loop.disable();
held.stop();
const jobs = (job) => board.counter(archiveMetrics.jobs).at(job, 'done').value;
const result = {
  series: SERIES,
  hours: HOURS,
  seals: jobs('seal'),
  days: jobs('compact'),
  loopHeldMs: { p99: held.at(0.99), p999: held.at(0.999), most: held.at(1), over20: held.over(20) },
  loopDelayMs: { p99: loop.percentile(99) / 1e6, most: loop.max / 1e6 },
  residentMiB: {
    first: Math.max(...resident.slice(0, Math.ceil(resident.length / 3))),
    last: Math.max(...resident.slice(-Math.ceil(resident.length / 3))),
    most: Math.max(...resident),
  },
};
await history.stop();
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(result));

/** Two panels over the last hour, refreshed. */
async function dashboard() {
  const end = Math.floor(clock.nowUs() / 15e6) * 15;
  for (const query of ['sum by (node_id) (rate(c1_total[5m]))', 'g1']) {
    const parameters = new URLSearchParams({
      query,
      start: String(end - 3600),
      end: String(end),
      step: '15',
    });
    const { signal } = new AbortController();
    const { status, body } = await history.answer({ endpoint: 'query_range', parameters, signal });
    if (status !== 200) throw new Error(body);
  }
}

/** How much processor time the main thread took between two turns of the loop that a timer saw. */
function heartbeat() {
  const times = [];
  let before = cpuMs();
  let isMeasuring = false;
  const timer = setInterval(() => {
    const now = cpuMs();
    if (isMeasuring) times.push(now - before);
    before = now;
  }, HEARTBEAT_MS);
  const sorted = () => times.sort((a, b) => a - b);
  return {
    begin: () => (isMeasuring = true),
    stop: () => clearInterval(timer),
    at: (share) => Number(sorted()[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(2)),
    over: (ms) => times.filter((time) => time > ms).length,
  };
}

function cpuMs() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

/** A quarter histograms, half counters, a quarter gauges; most of them move. */
function busyBoard() {
  const random = createRandom(7);
  const steps = [];
  const names = ['node_id', 'validator'];
  const each = (share, make) => {
    const count = Math.floor(share);
    for (let i = 0; i < count; i++) steps.push(make(i, [`n${i % 4}`, `v${Math.floor(i / 16)}`]));
  };
  each(SERIES / 4 / A_HISTOGRAM, (i, labels) => {
    const handle = board
      .histogram(histogram(`h${i % 4}_seconds`, 'H.', BOUNDS, names, { unit: 'seconds' }))
      .at(...labels);
    return () => {
      for (let k = 0; k < 10; k++) handle.observe(Math.round(random.float() ** 4 * 1e6) / 1e6);
    };
  });
  each(SERIES / 2, (i, labels) => {
    const handle = board.counter(counter(`c${i % 16}_total`, 'C.', names)).at(...labels);
    return i % 5 === 0 ? () => undefined : () => handle.add(random.int(100));
  });
  each(SERIES / 4, (i, labels) => {
    const handle = board.gauge(gauge(`g${i % 16}`, 'G.', names)).at(...labels);
    return () => handle.set(i % 2 === 0 ? random.int(20) : Math.round(random.float() * 1000) / 1000);
  });
  return () => {
    for (const one of steps) one();
  };
}
