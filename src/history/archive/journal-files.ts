/**
 * Reads the records of a journal's folder without opening it: whoever only reads takes no lock, mends nothing, and may
 * read while the owner writes. What is torn or damaged is left out.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scanFrames, type JournalRecord } from '../../journal/frame.js';
import { journalsFolder } from './layout.js';

const NAME = /^(\d{16})\.log$/;

/** Records from sequence `from` on, in order, a file in memory at a time. A folder that is absent has none. */
export async function* readRecords(folder: string, from = 0): AsyncGenerator<JournalRecord> {
  const bases = (await listed(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? []).sort();
  for (const [i, base] of bases.entries()) {
    const next = bases[i + 1];
    if (next !== undefined && Number(next) <= from) continue;
    const bytes = await readFile(join(folder, `${base}.log`)).catch(unlessAbsent);
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
