/**
 * A ring of bytes in shared memory between one writer thread and one reader thread. Neither ever waits for
 * the other: a full ring takes less than it is offered, an empty one gives nothing.
 *
 *   header: [written | read | ended], each a 32-bit counter of bytes that wraps, on a cache line of its own
 *   body:   a power of two of bytes
 *
 * Invariant: 0 <= written - read <= capacity, modulo 2^32.
 */

const HEADER_BYTES = 192;
const WRITTEN = 0;
const READ = 16;
const ENDED = 32;

/** @param bytes rounded up to a power of two, at least 4 KiB, at most 1 GiB */
export function createRing(bytes: number): SharedArrayBuffer {
  const capacity = 2 ** Math.min(30, Math.max(12, Math.ceil(Math.log2(bytes))));
  return new SharedArrayBuffer(HEADER_BYTES + capacity);
}

/** The writer's end. */
export class RingWriter {
  readonly #counters: Int32Array;
  readonly #body: Uint8Array;

  constructor(ring: SharedArrayBuffer) {
    this.#counters = new Int32Array(ring, 0, HEADER_BYTES / 4);
    this.#body = new Uint8Array(ring, HEADER_BYTES);
  }

  /** Copies as much of `bytes` as there is room for. @returns how much that was */
  write(bytes: Uint8Array): number {
    const capacity = this.#body.length;
    const written = Atomics.load(this.#counters, WRITTEN);
    const filled = (written - Atomics.load(this.#counters, READ)) >>> 0;
    const count = Math.min(bytes.length, capacity - filled);
    const start = written & (capacity - 1);
    const first = Math.min(count, capacity - start);
    this.#body.set(first === bytes.length ? bytes : bytes.subarray(0, first), start);
    if (count > first) this.#body.set(bytes.subarray(first, count), 0);
    Atomics.store(this.#counters, WRITTEN, (written + count) | 0);
    return count;
  }

  /** Whether the reader has read everything. */
  get empty(): boolean {
    return Atomics.load(this.#counters, WRITTEN) === Atomics.load(this.#counters, READ);
  }

  /** Says that nothing more will be written. */
  end(): void {
    Atomics.store(this.#counters, ENDED, 1);
  }
}

/** The reader's end. */
export class RingReader {
  readonly #counters: Int32Array;
  readonly #body: Uint8Array;

  constructor(ring: SharedArrayBuffer) {
    this.#counters = new Int32Array(ring, 0, HEADER_BYTES / 4);
    this.#body = new Uint8Array(ring, HEADER_BYTES);
  }

  /** Moves bytes into `target`. @returns how many; 0 when there are none */
  read(target: Uint8Array): number {
    const capacity = this.#body.length;
    const read = Atomics.load(this.#counters, READ);
    const filled = (Atomics.load(this.#counters, WRITTEN) - read) >>> 0;
    const count = Math.min(target.length, filled);
    const start = read & (capacity - 1);
    const first = Math.min(count, capacity - start);
    target.set(this.#body.subarray(start, start + first), 0);
    if (count > first) target.set(this.#body.subarray(0, count - first), first);
    Atomics.store(this.#counters, READ, (read + count) | 0);
    return count;
  }

  /** Whether the writer has ended and everything is read. */
  get ended(): boolean {
    const ended = Atomics.load(this.#counters, ENDED) === 1;
    return ended && Atomics.load(this.#counters, WRITTEN) === Atomics.load(this.#counters, READ);
  }
}
