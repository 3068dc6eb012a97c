/**
 * How long a range of ten thousand series holds the event loop of the process that serves it, the client being another one.
 * Run after a build: `node test/bench/range-export.mjs [rows]`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const dist = new URL('../../dist/src/', import.meta.url);
const load = (path) => import(new URL(path, dist).href);
const { ManualClock } = await load('base/clock.js');
const { silentLogger } = await load('base/logger.js');
const { Board } = await load('metrics/board.js');
const { gauge } = await load('metrics/definition.js');
const { Archive } = await load('history/archive/archive.js');
const { WorkerWorkshop } = await load('history/archive/worker-workshop.js');
const { threadedReading } = await load('history/archive/range-reading.js');
const { RecentWindow } = await load('history/recent/recent-window.js');
const { silentMeter } = await load('journal/meter.js');
const { rangeHandler } = await load('range-exports.js');
const { RecentRange } = await load('recent-range.js');
const { WholeRange } = await load('whole-range.js');
const { createServer } = await load('server/server.js');

const SERIES = 10_000;
const ROWS = Number(process.argv[2] ?? 480);
const STEP_MS = 5_000;
const START_MS = 1_767_225_600_000;

const root = join(mkdtempSync(join(tmpdir(), 'range-export-')), 'history');
const clock = new ManualClock(START_MS * 1000);
const target = { job: 'j', instance: 'i' };
const board = new Board({ metricSeriesLimit: SERIES, seriesLimit: 2 * SERIES });
const nothing = { stop: () => undefined };
const archive = await Archive.open({
  root,
  board,
  target,
  clock: {
    nowUs: () => clock.nowUs(),
    monoUs: () => clock.monoUs(),
    every: () => nothing,
    after: () => nothing,
  },
  logger: silentLogger,
  intervalUs: STEP_MS * 1000,
  flushIntervalUs: 5_000_000,
  retention: {
    levels: { samples: Infinity, minutes: Infinity, hours: Infinity },
    viewsMs: Infinity,
    maxBytes: Infinity,
    rules: [],
  },
  workshop: new WorkerWorkshop(),
  meter: () => silentMeter,
});
const many = board.gauge(gauge('bench_many', 'One of many.', ['validator']));
const series = Array.from({ length: SERIES }, (_, i) => many.at(`validator-${i}`));
const window = new RecentWindow({ board, target, windowMs: 60_000, maxBytes: 64 * 1024 * 1024 });
for (let n = 0; n < ROWS; n++) {
  series.forEach((one, i) => one.set(i + n / 7));
  clock.advance(STEP_MS * 1000);
  await archive.sample();
  window.sample(clock.nowUs() / 1000);
}
await archive.flush();
await archive.settled();

const range = new WholeRange({
  recent: new RecentRange(window, board),
  board,
  recentFromMs: () => clock.nowUs() / 1000 - window.size.spanMs,
  archive: () => ({ root, durableMs: archive.durableMs, names: () => archive.reader.names() }),
  reading: threadedReading(),
});
const server = createServer({
  listen: { host: '127.0.0.1', port: 0 },
  insecure: false,
  version: '1',
  logger: silentLogger,
  handlers: {
    exports: { formats: () => [], render: () => undefined, range: rangeHandler(() => range, clock) },
  },
  closeDeadlineMs: 100,
});
const { address } = await server.listen();
for (const format of ['jsonl', 'csv', 'parquet']) {
  const url = `http://${address}/api/quorumscope/v1/export?from=0&match=bench_*&format=${format}`;
  globalThis.gc?.();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let mostMemory = 0;
  const watch = setInterval(() => (mostMemory = Math.max(mostMemory, process.memoryUsage.rss())), 100);
  const cpu = process.cpuUsage();
  delay.enable();
  const client = spawn('curl', ['-sSf', '-o', '/dev/null', '-w', '%{size_download}', url]);
  let text = '';
  client.stdout.on('data', (piece) => (text += piece));
  client.stderr.pipe(process.stderr);
  const code = await new Promise((resolve) => client.once('close', resolve));
  delay.disable();
  clearInterval(watch);
  const { user, system } = process.cpuUsage(cpu);
  const ms = (ns) => Math.round(ns / 1e5) / 10;
  console.log(
    JSON.stringify({
      format,
      code,
      samples: SERIES * ROWS,
      bytes: Number(text),
      longestMs: ms(delay.max),
      p99Ms: ms(delay.percentile(99)),
      cpuSeconds: Math.round((user + system) / 1e4) / 100,
      rssMiB: Math.round(mostMemory / 2 ** 20),
    }),
  );
}
await server.close();
await archive.close();
rmSync(root, { recursive: true });
process.exit(0);
