/** Lines decoded where they lie in a chunk: the same events as by texts, whatever stands before and behind them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineDecoder } from '../../../src/events/decode.js';
import { LineSplitter } from '../../../src/events/lines.js';

const view = (seq: number, more = ''): string =>
  `{"type":"consensus.view_entered","node":"n","ts_us":1,"seq":${seq},"view":2,"trigger":"qc","leader":"v"${more}}`;
const labelled = (last: string): string =>
  `{"type":"metric.sampled","node":"n","ts_us":1,"seq":0,"metric":"a_total","value":1${last}`;

const lines = fc.oneof(
  fc.nat(1e15).map((seq) => view(seq)),
  fc.nat(1e15).map((timeout) => view(1, `,"timeout_us":${timeout}`)),
  fc.constantFrom(
    view(1, ',"timeout_us":1.5'),
    view(1, ',"timeout_us":123456789012345678'),
    view(1, ',"timeout_us":1e3'),
    view(1, ',"new":true'),
    view(1).slice(0, -1),
    view(1).slice(0, -3),
    `${view(1)}\r`,
    `${view(1)} `,
    ` ${view(1)}`,
    `${view(1)}}`,
    '{"type":"consensus.view_entered"',
    '{"type":"unknown.type","node":"n"}',
    labelled(',"labels":{"a":"b"}}'),
    labelled(',"labels":{"a":"b"}'),
    labelled(',"labels":{"a":"b"'),
    '{"type":"',
    '{}',
    '}',
    '',
    'é',
  ),
);

/** What a stream in these chunks says, its events in full. */
function said(chunks: readonly Uint8Array[], inPlace: boolean): unknown[] {
  const decoder = new LineDecoder();
  const found: unknown[] = [];
  const splitter = new LineSplitter({
    line: (line) => {
      const verdict = decoder.decode(line);
      found.push(verdict === 'event' ? [decoder.event, decoder.unknownFields] : [verdict, line]);
    },
    problem: (reason) => found.push(reason),
    ...(inPlace
      ? {
          lineAt: (bytes: Buffer, start: number) => {
            const next = decoder.decodeAt(bytes, start);
            if (next >= 0) found.push([decoder.event, decoder.unknownFields]);
            return next;
          },
        }
      : {}),
  });
  for (const chunk of chunks) {
    const reused = Uint8Array.from(chunk);
    splitter.write(reused);
    decoder.letGo();
    reused.fill(0x58);
  }
  splitter.end();
  return found;
}

describe('lines decoded in place', () => {
  it('are the events that their texts are, for any lines in any chunks', () => {
    fc.assert(
      fc.property(fc.array(lines), fc.array(fc.integer({ min: 1, max: 300 })), (texts, sizes) => {
        const stream = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const chunks: Uint8Array[] = [];
        let start = 0;
        for (const size of sizes) chunks.push(stream.subarray(start, (start += size)));
        chunks.push(stream.subarray(start));
        expect(said(chunks, true)).toEqual(said(chunks, false));
      }),
      { numRuns: 2000 },
    );
  });

  it('need nothing behind the last line of a chunk', () => {
    const stream = Buffer.from(`${view(1)}\n${view(2)}\n`);
    const alone = new Uint8Array(new ArrayBuffer(stream.length));
    alone.set(stream);
    expect(said([alone], true)).toEqual(said([alone], false));
  });

  it('are read without a text, but for the one that ends a chunk', () => {
    const texts: string[] = [];
    const decoder = new LineDecoder();
    const splitter = new LineSplitter({
      line: (line) => texts.push(line),
      problem: (reason) => texts.push(reason),
      lineAt: (bytes, start) => decoder.decodeAt(bytes, start),
    });
    splitter.write(Buffer.from(`${view(1)}\n${view(2)}\n${view(3)}\n{"half`));
    expect(texts).toEqual([]);
  });
});
