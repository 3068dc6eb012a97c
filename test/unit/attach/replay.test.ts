import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replayFile, replayStream } from '../../../src/attach/replay.js';
import { hear, helloLine, linesOf, view } from '../intake/hearing.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const count = 5_000;
const recording = linesOf(helloLine('n', 'r'), ...Array.from({ length: count }, (_, i) => view(i)));
/** What is heard of the node in the whole recording. */
const story = ['attach r', ...Array.from({ length: count }, (_, i) => `consensus ${i}`), 'detach'];

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

test.each([
  ['plain', recording],
  ['gzip', gzipSync(recording)],
  [
    'gzip in two members',
    Buffer.concat([gzipSync(recording.subarray(0, 999)), gzipSync(recording.subarray(999))]),
  ],
])('a %s file is processed whole through a queue of ten, before it resolves', async (_name, bytes) => {
  const path = join(folder, 'events');
  writeFileSync(path, bytes);
  const { hearing, intake } = hear({ queueCapacity: 10 });
  const replayed = await replayFile(path, intake.openLossless);
  expect(replayed).toEqual({ bytes: recording.length });
  expect(hearing.of('n')).toEqual(story);
  expect(intake.status().sources[0]).toMatchObject({
    door: 'replay',
    dropped: 0,
    processed: count + 1,
    connections: 0,
  });
});

test('any readable will do, a byte at a time too', async () => {
  const { hearing, intake } = hear();
  const bytes = gzipSync(linesOf(helloLine('n', 'r'), view(0)));
  await replayStream(inPieces(bytes, 1), intake.openLossless, { door: 'stdin', peer: 'stdin' });
  expect(hearing.of('n')).toEqual(['attach r', 'consensus 0', 'detach']);
});

test('an empty file and one of a single byte are streams too', async () => {
  const { intake } = hear();
  await replayStream(inPieces(new Uint8Array(0), 1), intake.openLossless, { door: 'replay', peer: 'p' });
  await replayStream(inPieces(Uint8Array.of(0x1f), 1), intake.openLossless, { door: 'replay', peer: 'p' });
  expect(intake.status().sources[0]).toMatchObject({ received: 1, invalid: 1 });
});

test('a file that is not there is an error that names it', async () => {
  const { intake } = hear();
  const path = join(folder, 'absent.ndjson');
  await expect(replayFile(path, intake.openLossless)).rejects.toMatchObject({
    code: 'attach.file',
    details: { peer: path },
  });
});

test('of a torn gzip file the readable part is processed, then it is an error', async () => {
  const { hearing, intake } = hear();
  const torn = gzipSync(recording).subarray(0, -300);
  const replaying = replayStream(inPieces(torn, 4096), intake.openLossless, { door: 'replay', peer: 'p' });
  await expect(replaying).rejects.toMatchObject({ code: 'attach.file' });
  expect(hearing.of('n').length).toBeGreaterThan(100);
  expect(intake.status().sources[0]).toMatchObject({ connections: 0, pending: 0 });
});

test('the last line of a file needs no newline', async () => {
  const path = join(folder, 'events');
  writeFileSync(path, recording.subarray(0, -1));
  const { hearing, intake } = hear();
  await replayFile(path, intake.openLossless);
  expect(hearing.of('n')).toEqual(story);
});
