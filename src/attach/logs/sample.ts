/**
 * The last lines of a log, to try adapters on: of a file, of the journal of a unit, of a stream. Reads no more than
 * MOST_BYTES of each and never writes. Lines that are none are left out.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { messageOf, QuorumscopeError } from '../../base/errors.js';
import { LineSplitter } from '../../events/lines.js';
import { readChunks } from '../replay.js';
import { readEntry } from './journald.js';

const MOST_BYTES = 16 * 1024 * 1024;
const MOST_ENTRIES = 20_000;

/** The end of a file; of a gzipped one, its beginning. @throws QuorumscopeError `attach.file` */
export async function sampleFile(path: string): Promise<readonly string[]> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const head = Buffer.alloc(2);
      await file.read(head, 0, 2, 0);
      const isGzip = head[0] === 0x1f && head[1] === 0x8b;
      const start = isGzip ? 0 : Math.max(0, size - MOST_BYTES);
      const lines = await sampleStream(file.createReadStream({ start, autoClose: false }));
      // The first line of an end is seldom whole.
      return start > 0 ? lines.slice(1) : lines;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, messageOf(error), error);
  }
}

/** The beginning of a stream, unpacked where it is gzip. */
export async function sampleStream(stream: AsyncIterable<Uint8Array>): Promise<readonly string[]> {
  const lines: string[] = [];
  const splitter = new LineSplitter({ line: (line) => lines.push(line), problem: () => undefined });
  let bytes = 0;
  for await (const chunk of readChunks(stream)) {
    splitter.write(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) break;
  }
  splitter.end({ complete: bytes <= MOST_BYTES });
  return lines;
}

/** The last messages of a unit. @throws QuorumscopeError `attach.file` */
export async function sampleJournal(unit: string, command = 'journalctl'): Promise<readonly string[]> {
  const words = [
    '--output=json',
    '--no-pager',
    '--quiet',
    '--all',
    `--unit=${unit}`,
    `--lines=${MOST_ENTRIES}`,
  ];
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    // Listened for at once: a program that is not there says so before its output ends.
    const [entries] = await Promise.all([sampleStream(child.stdout), once(child, 'close')]);
    return entries.flatMap((entry) => readEntry(entry)?.text.split('\n') ?? []);
  } catch (error) {
    throw unreadable(`the journal of ${unit}`, messageOf(error), error);
  } finally {
    child.kill();
  }
}

function unreadable(what: string, problem: string, cause: unknown): QuorumscopeError {
  return new QuorumscopeError('attach.file', 'configuration', `cannot read ${what}: ${problem}`, {
    details: { what },
    cause,
  });
}
