/** Provisional: chunk -> lines. */
import { MAX_LINE_BYTES } from './envelope.js';
import type { InvalidReason } from './problem.js';

export interface LineSink {
  line(line: string): void;
  problem(reason: InvalidReason, detail: string): void;
}

export class LineSplitter {
  readonly #sink: LineSink;
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #skipping = false;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  constructor(sink: LineSink) {
    this.#sink = sink;
  }
  write(chunk: Uint8Array): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(10, start);
      if (end < 0) break;
      this.#line(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start).slice());
  }
  end(): void {
    if (this.#restBytes > 0) this.#sink.problem('half_line', 'no newline');
    this.#rest = [];
    this.#restBytes = 0;
  }
  #keep(part: Uint8Array): void {
    if (this.#skipping) return;
    this.#rest.push(part);
    this.#restBytes += part.length;
    if (this.#restBytes > MAX_LINE_BYTES) {
      this.#rest = [];
      this.#restBytes = 0;
      this.#skipping = true;
      this.#sink.problem('oversize', 'too long');
    }
  }
  #line(part: Uint8Array): void {
    if (this.#skipping) {
      this.#skipping = false;
      return;
    }
    const bytes = this.#restBytes === 0 ? part : Buffer.concat([...this.#rest, part]);
    this.#rest = [];
    this.#restBytes = 0;
    if (bytes.length === 0) return;
    if (bytes.length > MAX_LINE_BYTES) return this.#sink.problem('oversize', 'too long');
    let line;
    try {
      line = this.#decoder.decode(bytes);
    } catch {
      return this.#sink.problem('invalid_utf8', 'not UTF-8');
    }
    this.#sink.line(line);
  }
}
