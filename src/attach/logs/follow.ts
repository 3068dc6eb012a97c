/**
 * A file that a program goes on writing: read to its end, again and again, through everything that becomes of log
 * files. It is never written to, locked or waited for, and what is read of it is given to a sink in order, once.
 *
 *   moved away, and a new one made   the old one to its end, then the new one from its beginning
 *   copied and emptied               from the beginning, also where it has grown past the old place meanwhile
 *   not there (yet), unreadable      tried again at every poll, said once
 *   read before by another process   behind the last line read then, in the old file first where it was moved away
 *
 * A file that was moved away is read on until the new one holds something: a program may write to the old one until
 * it is told to reopen. `poll` does one round; who calls it how often is the caller's.
 */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { messageOf } from '../../base/errors.js';
import { HEAD_BYTES, whereToGoOn, type Place, type Stretch } from './place.js';

/** Why reading began anew. */
export type Reopening = 'rotated' | 'truncated';

/** Takes what is read. */
export interface FollowSink {
  /** Bytes as they are in the file; may be reused after the call. */
  write(chunk: Uint8Array): void;
  /** Resolves when there is room for more. */
  ready(): Promise<void>;
  /** The file is open. */
  opened(): void;
  /** What comes next does not go on where the last byte ended. */
  reopened(why: Reopening): void;
  /** Something was written since `place` that is not found any more. */
  lost(): void;
  /** The file cannot be read: once for each new reason. */
  unreadable(problem: string): void;
}

/** What is followed, and from where. */
export interface FollowOptions {
  readonly path: string;
  /** Where to begin in a file that is there already. One that comes later is read from its beginning. */
  readonly from: 'begin' | 'end';
  /** Where reading stopped before, which counts more than `from`. */
  readonly place?: Place;
  readonly sink: FollowSink;
}

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** Follows one file. Never throws; polls do not overlap. */
export class FileFollower {
  readonly #options: FollowOptions;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #file: FileHandle | undefined;
  /** What tells the open file from another of the same name. */
  #identity = '';
  #position = 0;
  /** Where the line begins that has not ended yet. */
  #lineStart = 0;
  /** What is to be read before the file is followed. */
  #older: Stretch[] | undefined;
  /** How the open file began when it was last looked at. */
  #head: Buffer = Buffer.alloc(0);
  /** At the beginning of an emptied file, which may begin with a hole. */
  #mayBeHole = false;
  #isFirst = true;
  #problem = '';
  #polling: Promise<void> | undefined;
  #closed = false;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** Reads what there is. Resolves when the end is reached, or when nothing can be read now. */
  poll(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => (this.#polling = undefined));
    return this.#polling;
  }

  /** Where a later process is to go on; undefined while no file is open. */
  get place(): Place | undefined {
    if (this.#file === undefined) return undefined;
    return { identity: this.#identity, offset: this.#lineStart, head: this.#head.toString('base64') };
  }

  /** Reads what there still is and lets the file go. @returns where a later process is to go on */
  async close(): Promise<Place | undefined> {
    await this.poll();
    const { place } = this;
    this.#closed = true;
    await this.#release();
    return place;
  }

  async #poll(): Promise<void> {
    if (this.#closed) return;
    try {
      if (this.#isFirst && this.#options.place) await this.#goOn(this.#options.place);
      if (this.#file === undefined) await this.#open();
      if (this.#file === undefined) return;
      await this.#rewindIfEmptied();
      await this.#readToEnd();
      await this.#changeIfMoved();
      this.#problem = '';
    } catch (error) {
      this.#report(messageOf(error));
      await this.#release();
    }
  }

  /** Goes on where reading stopped; what was moved away meanwhile is read first. */
  async #goOn(place: Place): Promise<void> {
    const { path, sink } = this.#options;
    if (this.#older === undefined) {
      const { stretches, hasGap } = await whereToGoOn(path, place);
      this.#older = [...stretches];
      if (hasGap) sink.lost();
    }
    for (let next = this.#older[0]; next !== undefined; next = this.#older[0]) {
      this.#older.shift();
      const file = await open(next.path, 'r').catch(() => undefined);
      if (file === undefined) {
        sink.lost();
        continue;
      }
      await this.#take(file, next.offset);
      if (this.#older.length === 0) break;
      await this.#readToEnd();
      await this.#release();
      sink.reopened('rotated');
    }
    this.#isFirst = false;
  }

  async #open(): Promise<void> {
    const { path, from } = this.#options;
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      // A file that is made later is new to its first line.
      this.#isFirst = false;
      return this.#report(messageOf(error));
    }
    const found = await file.stat();
    if (!found.isFile()) {
      await file.close();
      return this.#report(`${path} is no regular file`);
    }
    await this.#take(file, this.#isFirst && from === 'end' ? found.size : 0);
    this.#isFirst = false;
  }

  async #take(file: FileHandle, offset: number): Promise<void> {
    const found = await file.stat();
    this.#file = file;
    this.#identity = `${found.dev}:${found.ino}`;
    this.#position = this.#lineStart = offset;
    this.#mayBeHole = false;
    this.#head = await this.#readHead();
    this.#options.sink.opened();
  }

  async #readToEnd(): Promise<void> {
    const { sink } = this.#options;
    for (;;) {
      const { bytesRead } = await this.#file!.read(this.#chunk, 0, CHUNK_BYTES, this.#position);
      if (bytesRead === 0) break;
      const newline = this.#chunk.subarray(0, bytesRead).lastIndexOf(NEWLINE);
      if (newline >= 0) this.#lineStart = this.#position + newline + 1;
      this.#position += bytesRead;
      const chunk = this.#behindHole(this.#chunk.subarray(0, bytesRead));
      if (chunk.length > 0) sink.write(chunk);
      await sink.ready();
      if (this.#closed) return;
    }
    if (this.#head.length < HEAD_BYTES) this.#head = await this.#readHead();
  }

  /** A program that does not append writes on at its old place in an emptied file, and leaves a hole before it. */
  #behindHole(chunk: Buffer): Buffer {
    if (!this.#mayBeHole) return chunk;
    const first = chunk.findIndex((byte) => byte !== 0);
    if (first < 0) return chunk.subarray(0, 0);
    this.#mayBeHole = false;
    return chunk.subarray(first);
  }

  /** Shorter than what was read, or with another beginning: somebody has emptied it, and it may have grown since. */
  async #rewindIfEmptied(): Promise<void> {
    const { size } = await this.#file!.stat();
    const isShorter = size < this.#position;
    if (!isShorter && (await this.#readHead(this.#head.length)).equals(this.#head)) return;
    this.#position = this.#lineStart = 0;
    this.#head = Buffer.alloc(0);
    this.#mayBeHole = true;
    this.#options.sink.reopened('truncated');
  }

  async #readHead(length = HEAD_BYTES): Promise<Buffer> {
    const wanted = Math.min(length, this.#position);
    const head = Buffer.alloc(wanted);
    if (wanted === 0) return head;
    const { bytesRead } = await this.#file!.read(head, 0, wanted, 0);
    return head.subarray(0, bytesRead);
  }

  async #changeIfMoved(): Promise<void> {
    const { path, sink } = this.#options;
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || `${found.dev}:${found.ino}` === this.#identity || found.size === 0) return;
    // Whatever came between the end that was read and the first byte of the new one.
    await this.#readToEnd();
    await this.#release();
    sink.reopened('rotated');
    await this.#open();
    if (this.#file !== undefined) await this.#readToEnd();
  }

  async #release(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }

  #report(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#options.sink.unreadable(problem);
  }
}
