/**
 * What is kept of one log over a restart: where reading stopped and what its translator remembers. A small JSON file that
 * is replaced as a whole.
 *
 * It is written behind what was processed, never before it, and handed to the kernel, not to the disk: after the end of
 * the process, however it ends, no line is lost, and what was read since the last writing is read again. After a failure
 * of power it may be an older one. One that cannot be read is told and as good as none.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../base/errors.js';
import type { Memory } from './translator.js';
import type { Place } from './place.js';

/** What is kept. */
export interface Bookmark {
  /** The path or the unit, and the adapter: of another log or adapter nothing is taken over. */
  readonly of: string;
  readonly adapter: string;
  /** Where a file stopped. */
  readonly place?: Place;
  /** The last entry of a journal. */
  readonly cursor?: string;
  readonly memory: Memory;
}

/** Reads and writes the bookmark of one log. */
export class BookmarkFile {
  readonly #path: string;
  readonly #onProblem: (problem: string) => void;
  #last = '';
  #problem = '';

  /** @param onProblem told once for each new reason why it cannot be read or written */
  constructor(path: string, onProblem: (problem: string) => void) {
    this.#path = path;
    this.#onProblem = onProblem;
  }

  /** What was kept; undefined when nothing was, or nothing that can be used. Never throws. */
  async read(of: string, adapter: string): Promise<Bookmark | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#report(messageOf(error));
      return undefined;
    }
    const found = bookmarkOf(text);
    if (found === undefined) this.#report(`found no bookmark in ${this.#path}, expected one of ours`);
    if (found?.of !== of) return undefined;
    return found.adapter === adapter ? found : { ...found, memory: { kept: [], memories: [], lastUs: 0 } };
  }

  /** Replaces it where it has changed. Never throws. */
  async write(bookmark: Bookmark): Promise<void> {
    const text = `${JSON.stringify(bookmark)}\n`;
    if (text === this.#last) return;
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      await writeFile(`${this.#path}.new`, text, { mode: 0o600 });
      await rename(`${this.#path}.new`, this.#path);
      this.#last = text;
      this.#problem = '';
    } catch (error) {
      this.#report(messageOf(error));
    }
  }

  #report(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#onProblem(problem);
  }
}

/** A bookmark, as far as it is used; undefined where the text is none. */
function bookmarkOf(text: string): Bookmark | undefined {
  let found: Partial<Bookmark> | null;
  try {
    found = JSON.parse(text) as Partial<Bookmark> | null;
  } catch {
    return undefined;
  }
  if (typeof found !== 'object' || found === null) return undefined;
  const { of, adapter, place, cursor, memory } = found;
  const hasPlace = place === undefined || isPlace(place);
  const hasCursor = cursor === undefined || typeof cursor === 'string';
  if (typeof of !== 'string' || typeof adapter !== 'string' || !hasPlace || !hasCursor) return undefined;
  return isMemory(memory) ? (found as Bookmark) : undefined;
}

function isPlace(found: Partial<Place> | null): boolean {
  if (found === null) return false;
  const { identity, offset, head } = found;
  return typeof identity === 'string' && Number.isSafeInteger(offset) && typeof head === 'string';
}

function isMemory(found: Partial<Memory> | null | undefined): boolean {
  if (typeof found !== 'object' || found === null) return false;
  const { kept, memories, lastUs } = found;
  const arePairs = (list: unknown): boolean =>
    Array.isArray(list) && list.every((one) => Array.isArray(one) && typeof one[0] === 'string');
  return (
    arePairs(kept) &&
    arePairs(memories) &&
    memories!.every(([, keys]) => arePairs(keys)) &&
    Number.isSafeInteger(lastUs)
  );
}
