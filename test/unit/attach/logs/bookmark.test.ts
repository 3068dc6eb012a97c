/** A bookmark that is none costs a message and nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BookmarkFile, type Bookmark } from '../../../../src/attach/logs/bookmark.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'bookmark-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bookmark: Bookmark = {
  of: '/var/log/node.log',
  adapter: 'relab-hotstuff',
  place: { identity: '1:2', offset: 7, head: 'YQ==' },
  memory: { kept: [], memories: [], lastUs: 5 },
};

it('gives back what was kept, and of another adapter only the place', async () => {
  const file = new BookmarkFile(join(folder, 'a.json'), (problem) => expect.fail(problem));
  expect(await file.read(bookmark.of, bookmark.adapter)).toBeUndefined();
  await file.write({ ...bookmark, memory: { ...bookmark.memory, lastUs: 9 } });
  expect((await file.read(bookmark.of, bookmark.adapter))!.memory.lastUs).toBe(9);
  expect((await file.read(bookmark.of, 'flow-go'))!.memory.lastUs).toBe(0);
  expect(await file.read('/another.log', bookmark.adapter)).toBeUndefined();
});

it.each([
  ['no JSON', '{'],
  ['nothing', 'null'],
  ['no memory', JSON.stringify({ ...bookmark, memory: null })],
  ['no place', JSON.stringify({ ...bookmark, place: null })],
  ['half a place', JSON.stringify({ ...bookmark, place: { offset: 1 } })],
])('says that there is %s, once, and goes on without', async (_what, text) => {
  const path = join(folder, 'a.json');
  writeFileSync(path, text);
  const problems: string[] = [];
  const file = new BookmarkFile(path, (problem) => problems.push(problem));
  expect(await file.read(bookmark.of, bookmark.adapter)).toBeUndefined();
  expect(await file.read(bookmark.of, bookmark.adapter)).toBeUndefined();
  expect(problems).toHaveLength(1);
});
