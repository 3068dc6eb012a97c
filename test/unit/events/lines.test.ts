/** Splitting: any chunking gives the same lines, and no stream can take more memory than one line may. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../../src/events/envelope.js';
import { LineSplitter, type LineProblem } from '../../../src/events/lines.js';

interface Found {
  readonly found: string[];
  readonly splitter: LineSplitter;
}

function open(): Found {
  const found: string[] = [];
  const splitter = new LineSplitter({
    line: (text) => found.push(`line ${text}`),
    problem: (reason: LineProblem) => found.push(reason),
  });
  return { found, splitter };
}

function split(chunks: readonly Uint8Array[], complete = false): string[] {
  const { found, splitter } = open();
  for (const chunk of chunks) {
    const reused = Uint8Array.from(chunk);
    splitter.write(reused);
    reused.fill(0x58);
  }
  splitter.end({ complete });
  return found;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The obvious splitter: all bytes at once, line by line. */
function naive(stream: Uint8Array, complete: boolean): string[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let i = 0; i < stream.length; i++)
    if (stream[i] === 10) {
      lines.push(stream.subarray(start, i));
      start = i + 1;
    }
  const found: string[] = [];
  const take = (line: Uint8Array): void => {
    const content = line.at(-1) === 13 ? line.subarray(0, -1) : line;
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
      if (text !== '') found.push(`line ${text}`);
    } catch {
      found.push('invalid_utf8');
    }
  };
  lines.forEach(take);
  const rest = stream.subarray(start);
  if (complete) take(rest);
  else if (rest.length > 0 && !(rest.length === 1 && rest[0] === 13)) found.push('half_line');
  return found;
}

describe('a splitter', () => {
  it('gives the same lines for any chunking', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 12, unit: 'grapheme' }).map(bytes),
      fc.constantFrom('\n', '\r\n', '\n\n', '\r', 'é', '🦀\n', '{"a":1}\n').map(bytes),
      fc.constantFrom([0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f]).map((raw) => Uint8Array.from(raw)),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(12)), fc.boolean(), (pieces, sizes, complete) => {
        const stream = Buffer.concat(pieces);
        const chunks: Uint8Array[] = [];
        let start = 0;
        for (const size of sizes) {
          chunks.push(stream.subarray(start, start + size));
          start += size;
        }
        chunks.push(stream.subarray(start));
        expect(split(chunks, complete)).toEqual(naive(stream, complete));
      }),
      { numRuns: 3000 },
    );
  });

  it('gives the same lines when blocks are larger than it takes at once', () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `${i} ${'é'.repeat(i % 3)}${'x'.repeat(i % 90)}`);
    const stream = bytes(`${lines.join('\n')}\n`);
    const expected = lines.map((line) => `line ${line}`);
    expect(split([stream])).toEqual(expected);
    expect(split([stream.subarray(0, 70_001), stream.subarray(70_001)])).toEqual(expected);
  });

  it('puts characters together that chunks cut apart', () => {
    const stream = bytes('{"name":"日本🦀"}\n');
    expect(split([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(['line {"name":"日本🦀"}']);
  });

  it('loses only the line that is not UTF-8', () => {
    const stream = Buffer.concat([bytes('a\n'), Uint8Array.of(0x62, 0xff, 0x0a), bytes('é\n')]);
    expect(split([stream])).toEqual(['line a', 'invalid_utf8', 'line é']);
  });

  it('calls the remainder of a connection half a line, even if it would parse, and a line in a file', () => {
    expect(split([bytes('{}\n{}')])).toEqual(['line {}', 'half_line']);
    expect(split([bytes('{}\n{}')], true)).toEqual(['line {}', 'line {}']);
    expect(split([bytes('{}\n')])).toEqual(['line {}']);
  });

  it.each([1000, 65_536, 3 * MAX_LINE_BYTES])('reports an oversize line once, in chunks of %i', (size) => {
    const stream = Buffer.concat([
      bytes('before\n'),
      Buffer.alloc(MAX_LINE_BYTES + 1, 'x'),
      bytes('\nbetween\n'),
      Buffer.alloc(MAX_LINE_BYTES / 2, 'é'),
      bytes('!\n'),
      Buffer.alloc(MAX_LINE_BYTES, 'y'),
      bytes('\nafter\n'),
    ]);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
    expect(split(chunks).map((found) => found.slice(0, 12))).toEqual([
      'line before',
      'oversize',
      'line between',
      `line ${'é'.repeat(7)}`,
      'line yyyyyyy',
      'line after',
    ]);
  });

  it('counts bytes, not characters', () => {
    const line = (characters: number): Uint8Array => bytes(`${'日'.repeat(characters)}\n`);
    const fits = Math.floor(MAX_LINE_BYTES / 3);
    for (const cut of [0, 5000]) {
      const parts = (whole: Uint8Array): Uint8Array[] => [whole.subarray(0, cut), whole.subarray(cut)];
      expect(split(parts(line(fits))).map((found) => found.slice(0, 4))).toEqual(['line']);
      expect(split(parts(line(fits + 1)))).toEqual(['oversize']);
    }
  });

  it('keeps no more than one line of a line that never ends', () => {
    const { found, splitter } = open();
    const chunk = Buffer.alloc(1024 * 1024, 'z');
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 64; i++) splitter.write(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    splitter.write(bytes('z\nok\n'));
    expect(found).toEqual(['oversize', 'line ok']);
    splitter.end();
    expect(found).toHaveLength(2);
  });
});
