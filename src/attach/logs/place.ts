/**
 * Where reading of a log stopped, and where it goes on: the same file under the same name, under another one that it was
 * moved to, or a copy of it, and then whatever was written after it. Only looks at files, never changes one.
 *
 * A file is known by device, inode and its first bytes together: an inode is used again, and two logs may begin alike.
 */
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where reading stopped. */
export interface Place {
  /** Device and inode. */
  readonly identity: string;
  /** Behind the last whole line that was read. */
  readonly offset: number;
  /** The first bytes of the file, base64. */
  readonly head: string;
}

/** A file that is to be read from an offset to its end. */
export interface Stretch {
  readonly path: string;
  readonly offset: number;
}

/** What is to be read first. */
export interface Resumption {
  /** In the order in which they were written; the last one is followed. None: the log is new. */
  readonly stretches: readonly Stretch[];
  /** Something was written in between that is not found any more. */
  readonly hasGap: boolean;
}

interface Found {
  readonly path: string;
  readonly identity: string;
  readonly size: number;
  readonly changedMs: number;
}

/** Enough to tell two logs apart by their first line, which has a time in it. */
export const HEAD_BYTES = 256;

/** What cannot be read as it is. */
const COMPRESSED = /\.(gz|xz|zst|bz2|lz4|zip)$/;

/** Finds where to go on. Never throws: what cannot be looked at is not there. */
export async function whereToGoOn(path: string, place: Place): Promise<Resumption> {
  const current = await look(path);
  if (current && (await isAt(current, place, 'itself')))
    return { stretches: [{ path, offset: place.offset }], hasGap: false };
  const others = (await siblings(path)).filter(({ identity }) => identity !== current?.identity);
  const old = (await first(others, place, 'itself')) ?? (await first(others, place, 'copy'));
  const fromBeginning = current === undefined ? [] : [{ path, offset: 0 }];
  if (!old) return { stretches: fromBeginning, hasGap: true };
  // Rotated more than once: those in between hold what came after the old one.
  const between = others.filter(
    ({ path: one, changedMs }) => one !== old.path && changedMs > old.changedMs && one !== path,
  );
  const readable = between.filter((one) => !COMPRESSED.test(one.path));
  const older = [old, ...readable.sort((a, b) => a.changedMs - b.changedMs)];
  const stretches = older.map((one) => ({ path: one.path, offset: one === old ? place.offset : 0 }));
  // A file that was emptied in place keeps its inode: what its copy holds comes first, then the file.
  const isEmptied = current?.identity === place.identity;
  return {
    stretches: isEmptied ? [...stretches, ...fromBeginning] : stretches,
    hasGap: readable.length < between.length,
  };
}

async function first(
  files: readonly Found[],
  place: Place,
  as: 'itself' | 'copy',
): Promise<Found | undefined> {
  const newest = [...files].sort((a, b) => b.changedMs - a.changedMs);
  for (const file of newest) if (await isAt(file, place, as)) return file;
  return undefined;
}

/** A copy is known by its beginning alone, so it must have one. */
async function isAt(file: Found, place: Place, as: 'itself' | 'copy'): Promise<boolean> {
  if (COMPRESSED.test(file.path) || file.size < place.offset) return false;
  if (as === 'itself' ? file.identity !== place.identity : place.head === '') return false;
  const head = Buffer.from(place.head, 'base64');
  return (await readHead(file.path, head.length)).equals(head);
}

/** Files beside the log whose names begin like its own. */
async function siblings(path: string): Promise<Found[]> {
  const [folder, base] = [dirname(path), basename(path)];
  // logrotate makes node.log.1 and node.log-20260101, others node-2026-01-01.log.
  const stem = base.replace(/\.\w+$/, '');
  const names = await readdir(folder).catch(() => []);
  const found: Found[] = [];
  for (const name of names) {
    if (name === base || !name.startsWith(stem)) continue;
    const one = await look(join(folder, name));
    if (one) found.push(one);
  }
  return found;
}

async function look(path: string): Promise<Found | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  return { path, identity: `${found.dev}:${found.ino}`, size: found.size, changedMs: found.mtimeMs };
}

async function readHead(path: string, length: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return Buffer.alloc(0);
  }
}
