/**
 * Bytes to lines. Chunks end anywhere, also inside a character; the sink gets each whole line as a
 * string, in order, and a reason for each line that is none.
 *
 * A line ends at a newline; one carriage return before it is not part of it; empty lines are nothing.
 * Memory is bounded by MAX_LINE_BYTES however long a line goes on. Nothing of a chunk is kept.
 *
 * Lines are slices of the block that they arrived in: whoever keeps a piece of a line for long copies it.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { MAX_LINE_BYTES } from './envelope.js';
import { SLACK } from './line-reader.js';

/** What keeps a line from being one. */
export type LineProblem = 'oversize' | 'invalid_utf8' | 'half_line';

/** Takes what the splitter finds. Called while `write` or `end` runs. */
export interface LineSink {
  /** A whole line without its newline, never empty. */
  line(text: string): void;
  /**
   * Takes the line that begins at `start` without a text being made of it, where it can.
   * @param bytes ASCII, whole lines from `start` on, followed by SLACK bytes of any kind
   * @returns where the next line begins, or -1: the line is to come as a text
   */
  lineAt?(bytes: Buffer, start: number): number;
  /** A line that is lost, once per line. */
  problem(reason: LineProblem): void;
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Blocks are turned into strings up to this size, which is also what a kept slice may keep alive. */
const BLOCK_BYTES = 64 * 1024;

const nothing = Buffer.alloc(0);

/** Splits one stream. */
export class LineSplitter {
  readonly #sink: LineSink;
  /** The unfinished line: the first `#kept` bytes. */
  #rest = nothing;
  #kept = 0;
  /** The unfinished line is too long and has been reported: skip to its newline. */
  #skipping = false;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** Takes a chunk of the stream, which may be reused after the call. */
  write(chunk: Uint8Array): void {
    const bytes = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lastNewline = bytes.lastIndexOf(NEWLINE);
    if (lastNewline === -1) return this.#keep(bytes);
    let start = 0;
    if (this.#kept > 0 || this.#skipping) {
      const first = bytes.indexOf(NEWLINE);
      this.#keep(bytes.subarray(0, first));
      this.#finishRest();
      start = first + 1;
    }
    while (start <= lastNewline) {
      const end = endOfBlock(bytes, start, lastNewline);
      this.#block(bytes.subarray(start, end));
      start = end;
    }
    this.#keep(bytes.subarray(lastNewline + 1));
  }

  /**
   * The stream has ended. What is left without its newline is half a line, even if it would parse:
   * a connection may break anywhere. In a `complete` file it is the last line.
   */
  end(options: { readonly complete?: boolean } = {}): void {
    const isEmpty = this.#kept === 0 || (this.#kept === 1 && this.#rest[0] === CARRIAGE_RETURN);
    if (options.complete === true) this.#finishRest();
    else if (!isEmpty && !this.#skipping) this.#sink.problem('half_line');
    this.#forgetRest();
  }

  /** Whole lines: from the beginning of one to behind the newline of one. */
  #block(block: Buffer): void {
    if (isAscii(block)) this.#ascii(block);
    else if (isUtf8(block)) this.#lines(block.toString('utf8'), 3);
    else
      for (let start = 0; start < block.length;) {
        const end = block.indexOf(NEWLINE, start) + 1;
        const line = block.subarray(start, end);
        if (isUtf8(line)) this.#lines(line.toString('utf8'), 3);
        else this.#sink.problem(line.length - 1 > MAX_LINE_BYTES ? 'oversize' : 'invalid_utf8');
        start = end;
      }
  }

  /** One line that does not go without a text is seldom alone: what follows it in the block goes the same way. */
  #ascii(block: Buffer): void {
    const sink = this.#sink;
    let start = 0;
    if (sink.lineAt !== undefined) {
      const end = endOfRead(block);
      while (start < end) {
        const next = sink.lineAt(block, start);
        if (next < 0) break;
        start = next;
      }
    }
    if (start < block.length) this.#lines(block.toString('latin1', start), 1);
  }

  /** @param width bytes that a character may stand for */
  #lines(text: string, width: number): void {
    const sink = this.#sink;
    for (let start = 0; start < text.length;) {
      const newline = text.indexOf('\n', start);
      const length = newline - start;
      const end = length > 0 && text.charCodeAt(newline - 1) === CARRIAGE_RETURN ? newline - 1 : newline;
      if (length * width > MAX_LINE_BYTES && Buffer.byteLength(text.slice(start, newline)) > MAX_LINE_BYTES)
        sink.problem('oversize');
      else if (end > start) sink.line(text.slice(start, end));
      start = newline + 1;
    }
  }

  /** Adds to the unfinished line, or gives it up. */
  #keep(bytes: Buffer): void {
    if (this.#skipping || bytes.length === 0) return;
    const kept = this.#kept + bytes.length;
    if (kept > MAX_LINE_BYTES) {
      this.#forgetRest();
      this.#skipping = true;
      this.#sink.problem('oversize');
      return;
    }
    if (kept > this.#rest.length) {
      const larger = Buffer.allocUnsafe(Math.max(4096, 2 * kept));
      this.#rest.copy(larger, 0, 0, this.#kept);
      this.#rest = larger;
    }
    bytes.copy(this.#rest, this.#kept);
    this.#kept = kept;
  }

  /** The newline of the unfinished line has come. */
  #finishRest(): void {
    if (this.#kept > 0) {
      const line = this.#rest.subarray(0, this.#kept);
      if (!isUtf8(line)) this.#sink.problem('invalid_utf8');
      else this.#lines(`${line.toString('utf8')}\n`, 1);
    }
    this.#forgetRest();
  }

  #forgetRest(): void {
    this.#kept = 0;
    this.#skipping = false;
    if (this.#rest.length > BLOCK_BYTES) this.#rest = nothing;
  }
}

/** Lines that begin before this have the bytes behind them that reading in place looks at. */
function endOfRead(block: Buffer): number {
  const lastNewline = block.buffer.byteLength - block.byteOffset - 1 - SLACK;
  if (lastNewline >= block.length - 1) return block.length;
  return lastNewline < 0 ? 0 : block.lastIndexOf(NEWLINE, lastNewline) + 1;
}

/** Behind the last newline within a block's size, or behind the first where the line is longer. */
function endOfBlock(bytes: Buffer, start: number, lastNewline: number): number {
  if (lastNewline - start < BLOCK_BYTES) return lastNewline + 1;
  const newline = bytes.lastIndexOf(NEWLINE, start + BLOCK_BYTES);
  return (newline >= start ? newline : bytes.indexOf(NEWLINE, start)) + 1;
}
