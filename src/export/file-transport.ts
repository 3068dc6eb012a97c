/**
 * A file as a transport. `append` adds each body to it and begins a new file when it has grown to its
 * limit (`metrics.jsonl` becomes `metrics.jsonl.1`, that one `.2`, ...; renames are atomic, so readers see
 * whole files). `replace` writes beside it and renames: whoever reads sees one body, the old or the new.
 *
 * A write that failed in the middle is cut off again, so that repeating it doubles nothing; the line that
 * a crash left unfinished is ended, so that it spoils no other.
 */
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../base/errors.js';
import type { BodyParcel, Receipt, Transport } from '../delivery/transport.js';

/** Which file, and how. */
export interface FileDestination {
  readonly path: string;
  readonly write: 'append' | 'replace';
  /** A file that would grow beyond this is kept and a new one begun. */
  readonly maxBytes: number;
  /** Kept files besides the current one. */
  readonly keep: number;
  /** What bodies begin with and a file needs only once. */
  readonly head?: string | undefined;
}

const NEWLINE = 0x0a;

/** A file. */
export class FileTransport implements Transport<BodyParcel> {
  readonly #file: FileDestination;
  readonly #head: Buffer;
  /** Whether the end of the file, as an earlier process left it, was looked at. */
  #isEndKnown = false;

  constructor(file: FileDestination) {
    this.#file = file;
    this.#head = Buffer.from(file.head ?? '');
  }

  async send({ body }: BodyParcel): Promise<Receipt> {
    const { path, write } = this.#file;
    try {
      await mkdir(dirname(path), { recursive: true });
      await (write === 'append' ? this.#append(body) : this.#replace(body));
      return { outcome: 'delivered' };
    } catch (thrown) {
      return { outcome: 'retry', reason: 'failed', detail: messageOf(thrown) };
    }
  }

  async #append(body: Uint8Array): Promise<void> {
    const { path, maxBytes } = this.#file;
    let size = await sizeOf(path);
    const hasHead = Buffer.from(body.subarray(0, this.#head.length)).equals(this.#head);
    let added = size > 0 && hasHead ? body.subarray(this.#head.length) : body;
    if (size > 0 && size + added.byteLength > maxBytes) {
      await this.#rotate();
      size = 0;
      added = body;
    }
    const file = await open(path, 'a+');
    try {
      if (size > 0 && !this.#isEndKnown) {
        const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
        if (buffer[0] !== NEWLINE) {
          await file.writeFile('\n');
          size++;
        }
      }
      this.#isEndKnown = true;
      await file.writeFile(added).catch(async (error: unknown) => {
        await file.truncate(size);
        throw error;
      });
    } finally {
      await file.close();
    }
  }

  async #replace(body: Uint8Array): Promise<void> {
    const { path } = this.#file;
    const beside = `${path}.tmp`;
    try {
      await writeFile(beside, body);
      await rename(beside, path);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  }

  async #rotate(): Promise<void> {
    const { path, keep } = this.#file;
    if (keep === 0) return rm(path, { force: true });
    for (let number = keep; number > 0; number--) {
      const from = number === 1 ? path : `${path}.${number - 1}`;
      if ((await sizeOf(from)) > 0) await rename(from, `${path}.${number}`);
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
