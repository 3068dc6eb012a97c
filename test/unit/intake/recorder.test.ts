import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../../../src/base/logger.js';
import type { HelloEvent } from '../../../src/events/vocabulary.js';
import { Recorder, type RecorderOptions } from '../../../src/intake/recorder.js';
import { Board } from '../../../src/metrics/board.js';
import { hear, helloLine, lag, linesOf, valueOf, view, type Hearing } from './hearing.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recorder-'));
  path = join(folder, 'deep', 'events.ndjson');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function record(options: Partial<RecorderOptions> = {}) {
  const board = new Board();
  const recorder = new Recorder({ path, board, logger: silentLogger, ...options });
  return { recorder, ...hear({ board, tap: recorder }) };
}

async function replay(...files: readonly string[]) {
  const replayed = hear();
  const feed = replayed.intake.openLossless({ door: 'replay', peer: path });
  for (const file of files) feed.write(readFileSync(file));
  feed.end();
  await feed.drained();
  await replayed.intake.drained();
  return replayed;
}

const stories = (hearing: Hearing): Record<string, readonly string[]> => Object.fromEntries(hearing.nodes);

test('connections interleaved, runs replaced, a configured hello and garbage: the replay hears the same', async () => {
  const { recorder, hearing, intake } = record();
  const one = intake.openFeed({ door: 'unix', peer: '1' });
  const two = intake.openFeed({ door: 'unix', peer: '2' });
  const hello = { type: 'hello', node: 'log', ts_us: 1, chain: 'c', run: 'r', next_seq: { consensus: 7 } };
  const three = intake.openFeed({ door: 'log', peer: '3', hello: hello as unknown as HelloEvent });
  two.write(linesOf(view(0), 'garbage'));
  one.write(linesOf(helloLine('a', 'r1'), view(0), lag(0)));
  two.write(linesOf(helloLine('b', 'r1'), view(0), '{"type":"x.y"}', '{"node":"a"'));
  three.write(linesOf(view(7), view(9)));
  one.write(linesOf(view(1), view(1), view(4), view(3)));
  two.write(linesOf(helloLine('a', 'r2'), view(0), view(1, 'b')));
  // Late lines of the run that was replaced, between those of the new one.
  one.write(linesOf(view(5)));
  two.write(linesOf(view(1)));
  await intake.stop();
  await recorder.close();
  const replayed = await replay(path);
  expect(stories(replayed.hearing)).toEqual(stories(hearing));
  expect(hearing.of('a')).toContain('gap consensus 2');
  const live = intake.status().sources;
  const sum = (what: 'duplicate' | 'unknown' | 'invalid'): number =>
    live.reduce((all, door) => all + door[what], 0);
  const [again] = replayed.intake.status().sources;
  expect(again).toMatchObject({
    duplicate: sum('duplicate'),
    unknown: sum('unknown'),
    invalid: sum('invalid'),
  });
});

test('each rotated file stands alone, all together are the whole, and the oldest is removed', async () => {
  const { recorder, hearing, intake } = record({ maxBytes: 2_000, keep: 3 });
  const feed = intake.openFeed({ door: 'unix', peer: 'p' });
  feed.write(linesOf(helloLine('a', 'r'), helloLine('b', 'r')));
  for (let i = 0; i < 100; i++)
    feed.write(linesOf(view(i, i % 2 === 0 ? 'a' : undefined).replace(`"seq":${i}`, `"seq":${i >> 1}`)));
  await intake.drained();
  await recorder.close();
  const files = [`${path}.3`, `${path}.2`, `${path}.1`, path];
  expect(files.map((file) => existsSync(file))).toEqual([true, true, true, true]);
  expect(existsSync(`${path}.4`)).toBe(false);
  const heard: string[] = [];
  for (const file of files) {
    const alone = await replay(file);
    expect(alone.intake.status().sources[0]).toMatchObject({ invalid: 0, duplicate: 0 });
    expect(alone.hearing.of('a').some((word) => word.startsWith('gap'))).toBe(false);
    heard.push(...alone.hearing.of('a').slice(1, -1));
  }
  expect(heard).toEqual(hearing.of('a').slice(-heard.length));
  expect(stories((await replay(...files)).hearing)).toEqual({
    a: ['attach r', ...heard, 'detach'],
    b: expect.arrayContaining(['attach r']) as unknown,
  });
});

test('goes on in the same file after a restart, also behind half a line', async () => {
  mkdirSync(join(folder, 'deep'));
  writeFileSync(path, `${helloLine('a', 'r')}\n${view(0)}\n{"type":"cut o`);
  const { recorder, intake } = record();
  intake
    .openFeed({ door: 'unix', peer: 'p' })
    .write(linesOf(helloLine('a', 'r', { next_seq: { consensus: 1 } }), view(1)));
  await intake.drained();
  await recorder.close();
  const { hearing, intake: replayed } = await replay(path);
  expect(hearing.of('a')).toEqual(['attach r', 'consensus 0', 'consensus 1', 'detach']);
  expect(replayed.status().sources[0]).toMatchObject({ invalid: 1 });
});

test('a replay hears what was said before and after a pause, and what was lost in it, as one attachment', async () => {
  const { recorder, hearing, intake } = record();
  for (const [peer, lines] of [
    [helloLine('a', 'r'), view(0), view(1)],
    [helloLine('a', 'r', { next_seq: { consensus: 4 } }), view(4)],
  ].entries()) {
    const feed = intake.openFeed({ door: 'unix', peer: String(peer) });
    feed.write(linesOf(...lines));
    feed.end();
    await intake.drained();
  }
  await recorder.close();
  const replayed = (await replay(path)).hearing.of('a');
  const pause = ['detach', 'attach r'];
  const [before, after] = [
    ['attach r', 'consensus 0', 'consensus 1'],
    ['gap consensus 2', 'consensus 4', 'detach'],
  ];
  expect(hearing.of('a')).toEqual([...before, ...pause, ...after]);
  expect(replayed).toEqual([...before, ...after]);
});

test('is readable by its owner alone', async () => {
  const { recorder, intake } = record();
  intake.openFeed({ door: 'unix', peer: 'p' }).write(linesOf(helloLine('a', 'r')));
  await recorder.close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a disk that fails is counted, does not hurt the intake, and is tried again', async () => {
  writeFileSync(join(folder, 'deep'), 'a file where the folder should be');
  const { recorder, hearing, intake, board } = record();
  const feed = intake.openFeed({ door: 'unix', peer: 'p' });
  feed.write(linesOf(helloLine('a', 'r'), view(0)));
  await intake.drained();
  while (valueOf(board, 'quorumscope_recording_lost_lines_total', 'error') < 2)
    await new Promise(setImmediate);
  rmSync(join(folder, 'deep'));
  feed.write(linesOf(view(1)));
  await intake.drained();
  await recorder.close();
  expect(hearing.of('a')).toEqual(['attach r', 'consensus 0', 'consensus 1']);
  // The recording begins with an introduction that is true: counting stands at 1.
  expect((await replay(path)).hearing.of('a')).toEqual(['attach r', 'consensus 1', 'detach']);
});

test('what the disk cannot take in time is lost and counted, and the recording stays true', async () => {
  const { recorder, intake, board } = record({ bufferBytes: 1_000 });
  const feed = intake.openFeed({ door: 'unix', peer: 'p' });
  feed.write(linesOf(helloLine('a', 'r'), ...Array.from({ length: 50 }, (_, i) => view(i))));
  await intake.drained();
  const lost = valueOf(board, 'quorumscope_recording_lost_lines_total', 'full');
  expect(lost).toBeGreaterThan(30);
  while (valueOf(board, 'quorumscope_recorded_lines_total') === 0) await new Promise(setImmediate);
  feed.write(linesOf(view(50)));
  await recorder.close();
  const { hearing } = await replay(path);
  expect(hearing.of('a').slice(-2)).toEqual(['consensus 50', 'detach']);
  expect(hearing.of('a').filter((word) => word.startsWith('gap'))).toHaveLength(1);
});
