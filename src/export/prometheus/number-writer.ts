/**
 * Numbers as both formats spell them, written as bytes: the shortest decimal that reads back as the
 * same double. Integers and decimals of up to six places, which is what most series hold, are written
 * by hand; the rest takes the engine's own conversion.
 */

const ZERO = 48;
const MINUS = 45;
const POINT = 46;
const LONGEST = 32;

/** The spelling of `value`: `NaN`, `+Inf`, `-Inf`, or JavaScript's shortest decimal. */
export function numberText(value: number): string {
  if (value - value === 0) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** Formats one number at a time into its own bytes. */
export class NumberWriter {
  readonly #bytes = new Uint8Array(LONGEST);
  #length = 0;

  /** Formats `value` and returns how many bytes it takes. Negative zero is `0`. */
  format(value: number): number {
    const magnitude = value < 0 ? -value : value;
    if (magnitude <= Number.MAX_SAFE_INTEGER) {
      const start = this.#sign(value);
      if (magnitude === Math.floor(magnitude)) return (this.#length = this.#integer(magnitude, start));
      const millionths = Math.round(magnitude * 1e6);
      // Division rounds correctly, so a quotient that is the value itself proves that these (at most
      // 15) digits read back as the value; and no shorter ones could.
      if (millionths < 1e15 && millionths / 1e6 === magnitude) {
        return (this.#length = this.#decimal(millionths, start));
      }
    }
    const text = numberText(value);
    for (let i = 0; i < text.length; i++) this.#bytes[i] = text.charCodeAt(i);
    return (this.#length = text.length);
  }

  /** Writes the number formatted last to `target`, which has room for it, and returns its end. */
  copyTo(target: Uint8Array, at: number): number {
    const bytes = this.#bytes;
    const length = this.#length;
    for (let i = 0; i < length; i++) target[at + i] = bytes[i]!;
    return at + length;
  }

  #sign(value: number): number {
    if (!(value < 0)) return 0;
    this.#bytes[0] = MINUS;
    return 1;
  }

  /** Writes a safe integer >= 0 and returns its end. */
  #integer(value: number, at: number): number {
    if (value < 1e9) return this.#digits(value, at, countDigits(value));
    const high = Math.floor(value / 1e9);
    const afterHigh = high < 1e9 ? this.#digits(high, at, countDigits(high)) : this.#integer(high, at);
    return this.#digits(value - high * 1e9, afterHigh, 9);
  }

  /** Writes millionths / 1e6 without trailing zeros; there is a fraction. */
  #decimal(millionths: number, at: number): number {
    const whole = Math.floor(millionths / 1e6);
    let end = this.#integer(whole, at);
    this.#bytes[end++] = POINT;
    end = this.#digits(millionths - whole * 1e6, end, 6);
    while (this.#bytes[end - 1] === ZERO) end--;
    return end;
  }

  /** Writes exactly `count` digits of a value below 1e9. */
  #digits(value: number, at: number, count: number): number {
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let i = at + count - 1; i >= at; i--) {
      const tenth = (rest / 10) | 0;
      bytes[i] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    return at + count;
  }
}

function countDigits(value: number): number {
  if (value < 1e4) return value < 1e2 ? (value < 10 ? 1 : 2) : value < 1e3 ? 3 : 4;
  if (value < 1e6) return value < 1e5 ? 5 : 6;
  return value < 1e8 ? (value < 1e7 ? 7 : 8) : 9;
}
