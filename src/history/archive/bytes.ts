/** Bytes that grow while they are written, and are read back in the same order. Numbers are little-endian. */

const HIGH = 128;

/** A buffer to write to; used again after `clear`. */
export class ByteSink {
  #bytes: Uint8Array;
  #view: DataView;
  #used = 0;

  constructor(capacity = 16_384) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written: a view that the next `clear` takes back. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  clear(): void {
    this.#used = 0;
  }

  byte(value: number): void {
    this.#ensure(1);
    this.#bytes[this.#used++] = value;
  }

  float(value: number): void {
    this.#ensure(8);
    this.#view.setFloat64(this.#used, value, true);
    this.#used += 8;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte. */
  unsigned(value: number): void {
    this.#ensure(8);
    let rest = value;
    while (rest >= HIGH) {
      this.#bytes[this.#used++] = (rest % HIGH) + HIGH;
      rest = Math.floor(rest / HIGH);
    }
    this.#bytes[this.#used++] = rest;
  }

  #ensure(more: number): void {
    if (this.#used + more <= this.#bytes.length) return;
    const grown = new Uint8Array(this.#bytes.length * 2);
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what a sink wrote. Beyond the end everything is 0 or NaN: whoever reads asks `isAtEnd`. */
export class ByteSource {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  float(): number {
    const at = this.#at;
    this.#at += 8;
    return at + 8 <= this.#bytes.length ? this.#view.getFloat64(at, true) : Number.NaN;
  }

  unsigned(): number {
    let byte = this.#bytes[this.#at++] ?? 0;
    if (byte < HIGH) return byte;
    let value = byte - HIGH;
    let factor = HIGH;
    do {
      byte = this.#bytes[this.#at++] ?? 0;
      value += (byte % HIGH) * factor;
      factor *= HIGH;
    } while (byte >= HIGH);
    return value;
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }
}
