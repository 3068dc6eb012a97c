/**
 * The disk as the journal uses it, as a port: the real one here, one that fails on purpose in tests.
 * Everything is asynchronous, so that a slow disk never holds the event loop.
 */
import { copyFile, mkdir, open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';

/** A file open for writing. Every call may reject with the error of the system. */
export interface JournalFile {
  /** Writes all of `bytes` from `position` on. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Resolves when everything written is durable. */
  sync(): Promise<void>;
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
  open: async (path, create) => new DiskFile(await open(path, create ? 'w' : 'r+', 0o600)),
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

class DiskFile implements JournalFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    // A disk that fills up takes the part that fits, and says so only the next time.
    for (let written = 0; written < bytes.length;) {
      const part = await this.#handle.write(bytes, written, bytes.length - written, position + written);
      written += part.bytesWritten;
    }
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  truncate(size: number): Promise<void> {
    return this.#handle.truncate(size);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
