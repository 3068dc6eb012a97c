/**
 * The last minutes of raw lines, bounded in time and bytes, in chunks. Each chunk knows under which
 * `hello` the first line of each node stands, so that any chunks in a row, behind those hellos, are a
 * recording that `replay` takes. What is older leaves by whole chunks; a chunk that somebody else still
 * holds stays with them.
 *
 * A chunk: filling (raw) -> full, compressed by another thread -> packed (a gzip member, an eighth or less). Where lines come
 * faster than that, the newest are compressed, which stay longest; the others leave as they are.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../base/clock.js';
import { encodeEvent } from '../events/encode.js';
import type { HelloEvent } from '../events/vocabulary.js';
import { stampNode } from '../intake/node-stamp.js';
import type { Speaking, Tap } from '../intake/tap.js';

const CHUNK_BYTES = 256 * 1024;
const CHUNK_US = 10_000_000;
/** Lines between two looks at the clock. */
const LINES_PER_LOOK = 32;
/** The name of a node may have to be written into a line. */
const STAMP_UNITS = 2_000;
const NEWLINE = 0x0a;
/** The cheapest: whole nodes say megabytes a second. */
export const GZIP_LEVEL = 1;

/** So many at a time: a flood must not take every thread of the pool. */
const PACKED_AT_ONCE = 2;

const compress = promisify(gzip);

/** Some bytes of a recording. */
export interface RecordedPiece {
  readonly bytes: Buffer;
  /** Whether they are a gzip member already. */
  readonly isPacked: boolean;
}

/** Some lines in a row. */
export class LineChunk {
  readonly beginUs: number;
  endUs: number;
  lines = 0;
  /** Under which hello the first line of a node stands that did not say it in this chunk. */
  readonly introductions = new Map<string, HelloEvent>();
  /** Nodes that spoke in it, and the run under which. */
  readonly spoken = new Map<string, string>();
  #piece: RecordedPiece;
  #used = 0;
  #isPacked = false;
  #hasLeft = false;

  constructor(beginUs: number, size: number) {
    this.beginUs = beginUs;
    this.endUs = beginUs;
    this.#piece = { bytes: Buffer.allocUnsafeSlow(size), isPacked: false };
  }

  /** Bytes of memory. */
  get size(): number {
    return this.#piece.bytes.length;
  }

  /** Bytes of its lines. */
  get lineBytes(): number {
    return this.#used;
  }

  /** Whether it stays as it is: it was compressed, could not be, or has left the ring before it was. */
  get isReady(): boolean {
    return this.#isPacked || this.#hasLeft;
  }

  /** The ring lets go of it. */
  leave(): void {
    this.#hasLeft = true;
  }

  /** What was written so far. */
  get piece(): RecordedPiece {
    const { bytes, isPacked } = this.#piece;
    return isPacked ? this.#piece : { bytes: bytes.subarray(0, this.#used), isPacked };
  }

  /** Whether a line of so many UTF-16 units surely fits. */
  hasRoom(units: number): boolean {
    return this.#used + 3 * units < this.#piece.bytes.length;
  }

  add(line: string): void {
    const { bytes } = this.#piece;
    this.#used += bytes.write(line, this.#used, 'utf8');
    bytes[this.#used++] = NEWLINE;
    this.lines++;
  }

  /** Compresses it; no line is added any more. Never rejects: what cannot be compressed stays as it is. */
  async pack(): Promise<void> {
    const bytes = await compress(this.piece.bytes, { level: GZIP_LEVEL }).catch(() => undefined);
    this.#isPacked = true;
    if (bytes !== undefined) this.#piece = { bytes, isPacked: true };
  }
}

/** Bounds of the ring. */
export interface LineRingOptions {
  readonly clock: Clock;
  /** How far back lines are kept, microseconds. */
  readonly keepUs: number;
  /** Most bytes. */
  readonly maxBytes: number;
}

/** A tap that remembers. */
export class LineRing implements Tap {
  readonly #options: LineRingOptions;
  #chunks: LineChunk[] = [];
  /** Full and to be packed, the oldest first. */
  #full: LineChunk[] = [];
  #packing = 0;
  #waiting: (() => void)[] = [];
  #untilLook = 0;
  #nowUs: number;
  /** Hears of each chunk that begins. */
  onChunk: (chunk: LineChunk) => void = () => undefined;

  constructor(options: LineRingOptions) {
    this.#options = options;
    this.#nowUs = options.clock.nowUs();
  }

  line(line: string, speaking: Speaking | undefined): void {
    // Of whom nobody knows who said it, no replay can make anything.
    if (speaking === undefined) return;
    let chunk = this.#chunkFor(line);
    const { hello } = speaking;
    const run = chunk.spoken.get(hello.node);
    if (run !== hello.run) {
      // Another run without its hello: it is introduced at the beginning of a chunk.
      if (run !== undefined) chunk = this.#begin(line);
      chunk.introductions.set(hello.node, { ...hello, next_seq: speaking.nextSeq() });
      chunk.spoken.set(hello.node, hello.run);
    }
    chunk.add(stampNode(line, hello.node));
  }

  hello(line: string, { hello }: Speaking): void {
    const chunk = this.#chunkFor(line);
    chunk.spoken.set(hello.node, hello.run);
    chunk.add(stampNode(line, hello.node));
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#chunks.reduce((sum, { size }) => sum + size, 0);
  }

  /** Resolves when all chunks that are full are packed. */
  packed(): Promise<void> {
    return this.#packing === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** When the oldest chunk began; undefined when there is none. */
  get beginUs(): number | undefined {
    return this.#chunks[0]?.beginUs;
  }

  /** The chunks in which something at or after `fromUs` may be. */
  since(fromUs: number): LineChunk[] {
    return this.#chunks.filter((_chunk, index) => (this.#chunks[index + 1]?.beginUs ?? Infinity) >= fromUs);
  }

  /** Drops what is too old, also when no lines come. */
  expire(): void {
    this.#nowUs = this.#options.clock.nowUs();
    const { keepUs, maxBytes } = this.#options;
    let { bytes } = this;
    let count = 0;
    for (const { endUs, size } of this.#chunks) {
      if (count === this.#chunks.length - 1 || (bytes <= maxBytes && endUs >= this.#nowUs - keepUs)) break;
      bytes -= size;
      count++;
    }
    if (count > 0) for (const chunk of this.#chunks.splice(0, count)) chunk.leave();
  }

  #chunkFor(line: string): LineChunk {
    if (--this.#untilLook < 0) {
      this.#untilLook = LINES_PER_LOOK;
      this.#nowUs = this.#options.clock.nowUs();
    }
    const chunk = this.#chunks.at(-1);
    const isOver = chunk === undefined || this.#nowUs - chunk.beginUs > CHUNK_US;
    if (isOver || !chunk.hasRoom(line.length + STAMP_UNITS)) return this.#begin(line);
    chunk.endUs = this.#nowUs;
    return chunk;
  }

  #begin(line: string): LineChunk {
    const size = Math.max(CHUNK_BYTES, 3 * (line.length + STAMP_UNITS) + 2);
    const chunk = new LineChunk(this.#nowUs, size);
    const full = this.#chunks.at(-1);
    this.#chunks.push(chunk);
    this.expire();
    this.onChunk(chunk);
    if (full !== undefined) this.#full.push(full);
    this.#pack();
    return chunk;
  }

  #pack(): void {
    while (this.#packing < PACKED_AT_ONCE) {
      const newest = this.#full.pop();
      if (newest === undefined) break;
      // Those before it are older still.
      if (newest.isReady) this.#full.length = 0;
      else void this.#packOne(newest);
    }
    if (this.#packing === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #packOne(chunk: LineChunk): Promise<void> {
    this.#packing++;
    await chunk.pack();
    this.#packing--;
    this.#pack();
  }
}

/** Chunks as one recording, as they come: before a node's first line, the hello that is in force. */
export class Recording {
  readonly #runs = new Map<string, string>();

  /** What the next chunks add to it. */
  *of(chunks: Iterable<LineChunk>): Generator<RecordedPiece> {
    for (const chunk of chunks) {
      for (const [node, hello] of chunk.introductions)
        if (this.#runs.get(node) !== hello.run)
          yield { bytes: Buffer.from(`${encodeEvent(hello)}\n`), isPacked: false };
      for (const [node, run] of chunk.spoken) this.#runs.set(node, run);
      yield chunk.piece;
    }
  }
}
