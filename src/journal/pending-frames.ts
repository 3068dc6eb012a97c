/**
 * Frames that wait for the disk: in few large buffers, because many records are written at once, and
 * bounded, because the disk may be full for days. What is being written counts as waiting.
 */
import { HEADER_BYTES, writeFrame } from './frame.js';
import type { Refusal } from './meter.js';

const CHUNK_BYTES = 64 * 1024;

/** What one flush writes. */
export interface Batch {
  readonly frames: readonly Buffer[];
  readonly bytes: number;
  /** Sequence of its first record. */
  readonly firstSequence: number;
}

/** In order of their sequence. */
export class PendingFrames {
  readonly #limit: number;
  #full: Buffer[] = [];
  #chunk: Buffer = Buffer.alloc(0);
  #used = 0;
  #firstSequence: number | undefined;
  /** All bytes that are not durable. */
  #bytes = 0;
  #taken = 0;

  /** @param limit most bytes, headers included */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Copies a record; returns why it cannot, if so. */
  add(sequence: number, payload: Uint8Array): Refusal | undefined {
    const size = HEADER_BYTES + payload.length;
    if (size > this.#limit) return 'oversize';
    if (this.#bytes + size > this.#limit) return 'full';
    if (this.#used + size > this.#chunk.length) this.#grow(size);
    this.#used = writeFrame(this.#chunk, this.#used, sequence, payload);
    this.#bytes += size;
    this.#firstSequence ??= sequence;
    return undefined;
  }

  /** Everything that waits, to be given back by `done` or `putBack`; undefined when nothing does. */
  take(): Batch | undefined {
    if (this.#firstSequence === undefined) return undefined;
    this.#endChunk();
    const batch = {
      frames: this.#full,
      bytes: this.#bytes - this.#taken,
      firstSequence: this.#firstSequence,
    };
    this.#taken = this.#bytes;
    this.#full = [];
    this.#firstSequence = undefined;
    return batch;
  }

  /** The batch is durable. */
  done(batch: Batch): void {
    this.#bytes -= batch.bytes;
    this.#taken -= batch.bytes;
  }

  /** The batch was not written: it waits again, before all others. */
  putBack(batch: Batch): void {
    this.#full = [...batch.frames, ...this.#full];
    this.#firstSequence = batch.firstSequence;
    this.#taken -= batch.bytes;
  }

  #grow(size: number): void {
    this.#endChunk();
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, size));
  }

  #endChunk(): void {
    if (this.#used > 0) this.#full.push(this.#chunk.subarray(0, this.#used));
    this.#chunk = this.#chunk.subarray(this.#used);
    this.#used = 0;
  }
}
