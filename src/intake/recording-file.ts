/**
 * A file that lines are appended to, with bounded memory in front of it and bounded size: a full file
 * becomes `<path>.1`, that one `<path>.2`, and the last is removed.
 *
 * Whoever appends never waits and never hears of an error: lines that cannot be kept are counted, and
 * the next ones are tried again. One write is under way at a time; what arrives meanwhile is the next one.
 */
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { Board } from '../metrics/board.js';
import type { Counter } from '../metrics/series.js';
import { recorderMetrics } from './catalogue.js';

/** Where lines go, and its bounds. */
export interface RecordingFileOptions {
  readonly path: string;
  /** A file that has reached this size is rotated. */
  readonly maxBytes: number;
  /** Rotated files kept beside the current one. */
  readonly keep: number;
  /** Most characters waiting for the disk. */
  readonly bufferCharacters: number;
}

interface Batch {
  readonly lines: string[];
  /** Whether these lines begin a new file. */
  readonly rotates: boolean;
}

/** States: idle <-> writing -> closed. */
export class RecordingFile {
  readonly #options: RecordingFileOptions;
  readonly #logger: Logger;
  readonly #written: Counter;
  readonly #bytes: Counter;
  readonly #lostFull: Counter;
  readonly #lostError: Counter;
  readonly #onLoss: () => void;
  readonly #batches: Batch[] = [];
  #waitingCharacters = 0;
  #fileCharacters = 0;
  #file: FileHandle | undefined;
  #writing: Promise<void> | undefined;
  #isFailing = false;
  #closed = false;

  /** @param onLoss called when lines were lost, so that the next ones can be made to stand alone */
  constructor(options: RecordingFileOptions, board: Board, logger: Logger, onLoss: () => void) {
    this.#options = options;
    this.#logger = logger;
    this.#onLoss = onLoss;
    this.#written = board.counter(recorderMetrics.lines).at();
    this.#bytes = board.counter(recorderMetrics.bytes).at();
    this.#lostFull = board.counter(recorderMetrics.lost).at('full');
    this.#lostError = board.counter(recorderMetrics.lost).at('error');
  }

  /** Whether the current file has its full size: what is appended after `rotate` begins a new one. */
  get isFull(): boolean {
    return this.#fileCharacters >= this.#options.maxBytes;
  }

  /** What is appended from now on goes to a new file. */
  rotate(): void {
    this.#fileCharacters = 0;
    this.#batches.push({ lines: [], rotates: true });
  }

  /** Takes a line without its newline. @returns false when there was no room for it */
  append(line: string): boolean {
    if (this.#closed || this.#waitingCharacters + line.length > this.#options.bufferCharacters) {
      this.#lostFull.add();
      this.#onLoss();
      return false;
    }
    if (this.#batches.length === 0) this.#batches.push({ lines: [], rotates: false });
    this.#batches.at(-1)!.lines.push(line);
    this.#waitingCharacters += line.length;
    this.#fileCharacters += line.length + 1;
    this.#writing ??= this.#writeAll();
    return true;
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
  }

  async #writeAll(): Promise<void> {
    // Let the lines of this turn come together first.
    await new Promise(setImmediate);
    for (let batch = this.#batches.shift(); batch !== undefined; batch = this.#batches.shift()) {
      for (const line of batch.lines) this.#waitingCharacters -= line.length;
      try {
        await this.#write(batch);
        this.#isFailing = false;
      } catch (error) {
        await this.#fail(batch, error);
      }
    }
    this.#writing = undefined;
  }

  async #write({ lines, rotates }: Batch): Promise<void> {
    if (rotates) await this.#rotateFiles();
    this.#file ??= await this.#open();
    if (lines.length === 0) return;
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    await this.#file.appendFile(bytes);
    this.#written.add(lines.length);
    this.#bytes.add(bytes.length);
  }

  async #open(): Promise<FileHandle> {
    const { path } = this.#options;
    await mkdir(dirname(path), { recursive: true });
    // The recording holds whatever the nodes said: nobody else's to read.
    const file = await open(path, 'a+', 0o600);
    const { size } = await file.stat();
    this.#fileCharacters += size;
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    // A process that was killed may have left half a line.
    if (size > 0 && last[0] !== 0x0a) await file.appendFile('\n');
    return file;
  }

  async #rotateFiles(): Promise<void> {
    const { path, keep } = this.#options;
    await this.#file?.close();
    this.#file = undefined;
    await rm(keep === 0 ? path : `${path}.${keep}`, { force: true });
    for (let i = keep - 1; i >= 0; i--) {
      await rename(i === 0 ? path : `${path}.${i}`, `${path}.${i + 1}`).catch(ignoreAbsent);
    }
  }

  async #fail(batch: Batch, error: unknown): Promise<void> {
    this.#lostError.add(batch.lines.length);
    this.#onLoss();
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
    if (this.#isFailing) return;
    this.#isFailing = true;
    const { path } = this.#options;
    this.#logger.error('the recording cannot be written', { path, error: messageOf(error) });
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
