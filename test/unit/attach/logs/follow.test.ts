import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileFollower, type Reopening } from '../../../../src/attach/logs/follow.js';
import type { Place } from '../../../../src/attach/logs/place.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'follow-'));
  path = join(folder, 'node.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

function following(from: 'begin' | 'end' = 'begin', place?: Place) {
  let text = '';
  const reopened: Reopening[] = [];
  const problems: string[] = [];
  const follower = new FileFollower({
    path,
    from,
    ...(place && { place }),
    sink: {
      write: (chunk) => (text += Buffer.from(chunk).toString()),
      ready: () => Promise.resolve(),
      opened: () => undefined,
      reopened: (why) => {
        reopened.push(why);
        text += '|';
      },
      lost: () => (text += '?'),
      unreadable: (problem) => problems.push(problem),
    },
  });
  return { follower, reopened, problems, text: () => text };
}

describe('a followed file', () => {
  it('gives what is there and what comes, once', async () => {
    writeFileSync(path, 'one\ntw');
    const { follower, text } = following();
    await follower.poll();
    expect(text()).toBe('one\ntw');
    await follower.poll();
    appendFileSync(path, 'o\nthree\n');
    await follower.poll();
    expect(text()).toBe('one\ntwo\nthree\n');
    await follower.close();
  });

  it('begins at the end where that is asked', async () => {
    writeFileSync(path, 'old\n');
    const { follower, text } = following('end');
    await follower.poll();
    appendFileSync(path, 'new\n');
    await follower.poll();
    expect(text()).toBe('new\n');
    await follower.close();
  });

  it('waits for a file that is not there, says so once, and reads it from its beginning', async () => {
    const { follower, text, problems } = following('end');
    await follower.poll();
    await follower.poll();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('ENOENT');
    writeFileSync(path, 'first\n');
    await follower.poll();
    expect(text()).toBe('first\n');
    await follower.close();
  });

  it('reads a file that was moved away to its end before the new one', async () => {
    writeFileSync(path, 'a\n');
    const { follower, text, reopened } = following();
    await follower.poll();
    appendFileSync(path, 'b\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'c\n');
    await follower.poll();
    expect(text()).toBe('a\nb\n|c\n');
    expect(reopened).toEqual(['rotated']);
    await follower.close();
  });

  it('stays with the moved file while the program still writes to it', async () => {
    writeFileSync(path, 'a\n');
    const { follower, text } = following();
    await follower.poll();
    renameSync(path, `${path}.1`);
    writeFileSync(path, '');
    await follower.poll();
    appendFileSync(`${path}.1`, 'b\n');
    await follower.poll();
    expect(text()).toBe('a\nb\n');
    appendFileSync(path, 'c\n');
    await follower.poll();
    expect(text()).toBe('a\nb\n|c\n');
    await follower.close();
  });

  it('stays with a file that was moved and not replaced, and with one that was deleted', async () => {
    writeFileSync(path, 'a\n');
    const { follower, text, problems } = following();
    await follower.poll();
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, 'b\n');
    await follower.poll();
    rmSync(`${path}.1`);
    await follower.poll();
    writeFileSync(path, 'c\n');
    await follower.poll();
    expect(text()).toBe('a\nb\n|c\n');
    expect(problems).toEqual([]);
    await follower.close();
  });

  it('begins anew in a file that was emptied', async () => {
    writeFileSync(path, '10:00 a\n10:01 b\n');
    const { follower, text, reopened } = following();
    await follower.poll();
    truncateSync(path);
    appendFileSync(path, '10:02 c\n');
    await follower.poll();
    expect(text()).toBe('10:00 a\n10:01 b\n|10:02 c\n');
    expect(reopened).toEqual(['truncated']);
    await follower.close();
  });

  it('sees that it was emptied also when it has grown past the old place since', async () => {
    writeFileSync(path, '10:00 a\n');
    const { follower, text } = following();
    await follower.poll();
    writeFileSync(path, '10:02 c\n10:03 d\n10:04 e\n');
    await follower.poll();
    expect(text()).toBe('10:00 a\n|10:02 c\n10:03 d\n10:04 e\n');
    await follower.close();
  });

  it('passes over the hole that a program leaves which does not append', async () => {
    const writer = await open(path, 'w');
    await writer.write('10:00 a\n'.repeat(50_000));
    const { follower, text, reopened } = following('end');
    await follower.poll();
    truncateSync(path);
    await writer.write('10:02 c\n');
    await writer.close();
    await follower.poll();
    await follower.poll();
    expect(text()).toBe('|10:02 c\n');
    expect(reopened).toEqual(['truncated']);
    await follower.close();
  });

  it('takes no folder for a file, and reads what comes in its place', async () => {
    mkdirSync(path);
    const { follower, text, problems } = following();
    await follower.poll();
    expect(problems).toHaveLength(1);
    rmSync(path, { recursive: true });
    writeFileSync(path, 'x\n');
    await follower.poll();
    expect(text()).toBe('x\n');
    await follower.close();
  });

  it('reads to the end once more when it is closed, and nothing after', async () => {
    writeFileSync(path, 'a\n');
    const { follower, text } = following();
    await follower.poll();
    appendFileSync(path, 'b\n');
    await follower.close();
    appendFileSync(path, 'c\n');
    await follower.poll();
    expect(text()).toBe('a\nb\n');
  });

  it('goes through many rotations under a writer without losing or doubling a line', async () => {
    writeFileSync(path, '');
    const { follower, text } = following();
    let next = 0;
    for (let round = 0; round < 30; round++) {
      for (let i = 0; i <= round % 4; i++) appendFileSync(path, `line ${next++}\n`);
      if (round % 3 === 1) await follower.poll();
      if (round % 5 === 4) {
        await follower.poll();
        appendFileSync(path, `line ${next++}\n`);
        renameSync(path, `${path}.${round}`);
      }
    }
    appendFileSync(path, `line ${next++}\n`);
    await follower.close();
    const lines = text().replaceAll('|', '').trim().split('\n');
    expect(lines).toEqual(Array.from({ length: next }, (_, i) => `line ${i}`));
  });
});

describe('a file that was read before', () => {
  /** Reads what there is, and says where a later process is to go on. */
  async function read(): Promise<Place> {
    const { follower } = following();
    return (await follower.close())!;
  }

  async function goneOn(place: Place): Promise<string> {
    const { follower, text } = following('end', place);
    await follower.close();
    return text();
  }

  it('goes on behind the last whole line', async () => {
    writeFileSync(path, 'one\ntw');
    const place = await read();
    appendFileSync(path, 'o\nthree\n');
    expect(await goneOn(place)).toBe('two\nthree\n');
  });

  it('is read on under its other name, and then the new one from its beginning', async () => {
    writeFileSync(path, 'one\n');
    const place = await read();
    appendFileSync(path, 'two\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'three\n');
    expect(await goneOn(place)).toBe('two\n|three\n');
  });

  it('is followed through several rotations', async () => {
    writeFileSync(path, 'one\n');
    const place = await read();
    renameSync(path, `${path}.2`);
    appendFileSync(`${path}.2`, 'two\n');
    writeFileSync(`${path}.1`, 'three\n');
    writeFileSync(path, 'four\n');
    utimesSync(`${path}.2`, 100, 100);
    utimesSync(`${path}.1`, 200, 200);
    expect(await goneOn(place)).toBe('two\n|three\n|four\n');
  });

  it('is found in its copy where it was emptied', async () => {
    writeFileSync(path, 'one\n');
    const place = await read();
    appendFileSync(path, 'two\n');
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
    appendFileSync(path, 'three\n');
    expect(await goneOn(place)).toBe('two\n|three\n');
  });

  it.each([
    ['removed', () => rmSync(path)],
    ['packed', () => renameSync(path, `${path}.1.gz`)],
    ['emptied without a copy', () => truncateSync(path)],
  ])('is missed where it was %s, and the new one is read from its beginning', async (_, happens) => {
    writeFileSync(path, 'one\nand more than the next one has\n');
    const place = await read();
    happens();
    appendFileSync(path, 'new\n');
    expect(await goneOn(place)).toBe('?new\n');
  });

  it('is missed in part where one in between was packed', async () => {
    writeFileSync(path, 'one\n');
    const place = await read();
    renameSync(path, `${path}.2`);
    utimesSync(`${path}.2`, 100, 100);
    writeFileSync(`${path}.1.gz`, 'packed');
    writeFileSync(path, 'three\n');
    expect(await goneOn(place)).toBe('?|three\n');
  });
});
