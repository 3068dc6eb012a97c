/**
 * Reads the records of a journal's folder without opening it: whoever only reads takes no lock, mends nothing, and may
 * read while the owner writes. What is torn or damaged is left out.
 */
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scanFrames, type JournalRecord } from '../../journal/frame.js';
import { journalsFolder } from './layout.js';

const NAME = /^(\d{16})\.log$/;

const MIB = 1024 * 1024;

/** Memory that one file after the other is read into, for whoever reads a journal several times and keeps nothing of it. */
export class FileMemory {
  #bytes = Buffer.alloc(0);

  /** What the file holds, until the next one is read; undefined where it is absent. */
  async read(path: string): Promise<Buffer | undefined> {
    const file = await open(path).catch(unlessAbsent);
    if (file === undefined) return undefined;
    try {
      const { size } = await file.stat();
      // Files of a journal are of about the same size: room for a somewhat larger one.
      if (size > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow((Math.ceil(size / MIB) + 1) * MIB);
      let length = 0;
      for (let count = -1; count !== 0; length += count)
        count = (await file.read(this.#bytes, length, size - length, length)).bytesRead;
      return this.#bytes.subarray(0, length);
    } finally {
      await file.close();
    }
  }
}

/**
 * Records from sequence `from` on, in order, a file in memory at a time. A folder that is absent has none.
 * @param memory for the files; a record is there until the next one is asked for, then
 */
export async function* readRecords(
  folder: string,
  from = 0,
  memory?: FileMemory,
): AsyncGenerator<JournalRecord> {
  const bases = (await listed(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? []).sort();
  for (const [i, base] of bases.entries()) {
    const next = bases[i + 1];
    if (next !== undefined && Number(next) <= from) continue;
    const path = join(folder, `${base}.log`);
    const bytes = await (memory?.read(path) ?? readFile(path).catch(unlessAbsent));
    if (bytes === undefined) continue;
    for (const record of scanFrames(bytes).records) if (record.sequence >= from) yield record;
  }
}

/** The generations of the journal of rows, in order. */
export async function generationsOf(root: string): Promise<number[]> {
  const names = await listed(journalsFolder(root));
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Names in a folder; none where it is absent. */
export async function listed(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(unlessAbsent)) ?? [];
}

/** For `catch`: a file that is absent is undefined. */
export function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
