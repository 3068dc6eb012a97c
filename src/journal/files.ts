/**
 * The disk as the journal uses it, as a port: the real one here, one that fails on purpose in tests.
 * Everything is asynchronous, so that a slow disk never holds the event loop.
 */
import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';

/** A file open for writing. Every call may reject with the error of the system. */
export interface JournalFile {
  /** Writes all of `bytes` from `position` on. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Resolves when everything written is durable. */
  sync(): Promise<void>;
  /** `write` and `sync` of these bytes alone, in one step where the system can: what was written before is synced already. */
  writeDurably(bytes: Uint8Array, position: number): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** What a journal does to its folder. */
export interface JournalFiles {
  /** Creates the folder where it is absent: for this user alone. */
  makeFolder(folder: string): Promise<void>;
  /** Names in the folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Opens for writing; `create` makes it anew and empty. */
  open(path: string, create: boolean): Promise<JournalFile>;
  read(path: string): Promise<Buffer>;
  copy(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; one that is absent is removed. */
  remove(path: string): Promise<void>;
  /** Makes creations, renames and removals in the folder durable. */
  syncFolder(folder: string): Promise<void>;
}

/** The file system. */
export const diskFiles: JournalFiles = {
  makeFolder: async (folder) => void (await mkdir(folder, { recursive: true, mode: 0o700 })),
  list: (folder) => readdir(folder),
  open: (path, create) => DiskFile.open(path, create),
  read: (path) => readFile(path),
  copy: (from, to) => copyFile(from, to),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  syncFolder: async (folder) => {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** Says that a write ends when its bytes are durable; elsewhere than on Linux it is not there, or promises less. */
const DURABLE = process.platform === 'linux' ? constants.O_DSYNC : undefined;

class DiskFile implements JournalFile {
  readonly #handle: FileHandle;
  /** The same file, each write of which is durable. */
  readonly #durable: FileHandle | undefined;

  private constructor(handle: FileHandle, durable: FileHandle | undefined) {
    this.#handle = handle;
    this.#durable = durable;
  }

  static async open(path: string, create: boolean): Promise<DiskFile> {
    const handle = await open(path, create ? 'w' : 'r+', 0o600);
    try {
      const durable = DURABLE === undefined ? undefined : await open(path, constants.O_WRONLY | DURABLE);
      return new DiskFile(handle, durable);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    return writeAll(this.#handle, bytes, position);
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  async writeDurably(bytes: Uint8Array, position: number): Promise<void> {
    if (this.#durable !== undefined) return writeAll(this.#durable, bytes, position);
    await this.write(bytes, position);
    await this.sync();
  }

  truncate(size: number): Promise<void> {
    return this.#handle.truncate(size);
  }

  async close(): Promise<void> {
    await Promise.all([this.#handle.close(), this.#durable?.close()]);
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  // A disk that fills up takes the part that fits, and says so only the next time.
  for (let written = 0; written < bytes.length;) {
    const part = await handle.write(bytes, written, bytes.length - written, position + written);
    written += part.bytesWritten;
  }
}
