/**
 * A file that lines are appended to, with bounded memory in front of it and bounded size: a full file
 * becomes `<path>.1`, that one `<path>.2`, and the last is removed.
 *
 * Whoever appends never waits and never hears of an error: lines that cannot be kept are counted, and
 * the next ones are tried again. One write is under way at a time; what arrives meanwhile is the next one.
 * Lines wait as bytes, in pieces: kept as strings they would hold all that they were cut from.
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
  /** Most bytes waiting for the disk. */
  readonly bufferBytes: number;
}

const PIECE_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** Lines that are written at once. */
interface Batch {
  /** Whether these lines begin a new file. */
  readonly rotates: boolean;
  /** None until the first line. */
  bytes?: Buffer;
  used: number;
  lines: number;
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
  #spare: Buffer | undefined;
  #waitingBytes = 0;
  #fileBytes = 0;
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
    return this.#fileBytes >= this.#options.maxBytes;
  }

  /** What is appended from now on goes to a new file. */
  rotate(): void {
    this.#fileBytes = 0;
    this.#batches.push({ rotates: true, used: 0, lines: 0 });
  }

  /** Takes a line without its newline. @returns false when there was no room for it */
  append(line: string): boolean {
    if (this.#closed || this.#waitingBytes + line.length > this.#options.bufferBytes) {
      this.#lostFull.add();
      this.#onLoss();
      return false;
    }
    const batch = this.#batchFor(line);
    const before = batch.used;
    batch.used += batch.bytes.write(line, before, 'utf8');
    batch.bytes[batch.used++] = NEWLINE;
    batch.lines++;
    this.#waitingBytes += batch.used - before;
    this.#fileBytes += batch.used - before;
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
      try {
        await this.#write(batch);
        this.#isFailing = false;
      } catch (error) {
        await this.#fail(batch, error);
      }
      this.#waitingBytes -= batch.used;
      if (batch.bytes?.length === PIECE_BYTES) this.#spare = batch.bytes;
    }
    this.#writing = undefined;
  }

  /** The last batch, or another where this line might find no room in it. */
  #batchFor(line: string): Batch & { bytes: Buffer } {
    // A UTF-16 unit is at most three bytes.
    const most = 3 * line.length + 1;
    let batch = this.#batches.at(-1);
    if (batch === undefined || (batch.bytes !== undefined && batch.used + most > batch.bytes.length))
      this.#batches.push((batch = { rotates: false, used: 0, lines: 0 }));
    batch.bytes ??= this.#pieceOf(most);
    return batch as Batch & { bytes: Buffer };
  }

  #pieceOf(most: number): Buffer {
    const spare = this.#spare;
    if (most > PIECE_BYTES || spare === undefined) return Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, most));
    this.#spare = undefined;
    return spare;
  }

  async #write({ bytes, used, lines, rotates }: Batch): Promise<void> {
    if (rotates) await this.#rotateFiles();
    this.#file ??= await this.#open();
    if (bytes === undefined) return;
    await this.#file.appendFile(bytes.subarray(0, used));
    this.#written.add(lines);
    this.#bytes.add(used);
  }

  async #open(): Promise<FileHandle> {
    const { path } = this.#options;
    await mkdir(dirname(path), { recursive: true });
    // The recording holds whatever the nodes said: nobody else's to read.
    const file = await open(path, 'a+', 0o600);
    const { size } = await file.stat();
    this.#fileBytes += size;
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
    this.#lostError.add(batch.lines);
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
