/**
 * A spool in a journal of its own. Parcels are records; that the oldest ones are gone is a record too, so
 * that a restart begins where the receiver stopped answering, not at the beginning of a file.
 *
 *   parcel  0 | offered at, double | points, double | body         gone  1 | first sequence that waits, double
 *
 * The index of what waits is in memory (some 50 bytes a parcel), the bodies are on disk, one file of
 * them in memory while it is being sent. A record that the disk lost is counted as dropped.
 */
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { silentLogger, type Logger } from '../base/logger.js';
import type { JournalRecord } from '../journal/frame.js';
import { Journal } from '../journal/journal.js';
import type { JournalMeter } from '../journal/meter.js';
import type { Dropped, Spool, Stored } from './spool.js';
import type { BodyParcel } from './transport.js';

/** Where a spool is, and its bound. */
export interface JournalSpoolOptions {
  /** A folder of its own. */
  readonly folder: string;
  /** Most bytes that wait; the files take up to a quarter more. */
  readonly limitBytes: number;
  readonly clock: Pick<Clock, 'monoUs'>;
  readonly meter?: JournalMeter;
  readonly logger?: Logger;
}

interface Entry {
  readonly sequence: number;
  readonly points: number;
  readonly bytes: number;
}

const PARCEL = 0;
const GONE = 1;
const HEAD_BYTES = 17;
/** Most that may wait for the disk. */
const BUFFER_BYTES = 32 * 1024 * 1024;

/** Bodies on disk. */
export class JournalSpool implements Spool<BodyParcel> {
  readonly #journal: Journal;
  readonly #limitBytes: number;
  readonly #logger: Logger;
  readonly #entries: Entry[] = [];
  #points = 0;
  #bytes = 0;
  #dropped: Dropped = () => undefined;
  #reader: AsyncGenerator<JournalRecord, void> | undefined;
  #isHeld = false;
  /** The oldest, once it was read. */
  #head: { readonly sequence: number; readonly stored: Stored<BodyParcel> } | undefined;

  private constructor(journal: Journal, limitBytes: number, logger: Logger) {
    this.#journal = journal;
    this.#limitBytes = limitBytes;
    this.#logger = logger;
  }

  /**
   * Opens the folder and finds what waits there.
   * @throws QuorumscopeError `journal.locked`, `journal.unusable`
   */
  static async open(options: JournalSpoolOptions): Promise<JournalSpool> {
    const { folder, limitBytes, clock, meter, logger = silentLogger } = options;
    const journal = await Journal.open({
      folder,
      clock,
      segmentBytes: Math.max(16 * 1024, Math.min(4 * 1024 * 1024, Math.floor(limitBytes / 8))),
      bufferBytes: BUFFER_BYTES,
      logger,
      ...(meter === undefined ? {} : { meter }),
    });
    const spool = new JournalSpool(journal, limitBytes, logger);
    await spool.#recover();
    return spool;
  }

  get parcels(): number {
    return this.#entries.length;
  }

  get points(): number {
    return this.#points;
  }

  get bytes(): number {
    return this.#bytes;
  }

  tell(dropped: Dropped): void {
    this.#dropped = dropped;
    this.#makeRoom();
  }

  append(parcel: BodyParcel, offeredAtUs: number): 'spool_full' | 'spool_failed' | undefined {
    const record = Buffer.alloc(HEAD_BYTES + parcel.body.byteLength);
    if (record.length > this.#limitBytes) return 'spool_full';
    record[0] = PARCEL;
    record.writeDoubleLE(offeredAtUs, 1);
    record.writeDoubleLE(parcel.points, 9);
    record.set(parcel.body, HEAD_BYTES);
    const sequence = this.#journal.append(record);
    if (sequence === undefined) return 'spool_failed';
    this.#add({ sequence, points: parcel.points, bytes: record.length });
    this.#makeRoom();
    void this.#journal.flush();
    return undefined;
  }

  async peek(): Promise<Stored<BodyParcel> | undefined> {
    const oldest = this.#entries[0];
    if (oldest === undefined) return undefined;
    this.#isHeld = true;
    if (this.#head?.sequence === oldest.sequence) return this.#head.stored;
    try {
      return await this.#read();
    } catch (error) {
      this.#reader = undefined;
      this.#logger.error('a spool cannot be read, it is tried again', { error: messageOf(error) });
      return undefined;
    }
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#makeRoom();
  }

  remove(): void {
    this.#isHeld = false;
    if (this.#shift() === undefined) return;
    this.#head = undefined;
    this.#markGone();
  }

  /** Resolves when what was put in so far is on disk; false when the disk refuses. */
  async durable(): Promise<boolean> {
    return (await this.#journal.flush()).ok;
  }

  async close(): Promise<void> {
    await this.#reader?.return(undefined);
    await this.#journal.close();
  }

  /** The oldest from disk. What is asked for and not there is lost, and the next one is the oldest. */
  async #read(): Promise<Stored<BodyParcel> | undefined> {
    while (this.#entries.length > 0) {
      const isFresh = this.#reader === undefined;
      const end = this.#journal.nextSequence;
      if (this.#reader === undefined) {
        // Only what is durable can be read; when the disk refuses, it waits in memory.
        if (!(await this.#journal.flush()).ok) return undefined;
        this.#reader = this.#journal.read(this.#entries[0]!.sequence);
      }
      for await (const { sequence, payload } of endless(this.#reader)) {
        if (payload[0] !== PARCEL || sequence < this.#entries[0]!.sequence) continue;
        this.#lose(sequence);
        const stored = parcelOf(payload);
        this.#head = { sequence, stored };
        return stored;
      }
      this.#reader = undefined;
      if (isFresh) this.#lose(end);
    }
    return undefined;
  }

  /** Counts those before `sequence`, which the disk does not have any more. */
  #lose(sequence: number): void {
    while (this.#entries.length > 0 && this.#entries[0]!.sequence < sequence)
      this.#dropped('spool_failed', this.#shift()!.points);
  }

  /** The oldest make room, except one that is held: its receiver may have it by now. */
  #makeRoom(): void {
    const first = this.#isHeld ? 1 : 0;
    let isAny = false;
    while (this.#bytes > this.#limitBytes && this.#entries.length > first) {
      const [entry] = this.#entries.splice(first, 1);
      this.#points -= entry!.points;
      this.#bytes -= entry!.bytes;
      this.#dropped('spool_full', entry!.points);
      isAny = true;
    }
    if (isAny && !this.#isHeld) this.#markGone();
  }

  #add(entry: Entry): void {
    this.#entries.push(entry);
    this.#points += entry.points;
    this.#bytes += entry.bytes;
  }

  #shift(): Entry | undefined {
    const entry = this.#entries.shift();
    this.#points -= entry?.points ?? 0;
    this.#bytes -= entry?.bytes ?? 0;
    return entry;
  }

  /** States what waits now, and deletes the files in which nothing does. */
  #markGone(): void {
    const first = this.#entries[0]?.sequence ?? this.#journal.nextSequence;
    const record = Buffer.alloc(9);
    record[0] = GONE;
    record.writeDoubleLE(first, 1);
    this.#journal.append(record);
    // What is said to be gone must be durable before the files that it speaks of are deleted.
    void this.#journal.flush().then(({ ok }) => (ok ? this.#journal.removeBefore(first) : undefined));
  }

  async #recover(): Promise<void> {
    let first = 0;
    for await (const { sequence, payload } of this.#journal.read()) {
      if (payload[0] === GONE && payload.length === 9) first = payload.readDoubleLE(1);
      else if (payload[0] === PARCEL && payload.length >= HEAD_BYTES)
        this.#add({ sequence, points: payload.readDoubleLE(9), bytes: payload.length });
    }
    while (this.#entries.length > 0 && this.#entries[0]!.sequence < first) this.#shift();
  }
}

/** The same records; leaving the loop does not end the generator. */
async function* endless(reader: AsyncGenerator<JournalRecord, void>): AsyncGenerator<JournalRecord> {
  for (;;) {
    const next = await reader.next();
    if (next.done === true) return;
    yield next.value;
  }
}

function parcelOf(payload: Buffer): Stored<BodyParcel> {
  // A copy: the record is a view of its whole file.
  const body = Buffer.from(payload.subarray(HEAD_BYTES));
  const points = payload.readDoubleLE(9);
  return { offeredAtUs: payload.readDoubleLE(1), parcel: { body, points, bytes: body.length } };
}
