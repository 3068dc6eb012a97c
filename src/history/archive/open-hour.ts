/**
 * The rows that are in no segment yet, unpacked from the journal. What lies before the last row that says everything, and is
 * older than what is asked for, is not unpacked; where such rows are is remembered, so that it is not even read. One file
 * is in memory at a time: the journal of an hour is as large as all else that a query needs.
 *
 * Changes nothing, and may be asked again while an answer is under way.
 */
import { FileMemory, readRecords } from './journal-files.js';
import { journalFolder } from './layout.js';
import { recordKinds } from './row-codec.js';
import { TickColumns } from './tick-columns.js';

/** Which part of the journal. */
export interface OpenPart {
  readonly generation: number;
  /** Every record below is in a segment. */
  readonly sealed: number;
}

/** What is asked for. */
export interface OpenRequest {
  /** Milliseconds since the epoch, both included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Numbers of the series. */
  readonly only: readonly number[];
}

/** A row that says everything. */
interface KeyRow {
  readonly sequence: number;
  readonly timeMs: number;
}

/** Bytes of records unpacked before others get a turn on the event loop: a millisecond or two. */
const BYTES_A_TURN = 64 * 1024;
const ROW_TIME_AT = 2;

/** The open hour of one archive. */
export class OpenHour {
  readonly #root: string;
  #generation = -1;
  #keys: readonly KeyRow[] = [];
  /** Whether a record is a row that says everything is known below this one. */
  #knownUpTo = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** The columns of some series. Rejects with the error of the system. */
  async unpack(part: OpenPart, { fromMs, toMs, only }: OpenRequest): Promise<TickColumns> {
    const folder = journalFolder(this.#root, part.generation);
    const memory = new FileMemory();
    const first = await this.#firstNeeded(folder, memory, part, fromMs);
    const columns = new TickColumns({ only, afterMs: fromMs - 1, untilMs: toMs });
    let unpacked = 0;
    for await (const record of readRecords(folder, first, memory)) {
      const applied = columns.take(record);
      if (applied.is === 'row' && applied.timeMs > toMs) break;
      unpacked += record.payload.length;
      if (unpacked < BYTES_A_TURN) continue;
      unpacked = 0;
      await new Promise(setImmediate);
    }
    return columns;
  }

  /** Where the last row is that says everything before `fromMs`; else the first record that is not sealed. */
  async #firstNeeded(
    folder: string,
    memory: FileMemory,
    { generation, sealed }: OpenPart,
    fromMs: number,
  ): Promise<number> {
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#keys = [];
      this.#knownUpTo = 0;
    }
    this.#keys = this.#keys.filter(({ sequence }) => sequence >= sealed);
    for await (const { sequence, payload } of readRecords(folder, Math.max(sealed, this.#knownUpTo), memory))
      this.#learn(generation, sequence, payload);
    const key = this.#keys.findLast(({ sequence, timeMs }) => sequence >= sealed && timeMs < fromMs);
    return key?.sequence ?? sealed;
  }

  #learn(generation: number, sequence: number, payload: Buffer): void {
    // Another question may have read this meanwhile, or more.
    if (generation !== this.#generation || sequence < this.#knownUpTo) return;
    this.#knownUpTo = sequence + 1;
    if (payload[0] !== recordKinds.key) return;
    this.#keys = [...this.#keys, { sequence, timeMs: payload.readDoubleLE(ROW_TIME_AT) }];
  }
}
