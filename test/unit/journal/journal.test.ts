/** What is flushed stays, in order, whatever the disk does; what is not kept is counted. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, describe } from 'vitest';
import { QuorumscopeError } from '../../../src/base/errors.js';
import { contents, Counts, newFolder, openJournal, reread, TroubledDisk } from './folder.js';

const text = (value: string): Buffer => Buffer.from(value);
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `record ${from + index}`);

describe('records', () => {
  it('are there after a flush, from the start or from a position, empty ones too', async () => {
    const folder = newFolder();
    const journal = await openJournal(folder);
    for (const value of ['a', '', 'c']) journal.append(text(value));
    expect(await contents(journal)).toEqual([]);
    expect(await journal.flush()).toEqual({ ok: true });
    expect(await contents(journal)).toEqual(['a', '', 'c']);
    expect(await contents(journal, 2)).toEqual(['c']);
    await journal.close();
    expect(await reread(folder)).toEqual(['a', '', 'c']);
  });

  it('keep their sequence over restarts, and closing flushes', async () => {
    const folder = newFolder();
    const first = await openJournal(folder);
    expect([first.append(text('a')), first.append(text('b'))]).toEqual([0, 1]);
    await first.close();
    const second = await openJournal(folder);
    expect(second.append(text('c'))).toBe(2);
    await second.close();
    expect(await reread(folder)).toEqual(['a', 'b', 'c']);
  });

  it('are refused and counted when too large, when memory is full, and after closing', async () => {
    const counts = new Counts();
    const journal = await openJournal(newFolder(), { bufferBytes: 100, meter: counts });
    expect(journal.append(Buffer.alloc(200))).toBeUndefined();
    expect(journal.append(Buffer.alloc(60))).toBe(0);
    expect(journal.append(Buffer.alloc(60))).toBeUndefined();
    await journal.flush();
    expect(journal.append(Buffer.alloc(60))).toBe(1);
    await journal.close();
    expect(journal.append(Buffer.alloc(1))).toBeUndefined();
    expect(counts.refusals).toEqual(['oversize', 'full', 'closed']);
  });

  it('larger than a buffer of many come back whole', async () => {
    const folder = newFolder();
    const journal = await openJournal(folder);
    const large = 'x'.repeat(300_000);
    journal.append(text('small'));
    journal.append(text(large));
    journal.append(text('after'));
    await journal.close();
    expect(await reread(folder)).toEqual(['small', large, 'after']);
  });
});

describe('flushing', () => {
  it('is shared by everybody who asks while one is under way', async () => {
    const disk = new TroubledDisk();
    const folder = newFolder();
    const journal = await openJournal(folder, { files: disk });
    const flushes: Promise<unknown>[] = [];
    for (let i = 0; i < 100; i++) {
      journal.append(text(`record ${i}`));
      flushes.push(journal.flush());
      if (i === 50) await new Promise(setImmediate);
    }
    await Promise.all(flushes);
    expect(disk.syncs).toBeLessThanOrEqual(3);
    expect(await contents(journal)).toEqual(numbers(0, 100));
    await journal.close();
  });

  it('resolves only when what was appended before is durable', async () => {
    const folder = newFolder();
    const journal = await openJournal(folder);
    const seen: Promise<void>[] = [];
    for (let i = 0; i < 30; i++) {
      journal.append(text(`record ${i}`));
      seen.push(
        journal.flush().then(async () => {
          expect((await contents(journal)).length).toBeGreaterThan(i);
        }),
      );
      if (i % 7 === 0) await new Promise(setImmediate);
    }
    await Promise.all(seen);
    await journal.close();
  });
});

describe('segments', () => {
  it('follow each other by size, and the oldest are deleted and counted', async () => {
    const folder = newFolder();
    const counts = new Counts();
    const options = { segmentBytes: 200, retainBytes: 1_000, meter: counts };
    const journal = await openJournal(folder, options);
    for (let i = 0; i < 200; i++) {
      journal.append(text(`record ${i}`));
      if (i % 5 === 4) await journal.flush();
    }
    expect(counts.bytes).toBeLessThanOrEqual(1_000);
    expect(counts.removedSegments).toBeGreaterThan(10);
    const first = journal.firstSequence;
    expect(first).toBeGreaterThan(100);
    expect(await contents(journal)).toEqual(numbers(first, 200));
    await journal.close();
    expect(await reread(folder, options)).toEqual(numbers(first, 200));
  });

  it('are deleted below a position on request, so that a snapshot can replace what it sums up', async () => {
    const folder = newFolder();
    const journal = await openJournal(folder);
    journal.append(text('old'));
    await journal.flush();
    journal.startSegment();
    const snapshot = journal.append(text('snapshot'))!;
    await journal.flush();
    await journal.removeBefore(snapshot);
    expect(await contents(journal)).toEqual(['snapshot']);
    await journal.close();
    expect(await reread(folder)).toEqual(['snapshot']);
  });

  it('deleted while somebody reads are left out', async () => {
    const journal = await openJournal(newFolder(), { segmentBytes: 1 });
    for (const value of ['a', 'b', 'c']) {
      journal.append(text(value));
      await journal.flush();
    }
    const seen: string[] = [];
    for await (const { payload } of journal.read()) {
      seen.push(payload.toString());
      await journal.removeBefore(2);
    }
    expect(seen).toEqual(['a', 'c']);
    await journal.close();
  });
});

describe('a disk in trouble', () => {
  it('that is full is a result, and what did not fit is written when there is room', async () => {
    const folder = newFolder();
    const disk = new TroubledDisk();
    const counts = new Counts();
    const journal = await openJournal(folder, { files: disk, meter: counts, bufferBytes: 200 });
    journal.append(text('before'));
    await journal.flush();
    disk.room = 13;
    journal.append(text('while it is full'));
    expect(await journal.flush()).toMatchObject({ ok: false, code: 'ENOSPC' });
    journal.append(text('still full'));
    expect(await journal.flush()).toMatchObject({ ok: false, code: 'ENOSPC' });
    while (journal.append(text('more')) !== undefined);
    expect(counts.refusals).toEqual(['full']);
    expect(await contents(journal)).toEqual(['before']);
    disk.room = Infinity;
    expect(await journal.flush()).toEqual({ ok: true });
    expect((await contents(journal)).slice(0, 4)).toEqual([
      'before',
      'while it is full',
      'still full',
      'more',
    ]);
    expect(counts.failures).toEqual(['ENOSPC', 'ENOSPC']);
    await journal.close();
  });

  it('that fills up and is then left leaves a journal that opens with what was flushed', async () => {
    const folder = newFolder();
    const disk = new TroubledDisk();
    const journal = await openJournal(folder, { files: disk });
    journal.append(text('kept'));
    await journal.flush();
    disk.room = 30;
    journal.append(text('x'.repeat(100)));
    expect((await journal.close()).ok).toBe(false);
    const counts = new Counts();
    expect(await reread(folder, { meter: counts })).toEqual(['kept']);
    expect(counts.cutBytes).toBe(30);
  });

  it('that fails to sync gets the same bytes again: the kernel may have dropped them', async () => {
    const folder = newFolder();
    const disk = new TroubledDisk();
    const journal = await openJournal(folder, { files: disk });
    disk.syncFails = true;
    journal.append(text('a'));
    expect(await journal.flush()).toMatchObject({ ok: false, code: 'EIO' });
    // What the kernel dropped is zeros now.
    const [name] = readdirSync(folder).filter((file) => file.endsWith('.log'));
    const path = join(folder, name!);
    writeFileSync(path, Buffer.alloc(readFileSync(path).length));
    disk.syncFails = false;
    journal.append(text('b'));
    expect(await journal.flush()).toEqual({ ok: true });
    await journal.close();
    expect(await reread(folder)).toEqual(['a', 'b']);
  });
});

describe('the folder', () => {
  it('has one writer', async () => {
    const folder = newFolder();
    const journal = await openJournal(folder);
    await expect(openJournal(folder)).rejects.toMatchObject({ code: 'journal.locked' });
    await journal.close();
    await (await openJournal(folder)).close();
  });

  it('may have a long path', async () => {
    const folder = join(newFolder(), 'a'.repeat(120), 'b'.repeat(120));
    const journal = await openJournal(folder);
    await expect(openJournal(folder)).rejects.toMatchObject({ code: 'journal.locked' });
    await journal.close();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  it('that cannot be one is named', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    const failure = await openJournal(file).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(QuorumscopeError);
    expect(failure).toMatchObject({ code: 'journal.unusable', details: { folder: file } });
  });
});
