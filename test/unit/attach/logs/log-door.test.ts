import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readAdapter, type Adapter } from '../../../../src/attach/logs/adapter.js';
import { logMetrics } from '../../../../src/attach/logs/catalogue.js';
import { openLog, type LogSource } from '../../../../src/attach/logs/log-door.js';
import { proposed, tryAdapters } from '../../../../src/attach/logs/try-adapters.js';
import { loadAdapter, shippedAdapters } from '../../../../src/attach/logs/shipped.js';
import { ManualClock } from '../../../../src/base/clock.js';
import { silentLogger } from '../../../../src/base/logger.js';
import { Board } from '../../../../src/metrics/board.js';
import { nodeLogBytes, nodeLogs } from '../../../support/node-logs.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'log-door-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function adapter(): Adapter {
  const read = readAdapter(`
id: own
title: own
versions: '1'
protocol: other
framing: text
line: '<time> <message>'
time: { field: time, form: rfc3339 }
patterns:
  - name: timed out
    message: 'timed out in view <view> after <_>s'
    tells: [{ event: consensus.view_timed_out, fields: { view: view } }]
cannot_tell: [everything else]
`);
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return read;
}

const LINE = '2026-01-01T00:00:00.5Z timed out in view 4 after 3s\n';

function opened(where: Pick<LogSource, 'kind'> & object) {
  const board = new Board({});
  const stdin = new PassThrough();
  let written = '';
  let ended = 0;
  const feed = {
    write: (chunk: Uint8Array) => void (written += Buffer.from(chunk).toString()),
    end: () => void ended++,
    ready: () => Promise.resolve(),
    drained: () => Promise.resolve(),
  };
  const source = { name: 'l', adapter: adapter(), facts: { chain: 'c', node: 'n' }, ...where } as LogSource;
  const open = () => feed;
  const log = openLog(source, {
    board,
    clock: new ManualClock(),
    logger: silentLogger,
    openFeed: open,
    openLossless: open,
    stdin,
    pollMs: 1,
  });
  const lines = (outcome: string): number => board.counter(logMetrics.lines).at('own', 'l', outcome).value;
  return { log, board, stdin, lines, written: () => written, ended: () => ended };
}

describe('the door for logs', () => {
  it('feeds what a file tells, counts every line, and says what has changed its format', async () => {
    const path = join(folder, 'node.log');
    writeFileSync(path, `${LINE}noise\n2026-01-01T00:00:01Z timed out in view 5, 3s\n`);
    const { log, board, lines, written, ended } = opened({ kind: 'file', path, from: 'begin' } as never);
    await vi.waitFor(() => expect(written()).toContain('consensus.view_timed_out'));
    appendFileSync(path, Buffer.from([0xff, 0xfe, 0x0a]));
    await log.close();
    expect(written().split('\n')[0]).toContain('"type":"hello"');
    expect(['matched', 'ignored', 'failed', 'unreadable'].map(lines)).toEqual([1, 1, 1, 1]);
    expect(board.counter(logMetrics.drift).at('own', 'timed out').value).toBe(1);
    expect(ended()).toBe(1);
  });

  it('reads standard input until it ends', async () => {
    const { log, stdin, written, ended } = opened({ kind: 'stdin' });
    stdin.write(LINE.slice(0, 20));
    stdin.end(LINE.slice(20));
    await vi.waitFor(() => expect(ended()).toBe(1));
    expect(written()).toContain('"view":4');
    await log.close();
  });
});

describe('the adapter proposed for a log', () => {
  it.each(nodeLogs())('of %s is the one of its program', (name) => {
    const lines = nodeLogBytes(name).toString('utf8').split('\n').slice(0, 2_000);
    const best = proposed(tryAdapters(shippedAdapters().map(loadAdapter), lines));
    expect(best?.adapter.id).toBe(name.split('/')[0]);
  });

  it('is none where nothing is known', () => {
    const trials = tryAdapters(shippedAdapters().map(loadAdapter), [
      'nobody prints this',
      '\u001b[31mnor this',
    ]);
    expect(proposed(trials)).toBeUndefined();
  });
});
