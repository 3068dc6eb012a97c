/**
 * An append-only log of opaque records in a folder of its own: what evidence, history, alert state and
 * spools are kept in. `append` takes a record into memory, `flush` makes everything appended so far
 * durable; flushes asked for while one is under way share the next one's fsync.
 *
 * Nothing here throws once the journal is open, and nothing waits for the disk on the event loop. What
 * cannot be written stays in memory, up to a bound, and is tried again with the next flush: a full disk
 * is a result that the owner counts. After a failed fsync the bytes are written anew, because the kernel
 * may have dropped them.
 *
 *   append -> pending (memory) -> flush: write, fsync -> segment 0000000000000000.log, ...
 */
import type { Clock } from '../base/clock.js';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { silentLogger, type Logger } from '../base/logger.js';
import { diskFiles, type JournalFile, type JournalFiles } from './files.js';
import { lockFolder, type FolderLock } from './folder-lock.js';
import { HEADER_BYTES, scanFrames, type JournalRecord } from './frame.js';
import { silentMeter, type JournalMeter } from './meter.js';
import { PendingFrames, type Batch } from './pending-frames.js';
import { recover, segmentPath, type Segment } from './recovery.js';

/** Where a journal is, and its bounds. */
export interface JournalOptions {
  /** Created where it is absent; nothing else may be kept in it. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'monoUs'>;
  /** A segment that has reached this size is followed by a new one. Default 8 MiB. */
  readonly segmentBytes?: number;
  /** The oldest segments beyond this size are deleted, the newest never. Default: none is. */
  readonly retainBytes?: number;
  /** Most bytes that may wait for the disk. Default 4 MiB. */
  readonly bufferBytes?: number;
  readonly meter?: JournalMeter;
  readonly logger?: Logger;
  /** The disk; another one in tests. */
  readonly files?: JournalFiles;
}

/** How a flush ended. */
export type FlushResult =
  { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string };

const DURABLE: FlushResult = { ok: true };
const DEFAULT_SEGMENT_BYTES = 8 * 1024 * 1024;
const DEFAULT_BUFFER_BYTES = 4 * 1024 * 1024;

/** States: open -> closed. */
export class Journal {
  readonly #options: JournalOptions;
  readonly #files: JournalFiles;
  readonly #meter: JournalMeter;
  readonly #lock: FolderLock;
  readonly #pending: PendingFrames;
  readonly #segments: Segment[];
  /** The last segment, where it is open for writing. */
  #file: JournalFile | undefined;
  #nextSequence: number;
  #wantsNewSegment = false;
  #isFailing = false;
  #isClosed = false;
  #running: Promise<unknown> | undefined;
  /** The flush that has not begun yet: whoever asks now is part of it. */
  #gathering: Promise<FlushResult> | undefined;

  private constructor(
    options: JournalOptions,
    lock: FolderLock,
    { segments, nextSequence }: { segments: Segment[]; nextSequence: number },
  ) {
    this.#options = options;
    this.#files = options.files ?? diskFiles;
    this.#meter = options.meter ?? silentMeter;
    this.#lock = lock;
    this.#segments = segments;
    this.#nextSequence = nextSequence;
    this.#pending = new PendingFrames(options.bufferBytes ?? DEFAULT_BUFFER_BYTES);
    this.#measure();
  }

  /**
   * Locks the folder, reads all of it and mends what is broken.
   * @throws QuorumscopeError `journal.locked` while another process has it, `journal.unusable` when the
   *   folder cannot be made, read or mended
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const { folder, files = diskFiles, meter = silentMeter, logger = silentLogger } = options;
    let lock: FolderLock | undefined;
    try {
      await files.makeFolder(folder);
      lock = await lockFolder(folder, logger);
      return new Journal(options, lock, await recover({ folder, files, meter }));
    } catch (error) {
      await lock?.release();
      if (error instanceof QuorumscopeError) throw error;
      throw new QuorumscopeError(
        'journal.unusable',
        'configuration',
        `cannot keep a journal in ${folder}: ${messageOf(error)}`,
        { details: { folder }, cause: error },
      );
    }
  }

  /** Sequence of the next record; records that were lost leave holes, and none is used twice. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** The lowest sequence that may still be there. */
  get firstSequence(): number {
    return this.#segments[0]?.base ?? this.#nextSequence;
  }

  /**
   * Takes a record; it is durable once a flush asked for afterwards says so. Its bytes are copied.
   * @returns its sequence, or undefined when there is no room for it (counted)
   */
  append(payload: Uint8Array): number | undefined {
    const reason = this.#isClosed ? 'closed' : this.#pending.add(this.#nextSequence, payload);
    if (reason !== undefined) {
      this.#meter.refused(reason);
      return undefined;
    }
    this.#meter.appended(HEADER_BYTES + payload.length);
    return this.#nextSequence++;
  }

  /** Makes everything appended so far durable. Never rejects; what failed is tried again by the next flush. */
  flush(): Promise<FlushResult> {
    this.#gathering ??= this.#flushAfter(this.#running);
    return this.#gathering;
  }

  /** The next flush begins a new segment, so that `removeBefore` can delete everything before it. */
  startSegment(): void {
    this.#wantsNewSegment = true;
  }

  /** Deletes the segments all of whose records are below `sequence`. Never rejects. */
  async removeBefore(sequence: number): Promise<void> {
    await this.#remove(() => (this.#segments[1]?.base ?? -1) <= sequence && this.#segments.length > 1);
  }

  /**
   * Durable records from sequence `from` on, in order, one segment in memory at a time. A segment that is
   * deleted meanwhile is left out.
   * @throws what the system throws when a segment cannot be read
   */
  async *read(from = 0): AsyncGenerator<JournalRecord> {
    for (const [index, { path, bytes }] of [...this.#segments].entries()) {
      const next = this.#segments[index + 1];
      if (next !== undefined && next.base <= from) continue;
      const content = await this.#files.read(path).catch(unlessAbsent);
      if (content === undefined) continue;
      for (const record of scanFrames(content.subarray(0, bytes)).records)
        if (record.sequence >= from) yield record;
    }
  }

  /** Flushes, closes and unlocks. Later records are refused. */
  async close(): Promise<FlushResult> {
    const result = await this.flush();
    if (this.#isClosed) return result;
    this.#isClosed = true;
    await this.#running;
    await this.#closeFile();
    await this.#lock.release();
    return result;
  }

  async #flushAfter(running: Promise<unknown> | undefined): Promise<FlushResult> {
    const mine = (async () => {
      // Also when nothing runs: what is appended in this turn of the loop comes along.
      await running;
      this.#gathering = undefined;
      return this.#commit();
    })();
    this.#running = mine;
    return mine;
  }

  async #commit(): Promise<FlushResult> {
    const batch = this.#pending.take();
    if (batch === undefined) return DURABLE;
    const { clock } = this.#options;
    const beganUs = clock.monoUs();
    try {
      await this.#write(batch);
    } catch (error) {
      return this.#failed(batch, error);
    }
    this.#pending.done(batch);
    this.#isFailing = false;
    this.#meter.flushed(batch.bytes, Math.max(0, clock.monoUs() - beganUs) / 1e6);
    const { retainBytes = Infinity } = this.#options;
    await this.#remove(() => this.#segments.length > 1 && this.#bytes() > retainBytes);
    this.#measure();
    return DURABLE;
  }

  async #write(batch: Batch): Promise<void> {
    const segment = await this.#writable(batch.firstSequence);
    const file = this.#file!;
    let position = segment.bytes;
    const [only, ...more] = batch.frames;
    // The usual case, and that of whoever waits: each step costs a turn of the event loop, however long that is.
    if (more.length === 0) await file.writeDurably(only!, position);
    else {
      for (const frames of batch.frames) {
        await file.write(frames, position);
        position += frames.length;
      }
      await file.sync();
    }
    segment.bytes += batch.frames.reduce((sum, { length }) => sum + length, 0);
  }

  /** The segment to write to, open. */
  async #writable(firstSequence: number): Promise<Segment> {
    const { folder, segmentBytes = DEFAULT_SEGMENT_BYTES } = this.#options;
    const last = this.#segments.at(-1);
    const isFull = last !== undefined && last.bytes >= (this.#wantsNewSegment ? 1 : segmentBytes);
    if (last !== undefined && !isFull) {
      this.#wantsNewSegment = false;
      if (this.#file !== undefined) return last;
      this.#file = await this.#files.open(last.path, false);
      // What a failed write left behind would be read as records after the next crash.
      await this.#file.truncate(last.bytes);
      return last;
    }
    await this.#closeFile();
    const segment = { base: firstSequence, path: segmentPath(folder, firstSequence), bytes: 0 };
    this.#file = await this.#files.open(segment.path, true);
    await this.#files.syncFolder(folder);
    this.#wantsNewSegment = false;
    this.#segments.push(segment);
    return segment;
  }

  async #failed(batch: Batch, error: unknown): Promise<FlushResult> {
    this.#pending.putBack(batch);
    await this.#closeFile();
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const message = messageOf(error);
    this.#meter.failed(code);
    const { logger = silentLogger, folder } = this.#options;
    if (!this.#isFailing)
      logger.error('the journal cannot be written, it is tried again', { folder, message });
    this.#isFailing = true;
    return { ok: false, code, message };
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }

  async #remove(isOld: () => boolean): Promise<void> {
    let removed = 0;
    while (isOld()) {
      const [oldest] = this.#segments.splice(0, 1);
      removed++;
      // A file that stays is found again, and deleted, when the journal is opened the next time.
      await this.#files.remove(oldest!.path).catch(() => undefined);
    }
    if (removed === 0) return;
    this.#meter.removed(removed);
    this.#measure();
  }

  #bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #measure(): void {
    this.#meter.size(this.#segments.length, this.#bytes());
  }
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
