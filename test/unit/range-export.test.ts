/** A large range over HTTP: read as slowly as the client likes, in memory that does not grow with the range. */
import { get as httpGet, type IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import type { RangeSource } from '../../src/export/range.js';
import { RecentWindow } from '../../src/history/recent/recent-window.js';
import { Board } from '../../src/metrics/board.js';
import { gauge } from '../../src/metrics/definition.js';
import { rangeHandler } from '../../src/range-exports.js';
import { RecentRange } from '../../src/recent-range.js';
import { createServer } from '../../src/server/server.js';
import { handlers } from './server/serving.js';

const SERIES = 10_000;
const SAMPLES = 120;
const STEP_MS = 5_000;
const START_MS = 1_748_779_200_000;

/** Ten minutes of ten thousand series. */
function filled(): { window: RecentWindow; board: Board; sample: (n: number) => void } {
  const board = new Board({ metricSeriesLimit: SERIES, seriesLimit: 2 * SERIES });
  const window = new RecentWindow({
    board,
    target: { job: 'j', instance: 'i' },
    windowMs: 600_000,
    maxBytes: 256 * 1024 * 1024,
  });
  const series = Array.from({ length: SERIES }, (_, i) =>
    board.gauge(gauge('hotstuff_test_many', 'One of many.', ['validator'])).at(`validator-${i}`),
  );
  const sample = (n: number): void => {
    series.forEach((one, i) => one.set(i + n / 7));
    window.sample(START_MS + n * STEP_MS);
  };
  for (let n = 0; n < SAMPLES; n++) sample(n);
  return { window, board, sample };
}

async function serving() {
  const { window, board, sample } = filled();
  const range = new RecentRange(window, board);
  let read = 0;
  const source: RangeSource = {
    series: (request, signal) => range.series(request, signal),
    read: (series, fromUs, toUs) => {
      read++;
      return range.read(series, fromUs, toUs);
    },
  };
  const exports = {
    ...handlers.exports!,
    range: rangeHandler(() => source, new ManualClock(START_MS * 1e3 + 1e12)),
  };
  const server = createServer({
    listen: { host: '127.0.0.1', port: 0 },
    insecure: false,
    version: '1',
    logger: silentLogger,
    handlers: { ...handlers, exports },
    closeDeadlineMs: 100,
  });
  const { address } = await server.listen();
  onTestFinished(() => server.close());
  const ask = (query: string, headers: Record<string, string> = {}): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const url = `http://${address}/api/quorumscope/v1/export?${query}`;
      httpGet(url, { headers, agent: false }, resolve).on('error', reject);
    });
  return { server, ask, sample, read: () => read };
}

async function settled(value: () => number): Promise<number> {
  for (let last = -1; last !== value();) {
    last = value();
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return value();
}

it('reads no further than a client has taken, and then all of it', async () => {
  const { ask, sample, read } = await serving();
  const response = await ask('format=jsonl&from=0&match=hotstuff_*');
  // What the kernel and the streams hold is a few megabytes; all of it is some thirty.
  const before = await settled(read);
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(SERIES / 2);
  // Sampling goes on meanwhile, and what was not there when it was asked is not sent.
  sample(SAMPLES);
  let lines = 0;
  let samples = 0;
  let rest = '';
  for await (const piece of response as AsyncIterable<Buffer>) {
    const whole = (rest + piece.toString()).split('\n');
    rest = whole.pop()!;
    for (const line of whole) {
      lines++;
      samples += (JSON.parse(line) as { samples: unknown[] }).samples.length;
    }
  }
  expect([lines, samples, rest]).toEqual([SERIES, SERIES * SAMPLES, '']);
}, 60_000);

it('never blocks the event loop for long', async () => {
  const { ask } = await serving();
  let longestMs = 0;
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  }, 1);
  const response = await ask('format=csv&from=0&match=hotstuff_*', { 'accept-encoding': 'gzip' });
  expect(response.headers['content-encoding']).toBe('gzip');
  let rows = 0;
  for await (const piece of response.pipe(createGunzip()) as AsyncIterable<Buffer>)
    for (let at = piece.indexOf(0x0a); at >= 0; at = piece.indexOf(0x0a, at + 1)) rows++;
  clearInterval(timer);
  expect(rows).toBe(1 + SERIES * SAMPLES);
  // The reader is in this process too; alone it is a few milliseconds.
  expect(longestMs).toBeLessThan(500);
}, 60_000);

it('is broken off, not ended, when the server stops: half a document does not look whole', async () => {
  const { server, ask, read } = await serving();
  const response = await ask('format=json&from=0');
  await settled(read);
  const closed = server.close();
  const all = (async () => {
    let text = '';
    for await (const piece of response as AsyncIterable<Buffer>) text += piece.toString();
    return text;
  })();
  await expect(all).rejects.toThrow('aborted');
  await closed;
});
