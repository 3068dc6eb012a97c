/**
 * String literals as Go writes and reads them. A query's text is UTF-16 here and UTF-8 in Prometheus:
 * byte escapes are read as bytes and decoded as UTF-8, and bytes that are no UTF-8 become U+FFFD, which
 * no valid label name or value holds.
 */

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
};

const WRITTEN: ReadonlyMap<string, string> = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
]);

/** The text in double quotes, escaped so that it can be read back. */
export function quote(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const escape = WRITTEN.get(character);
    if (escape !== undefined) quoted += escape;
    else if (code < 0x20 || code === 0x7f) quoted += `\\x${code.toString(16).padStart(2, '0')}`;
    else quoted += character;
  }
  return `${quoted}"`;
}

/** What is wrong with a literal. */
export interface BadLiteral {
  readonly problem: string;
}

/** Reads a literal in double, single or back quotes, quotes included. */
export function unquote(literal: string): string | BadLiteral {
  const mark = literal[0]!;
  const body = literal.slice(1, -1);
  if (mark === '`') return body;
  if (!body.includes('\\')) return body;
  const bytes: number[] = [];
  for (let i = 0; i < body.length;) {
    if (body[i] !== '\\') {
      const character = String.fromCodePoint(body.codePointAt(i)!);
      bytes.push(...Buffer.from(character));
      i += character.length;
      continue;
    }
    const read = readEscape(body, i + 1, mark);
    if (typeof read === 'string') return { problem: read };
    bytes.push(...read.bytes);
    i = read.next;
  }
  return Buffer.from(bytes).toString('utf8');
}

interface Escape {
  readonly bytes: readonly number[];
  readonly next: number;
}

function readEscape(body: string, at: number, mark: string): Escape | string {
  const letter = body[at];
  if (letter === undefined) return 'escape sequence not terminated';
  if (letter === 'x') return numeric(body, at + 1, 2, 16, false);
  if (letter === 'u') return numeric(body, at + 1, 4, 16, true);
  if (letter === 'U') return numeric(body, at + 1, 8, 16, true);
  if (letter >= '0' && letter <= '7') return numeric(body, at, 3, 8, false);
  const code = SIMPLE[letter];
  const isOtherQuote = (letter === '"' || letter === "'") && letter !== mark;
  if (code === undefined || isOtherQuote) return `unknown escape sequence \\${letter}`;
  return { bytes: [code], next: at + 1 };
}

function numeric(body: string, at: number, digits: number, base: number, isRune: boolean): Escape | string {
  const text = body.slice(at, at + digits);
  const valid = base === 16 ? /^[0-9a-fA-F]+$/ : /^[0-7]+$/;
  if (text.length < digits) return 'escape sequence not terminated';
  if (!valid.test(text)) return `illegal character in escape sequence \\${text}`;
  const code = parseInt(text, base);
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  if (isRune ? code > 0x10ffff || isSurrogate : code > 255)
    return 'escape sequence is an invalid Unicode code point';
  return { bytes: isRune ? [...Buffer.from(String.fromCodePoint(code))] : [code], next: at + digits };
}
