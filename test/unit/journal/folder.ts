/** Folders and disks for the journal's tests. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../src/base/clock.js';
import { diskFiles, type JournalFile, type JournalFiles } from '../../../src/journal/files.js';
import { Journal, type JournalOptions } from '../../../src/journal/journal.js';
import type { JournalMeter } from '../../../src/journal/meter.js';

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'journal-'));
}

export function openJournal(folder: string, options: Partial<JournalOptions> = {}): Promise<Journal> {
  return Journal.open({ folder, clock: new ManualClock(), ...options });
}

/** What is durable, as text. */
export async function contents(journal: Journal, from = 0): Promise<string[]> {
  const texts: string[] = [];
  for await (const { payload } of journal.read(from)) texts.push(payload.toString('utf8'));
  return texts;
}

/** Opens, reads all, closes. */
export async function reread(folder: string, options: Partial<JournalOptions> = {}): Promise<string[]> {
  const journal = await openJournal(folder, options);
  const texts = await contents(journal);
  await journal.close();
  return texts;
}

/** A meter that adds up. */
export class Counts implements JournalMeter {
  readonly refusals: string[] = [];
  readonly failures: string[] = [];
  flushes = 0;
  cutBytes = 0;
  damagedBytes = 0;
  segments = 0;
  bytes = 0;
  removedSegments = 0;
  records = 0;

  appended(): void {
    this.records++;
  }
  refused(reason: string): void {
    this.refusals.push(reason);
  }
  flushed(): void {
    this.flushes++;
  }
  failed(code: string): void {
    this.failures.push(code);
  }
  cut(bytes: number): void {
    this.cutBytes += bytes;
  }
  damaged(bytes: number): void {
    this.damagedBytes += bytes;
  }
  size(segments: number, bytes: number): void {
    this.segments = segments;
    this.bytes = bytes;
  }
  removed(segments: number): void {
    this.removedSegments += segments;
  }
}

/** A disk with a size, and one that can lose what it was not yet made to keep. */
export class TroubledDisk implements JournalFiles {
  room = Infinity;
  syncFails = false;
  syncs = 0;
  makeFolder = (folder: string) => diskFiles.makeFolder(folder);
  list = (folder: string) => diskFiles.list(folder);
  read = (path: string) => diskFiles.read(path);
  copy = (from: string, to: string) => diskFiles.copy(from, to);
  rename = (from: string, to: string) => diskFiles.rename(from, to);
  remove = (path: string) => diskFiles.remove(path);
  syncFolder = (folder: string) => diskFiles.syncFolder(folder);

  async open(path: string, create: boolean): Promise<JournalFile> {
    const file = await diskFiles.open(path, create);
    const write = async (bytes: Uint8Array, position: number): Promise<void> => {
      const fits = Math.min(bytes.length, this.room);
      this.room -= fits;
      await file.write(bytes.subarray(0, fits), position);
      if (fits < bytes.length) throw systemError('ENOSPC', 'no space left on device');
    };
    const sync = async (): Promise<void> => {
      this.syncs++;
      if (this.syncFails) throw systemError('EIO', 'i/o error');
      await file.sync();
    };
    return {
      write,
      sync,
      writeDurably: async (bytes, position) => {
        await write(bytes, position);
        await sync();
      },
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
    };
  }
}

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
