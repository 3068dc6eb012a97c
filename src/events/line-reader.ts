/**
 * Reads the values of canonical lines from their bytes, for the generated scanners: where the bytes arrived,
 * or from a buffer of its own, into which a text is copied, because reading bytes costs a third of reading
 * characters of a string.
 *
 * Every reader leaves `at` behind the value, or says "not plain": then the line goes to `JSON.parse`,
 * which is the judge of everything unusual. Plain means ASCII, no escapes, no exponents.
 *
 * Invariant: a line ends in a newline, and neither what a scanner compares with nor a plain value contains
 * one; so a scanner that starts within a line never gets past its newline. It looks at up to three bytes
 * behind it, which must be there but mean nothing.
 */
import { ListMemory } from './list-memory.js';
import { MAX_ID, MAX_LABELS, MAX_TEXT } from './validate.js';

/** Longer lines go to `JSON.parse`. Shorter than 10,000 ids, so that no list needs counting. */
export const MAX_SCANNED = 16_384;

/** Bytes behind a line's newline that comparisons may look at. */
export const SLACK = 3;

/** Strings of up to 72 characters are remembered: 32 bytes in hexadecimal with their `0x` fit. */
const SLOT_WORDS = 18;
const SLOT_BITS = 10;

/**
 * What all streams remembered last, by hash: the nodes of a chain name the same validators and blocks, and
 * a hundred copies of each name are as many cache misses for whoever compares them. At most 300 KB.
 */
const SHARED_BITS = 12;
const shared = new Array<string>(1 << SHARED_BITS).fill('');
const lists = new ListMemory();

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const powersOfTen = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/** Not a plain unsigned integer. */
const NOT_PLAIN = -1;

/** One reader per stream; reused for every line. */
export class LineReader {
  /** Where the line is; what lies behind its newline is of no meaning. */
  bytes: Buffer;
  /** The same bytes, for comparing four at a time, and what follows them. */
  words: DataView;
  /** Position of the next byte to read. */
  at = 0;
  readonly #own = Buffer.alloc(MAX_SCANNED + 1 + SLACK);
  readonly #ownWords = wordsOf(this.#own);
  readonly #encoder = new TextEncoder();
  /** Strings seen lately, found again by their bytes: no allocation, and their hash is known. */
  readonly #seen: string[] = new Array<string>(1 << SLOT_BITS).fill('');
  readonly #seenWords = new Int32Array(SLOT_WORDS << SLOT_BITS);
  /** What `#string` found out about the string it went over: its hash and the word it ends in. */
  #hash = 0;
  #tail = 0;

  constructor() {
    this.bytes = this.#own;
    this.words = this.#ownWords;
  }

  /** Takes bytes to read lines from in place. They are followed by SLACK others. */
  open(bytes: Buffer): void {
    if (this.bytes === bytes) return;
    this.bytes = bytes;
    this.words = wordsOf(bytes);
  }

  /** Keeps nothing of bytes that were not its own. */
  letGo(): void {
    this.bytes = this.#own;
    this.words = this.#ownWords;
  }

  /** Takes a line; false when it is long, not ASCII or does not end in a brace. */
  load(line: string): boolean {
    const length = line.length;
    if (length > MAX_SCANNED) return false;
    const own = this.#own;
    const { read, written } = this.#encoder.encodeInto(line, own);
    this.letGo();
    this.at = 0;
    own[length] = NEWLINE;
    return read === length && written === length && own[length - 1] === CLOSE_BRACE;
  }

  /** An integer from 0 to 2^53-1, or NOT_PLAIN. */
  uint(): number {
    const value = this.#whole();
    return this.#atEndOfValue() ? value : NOT_PLAIN;
  }

  /** An integer from -(2^53-1) to 2^53-1, or NaN. */
  int(): number {
    const negative = this.#sign();
    const value = this.uint();
    if (value === NOT_PLAIN) return NaN;
    return negative ? 0 - value : value;
  }

  /** A finite number without exponent, or NaN. */
  number(): number {
    const start = this.at;
    const negative = this.#sign();
    let value = this.#whole();
    if (value !== NOT_PLAIN && this.bytes[this.at] === POINT) {
      const first = this.at + 1;
      const fraction = this.#digits(first, first + 9);
      if (this.at === first) return NaN;
      const scale = powersOfTen[this.at - first]!;
      const scaled = value * scale + fraction;
      // Both are exact, so that the one division rounds just as JSON.parse does.
      value = scaled <= Number.MAX_SAFE_INTEGER ? scaled / scale : NOT_PLAIN;
    }
    if (value === NOT_PLAIN || !this.#atEndOfValue()) return this.#longNumber(start);
    return negative ? 0 - value : value;
  }

  /** The rest of a string of 1 to 256 characters whose opening quote has been read. */
  id(): string | undefined {
    const start = this.at;
    const end = this.#string(start);
    if (end <= start || end - start > MAX_ID) return undefined;
    return this.#remembered(start, end);
  }

  /** The rest of a string of at most 1,024 characters whose opening quote has been read. */
  text(): string | undefined {
    const start = this.at;
    const end = this.#string(start);
    if (end < start || end - start > MAX_TEXT) return undefined;
    return this.#copy(start, end);
  }

  /** A list of at least one id. */
  ids(): readonly string[] | undefined {
    if (this.bytes[this.at] !== OPEN_BRACKET) return undefined;
    const start = this.at;
    const known = lists.find(this.words, start, this.bytes.length);
    if (known !== undefined) {
      this.at = start + lists.length;
      return known;
    }
    const ids: string[] = [];
    for (;;) {
      if (this.bytes[++this.at] !== QUOTE) return undefined;
      this.at++;
      const id = this.id();
      if (id === undefined) return undefined;
      ids.push(id);
      if (this.bytes[this.at] !== COMMA) break;
    }
    if (this.bytes[this.at] !== CLOSE_BRACKET) return undefined;
    this.at++;
    lists.keep(this.words, start, this.at, ids);
    return ids;
  }

  /** A map of at least one and at most 32 strings. */
  labels(): Readonly<Record<string, string>> | undefined {
    if (this.bytes[this.at] !== OPEN_BRACE) return undefined;
    const labels: Record<string, string> = {};
    for (let entries = 0; entries < MAX_LABELS; entries++) {
      if (this.bytes[++this.at] !== QUOTE) return undefined;
      this.at++;
      const key = this.id();
      if (key === undefined || key === '__proto__') return undefined;
      if (this.bytes[this.at] !== COLON || this.bytes[this.at + 1] !== QUOTE) return undefined;
      this.at += 2;
      const value = this.#label();
      if (value === undefined) return undefined;
      labels[key] = value;
      if (this.bytes[this.at] === COMMA) continue;
      if (this.bytes[this.at] !== CLOSE_BRACE) return undefined;
      this.at++;
      return labels;
    }
    return undefined;
  }

  /** A label's value: a text, but mostly short and seen before. */
  #label(): string | undefined {
    const start = this.at;
    const end = this.#string(start);
    if (end < start || end - start > MAX_TEXT) return undefined;
    return this.#remembered(start, end);
  }

  /** Skips a minus sign. */
  #sign(): boolean {
    if (this.bytes[this.at] !== MINUS) return false;
    this.at++;
    return true;
  }

  /** Digits that denote an integer from 0 to 2^53-1 without leading zeros, or NOT_PLAIN. */
  #whole(): number {
    const start = this.at;
    const value = this.#digits(start, start + 9);
    const digits = this.at - start;
    if (digits === 9) {
      const rest = this.#digits(start + 9, start + 16);
      const whole = value * powersOfTen[this.at - start - 9]! + rest;
      return this.bytes[start] === ZERO || whole > Number.MAX_SAFE_INTEGER ? NOT_PLAIN : whole;
    }
    return digits === 0 || (digits > 1 && this.bytes[start] === ZERO) ? NOT_PLAIN : value;
  }

  /** The number that the digits up to `limit` denote; leaves `at` behind them. At most nine digits. */
  #digits(start: number, limit: number): number {
    const bytes = this.bytes;
    let at = start;
    let value = 0;
    while (at < limit) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = (value * 10 + digit) | 0;
      at++;
    }
    this.at = at;
    return value;
  }

  #atEndOfValue(): boolean {
    const byte = this.bytes[this.at];
    return byte === COMMA || byte === CLOSE_BRACE;
  }

  /** A number of many digits, read as `JSON.parse` reads it. */
  #longNumber(start: number): number {
    const { bytes } = this;
    let end = start;
    while (bytes[end] !== COMMA && bytes[end] !== CLOSE_BRACE && bytes[end] !== NEWLINE) end++;
    const digits = bytes.toString('latin1', start, end);
    this.at = end;
    return /^-?(?:0|[1-9]\d{0,24})(?:\.\d{1,24})?$/.test(digits) ? Number(digits) + 0 : NaN;
  }

  /**
   * Goes over a string, four bytes at a time, and leaves `at` behind its closing quote.
   * Position of that quote, or -1 where the string is not plain.
   */
  #string(start: number): number {
    const words = this.words;
    let at = start;
    let hash = 0;
    for (;;) {
      const word = words.getInt32(at, true);
      const special = specialBytes(word);
      if (special === 0) {
        hash = Math.imul(hash ^ word, 0x9e3779b1);
        hash ^= hash >>> 15;
        at += 4;
        continue;
      }
      const plainBits = (31 - Math.clz32(special & -special)) & 24;
      const end = at + (plainBits >> 3);
      if (this.bytes[end] !== QUOTE) return -1;
      this.#tail = word & ((1 << plainBits) - 1);
      this.#hash = Math.imul(hash ^ this.#tail ^ (end - start), 0x85ebca6b);
      this.at = end + 1;
      return end;
    }
  }

  /** The string that `#string` has just gone over. */
  #remembered(start: number, end: number): string {
    const length = end - start;
    if (length > SLOT_WORDS * 4) return this.#copy(start, end);
    const slot = this.#hash >>> (32 - SLOT_BITS);
    const words = this.words;
    const seenWords = this.#seenWords;
    const first = slot * SLOT_WORDS;
    const tail = length >> 2;
    const seen = this.#seen[slot]!;
    if (seen.length === length) {
      let i = 0;
      while (i < tail && seenWords[first + i] === words.getInt32(start + i * 4, true)) i++;
      if (i === tail && ((length & 3) === 0 || seenWords[first + i] === this.#tail)) return seen;
    }
    const place = this.#hash >>> (32 - SHARED_BITS);
    let text = this.#copy(start, end);
    if (shared[place] === text) text = shared[place];
    else shared[place] = text;
    this.#seen[slot] = text;
    for (let i = 0; i < tail; i++) seenWords[first + i] = words.getInt32(start + i * 4, true);
    if ((length & 3) !== 0) seenWords[first + tail] = this.#tail;
    return text;
  }

  /** A copy, not a slice of the line: whoever keeps an id must not keep a block of lines with it. */
  #copy(start: number, end: number): string {
    return this.bytes.toString('latin1', start, end);
  }
}

function wordsOf({ buffer, byteOffset }: Buffer): DataView {
  return new DataView(buffer, byteOffset);
}

/**
 * A word whose lowest set bit is in the first byte that is a quote, a backslash or a control
 * character; 0 when no byte is. Bytes behind the first may be marked without being special.
 */
function specialBytes(word: number): number {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  const marked =
    ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash) | ((word - 0x20202020) & ~word);
  return marked & 0x80808080;
}
