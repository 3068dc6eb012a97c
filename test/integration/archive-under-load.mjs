/**
 * Archives a busy board on a clock that runs an hour in a second, sealing and compacting all the while, until it is
 * killed. Every value says when it was sampled. Prints `durable <ms>` whenever the rows up to then are on disk.
 */
import { performance } from 'node:perf_hooks';
import { silentLogger } from '../../dist/src/base/logger.js';
import { Archive } from '../../dist/src/history/archive/archive.js';
import { WorkerWorkshop } from '../../dist/src/history/archive/worker-workshop.js';
import { silentMeter } from '../../dist/src/journal/meter.js';
import { Board } from '../../dist/src/metrics/board.js';
import { counter, gauge } from '../../dist/src/metrics/definition.js';

const [root, startMs, beganAt] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const SPEED = 3600;
const nowUs = () => Math.floor((startMs + (Date.now() - beganAt) * SPEED) * 1000);
const timer = (handle) => ({ stop: () => clearTimeout(handle) });
const clock = {
  nowUs,
  monoUs: () => performance.now() * 1000,
  every: (us, action) => timer(setInterval(action, us / 1000 / SPEED)),
  after: (us, action) => timer(setTimeout(action, us / 1000 / SPEED)),
};
const board = new Board();
const times = Array.from({ length: 20 }, (_, i) =>
  board.gauge(gauge('sampled_at', 'S.', ['validator'])).at(`v${i}`),
);
const counters = Array.from({ length: 200 }, (_, i) =>
  board.counter(counter('busy_total', 'B.', ['validator'])).at(`v${i}`),
);
const archive = await Archive.open({
  root,
  board,
  target: { job: 'quorumscope', instance: 'here' },
  clock,
  logger: {
    ...silentLogger,
    error: (message, fields) => console.log(`error ${message} ${JSON.stringify(fields)}`),
  },
  intervalUs: 3_600_000_000,
  flushIntervalUs: 3_600_000_000,
  retention: {
    levels: { samples: Infinity, minutes: Infinity, hours: Infinity },
    viewsMs: Infinity,
    maxBytes: Infinity,
    rules: [],
  },
  workshop: new WorkerWorkshop(),
  meter: () => silentMeter,
});
console.log('open');
for (let row = 0; ; row++) {
  const timeMs = Math.floor(nowUs() / 1000);
  for (const one of times) one.set(timeMs);
  for (const one of counters) one.add(row % 7);
  await archive.sample();
  if (row % 4 === 3 && (await archive.flush())) console.log(`durable ${archive.durableMs}`);
  await new Promise((resolve) => setTimeout(resolve, 3));
}
