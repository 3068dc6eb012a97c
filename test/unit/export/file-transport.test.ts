/** Files that readers can rely on: whole lines, whole documents, and no more of them than were asked for. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bodyParcel } from '../../../src/export/encoded.js';
import { FileTransport, type FileDestination } from '../../../src/export/file-transport.js';

function world(options: Partial<FileDestination> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'quorumscope-file-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, 'not', 'yet');
  const path = join(folder, 'metrics.csv');
  const build = () => new FileTransport({ path, write: 'append', maxBytes: 30, keep: 2, ...options });
  let transport = build();
  return {
    path,
    folder,
    restart: () => (transport = build()),
    send: (text: string) => transport.send(bodyParcel(Buffer.from(text), 1)),
    text: (suffix = '') => readFileSync(path + suffix, 'utf8'),
  };
}

describe('a file that grows', () => {
  it('is made with its folder, and has its header once', async () => {
    const { send, text, restart } = world({ head: 'a,b\r\n' });
    await send('a,b\r\n1,2\r\n');
    await send('a,b\r\n3,4\r\n');
    restart();
    await send('a,b\r\n5,6\r\n');
    expect(text()).toBe('a,b\r\n1,2\r\n3,4\r\n5,6\r\n');
  });

  it('is begun anew when it is full, with its header; so many full ones are kept', async () => {
    const { send, text, folder } = world({ head: 'a\n', maxBytes: 32 });
    for (let i = 0; i < 8; i++) await send(`a\n${String(i).repeat(14)}\n`);
    expect(readdirSync(folder).sort()).toEqual(['metrics.csv', 'metrics.csv.1', 'metrics.csv.2']);
    for (const suffix of ['', '.1', '.2']) expect(text(suffix)).toMatch(/^a\n(\d{14}\n)+$/);
    expect(text('.1')).toContain('5'.repeat(14));
    expect(text()).toContain('7'.repeat(14));
  });

  it('is deleted when it is full and none is kept', async () => {
    const { send, folder } = world({ keep: 0 });
    for (let i = 0; i < 4; i++) await send(`${String(i).repeat(20)}\n`);
    expect(readdirSync(folder)).toEqual(['metrics.csv']);
  });

  it('ends the line that a crash left unfinished', async () => {
    const { send, text, path, restart } = world();
    await send('1\n');
    writeFileSync(path, '1\n2');
    restart();
    await send('3\n');
    expect(text()).toBe('1\n2\n3\n');
  });
});

describe('a file that is replaced', () => {
  it('is the last body, and nothing stands beside it', async () => {
    const { send, text, folder } = world({ write: 'replace' });
    await send('{"one": 1}');
    await send('{}');
    expect(text()).toBe('{}');
    expect(readdirSync(folder)).toEqual(['metrics.csv']);
  });
});

it('a file that cannot be written is tried again', async () => {
  const taken = mkdtempSync(join(tmpdir(), 'quorumscope-file-'));
  onTestFinished(() => rmSync(taken, { recursive: true, force: true }));
  writeFileSync(join(taken, 'file'), '');
  const inside = join(taken, 'file', 'metrics.csv');
  const { send } = world({ path: inside });
  expect(await send('1\n')).toMatchObject({ outcome: 'retry', reason: 'failed' });
});
