/**
 * Numbers as both formats spell them, written as bytes: the shortest decimal that reads back as the
 * same double. Integers and whatever 15 or 16 digits can tell are written by hand; the rest takes the
 * engine's own conversion, which costs five times as much.
 */
import { numberText } from '../../metrics/number-text.js';

const ZERO = 48;
const MINUS = 45;
const POINT = 46;
const LONGEST = 32;
/** First and second digit of 0 to 99. */
const TENS = Uint8Array.from({ length: 100 }, (_, pair) => ZERO + Math.floor(pair / 10));
const ONES = Uint8Array.from({ length: 100 }, (_, pair) => ZERO + (pair % 10));
/** Below it the shortest spelling has an exponent. */
const SMALLEST_PLAIN = 1e-6;
/** The powers of ten that doubles hold exactly. */
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

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
      const end = magnitude >= SMALLEST_PLAIN ? this.#decimal(magnitude, start) : 0;
      if (end > 0) return (this.#length = end);
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

  /**
   * Writes a fraction that at most 16 digits tell, and returns its end; 0 when it takes more. Both
   * factors of the division are exact and division rounds correctly, so a quotient that is the
   * value itself proves that these digits read back as the value.
   */
  #decimal(magnitude: number, at: number): number {
    const whole = Math.floor(magnitude);
    const wholeDigits = whole < 1e9 ? (whole < 1 ? leadingZeros(magnitude) : countDigits(whole)) : 10;
    if (wholeDigits === 10) return 0;
    // Most fractions are microseconds or ratios: few digits to try, few to write.
    let places = 6;
    let scaled = Math.round(magnitude * 1e6);
    if (scaled > 1e15 || scaled / 1e6 !== magnitude) {
      places = 15 - wholeDigits;
      scaled = Math.round(magnitude * POWERS[places]!);
      if (scaled / POWERS[places]! !== magnitude) {
        places++;
        scaled = Math.round(magnitude * POWERS[places]!);
        if (scaled > Number.MAX_SAFE_INTEGER || scaled / POWERS[places]! !== magnitude) return 0;
      }
    }
    let end = this.#integer(whole, at);
    this.#bytes[end++] = POINT;
    end = this.#digits(scaled - whole * POWERS[places]!, end, places);
    while (this.#bytes[end - 1] === ZERO) end--;
    return end;
  }

  /** Writes exactly `count` digits of a safe integer that has no more. */
  #digits(value: number, at: number, count: number): number {
    if (count > 9) {
      const high = Math.floor(value / 1e9);
      return this.#digits(value - high * 1e9, this.#digits(high, at, count - 9), 9);
    }
    const bytes = this.#bytes;
    let rest = value | 0;
    let i = at + count;
    for (; i >= at + 2; i -= 2) {
      const hundredth = (rest / 100) | 0;
      const pair = rest - hundredth * 100;
      bytes[i - 2] = TENS[pair]!;
      bytes[i - 1] = ONES[pair]!;
      rest = hundredth;
    }
    if (i > at) bytes[at] = ZERO + rest;
    return at + count;
  }
}

/** Minus the zeros that a magnitude in [1e-6, 1) has after its point. */
function leadingZeros(magnitude: number): number {
  if (magnitude >= 1e-2) return magnitude >= 1e-1 ? 0 : -1;
  if (magnitude >= 1e-4) return magnitude >= 1e-3 ? -2 : -3;
  return magnitude >= 1e-5 ? -4 : -5;
}

function countDigits(value: number): number {
  if (value < 1e4) return value < 1e2 ? (value < 10 ? 1 : 2) : value < 1e3 ? 3 : 4;
  if (value < 1e6) return value < 1e5 ? 5 : 6;
  return value < 1e8 ? (value < 1e7 ? 7 : 8) : 9;
}
