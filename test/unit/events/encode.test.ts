/** The encoders: what they write decodes to what they were given, in canonical order, or they throw. */
import { deepStrictEqual } from 'node:assert/strict';
import vm from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineDecoder } from '../../../src/events/decode.js';
import { createEncoders, encodeEvent, encoders, type RecordEncoder } from '../../../src/events/encode.js';
import type { StreamEvent } from '../../../src/events/vocabulary.js';
import { wireFormByType, wireForms } from '../../../src/events/wire.js';
import { eventOf, lineOf } from './arbitrary.js';

type Parts = [string | undefined, number, number | undefined, number | undefined, number | undefined];

function encodeWith(list: readonly RecordEncoder[], index: number, event: Record<string, unknown>): string {
  const { type: _type, node, ts_us, mono_us, seq, weight, ...body } = event;
  return list[index]!(...([node, ts_us, mono_us, seq, weight] as Parts), body);
}

const context = vm.createContext({}, { codeGeneration: { strings: false, wasm: false } });
const interpreted = createEncoders(vm.runInContext('Function', context) as FunctionConstructor);
const vote = wireFormByType.get('consensus.vote_received')!.index;
const body = { view: 3, vote: 'vote1', block: 'b', validator: 'v' };

describe('an encoder', () => {
  it.each(wireForms.map((form) => [form.schema.type, form] as const))('round-trips %s', (_type, form) => {
    const decoder = new LineDecoder();
    const reference = new LineDecoder('none');
    fc.assert(
      fc.property(eventOf(form), (event) => {
        const line = encodeWith(encoders, form.index, event);
        expect(decoder.decode(line)).toBe('event');
        deepStrictEqual(decoder.event, event);
        expect(reference.decode(line)).toBe('event');
        deepStrictEqual(reference.event, event);
        expect(encodeWith(interpreted, form.index, event)).toBe(line);
        expect(encodeEvent(event as unknown as StreamEvent)).toBe(line);
        // Canonical: the order and the values that JSON.stringify writes.
        const { v: _v, ...written } = JSON.parse(line) as Record<string, unknown>;
        expect(JSON.stringify(written)).toBe(JSON.stringify(JSON.parse(lineOf(event))));
      }),
      { numRuns: 60 },
    );
  });

  it('round-trips times that share their seconds, and nanoseconds', () => {
    const decoder = new LineDecoder();
    const time = fc.oneof(
      fc.maxSafeNat(),
      fc.nat(3_000_000).map((us) => 1767225600000000 + us),
    );
    const mono = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.nat(2e9).map((us) => us / 1000 + 999_000),
      fc.double({ min: 0, max: 1e10, noNaN: true }).map((seconds) => seconds * 1000),
    );
    fc.assert(
      fc.property(time, mono, (tsUs, monoUs) => {
        decoder.decode(encoders[vote]!('n', tsUs, monoUs, 1, undefined, body));
        expect(decoder.event).toMatchObject({ ts_us: tsUs, mono_us: monoUs + 0 });
      }),
      { numRuns: 2000 },
    );
  });

  it('states the version in hello alone', () => {
    const hello = encoders[0]!('n', 1, undefined, undefined, undefined, { chain: 'c', run: 'r' });
    expect(hello).toBe('{"v":1,"type":"hello","node":"n","ts_us":1,"chain":"c","run":"r"}');
  });

  it('leaves out the node where there is none, and what the schema does not know', () => {
    const line = encoders[vote]!(undefined, 5, undefined, 1, 7, { ...body, color: 'red', late_us: null });
    expect(line).toBe(
      '{"type":"consensus.vote_received","ts_us":5,"seq":1,"view":3,"vote":"vote1","block":"b","validator":"v"}',
    );
    expect(encoders[vote]!('m', 5, undefined, 1, undefined, body)).toContain('"node":"m"');
    expect(encoders[vote]!(undefined, 5, undefined, 1, undefined, body)).not.toContain('node');
  });

  const refused: readonly [string, Record<string, unknown>][] = [
    ['an absent field', { view: undefined }],
    ['null for a required field', { view: null }],
    ['NaN', { view: NaN }],
    ['infinity', { late_us: Infinity }],
    ['a negative duration', { late_us: -1 }],
    ['an unsafe integer', { view: 2 ** 53 }],
    ['a fraction', { view: 1.5 }],
    ['a number as a string', { view: '3' }],
    ['an unknown word', { vote: 'vote9' }],
    ['an inherited name as a word', { vote: 'constructor' }],
    ['an empty id', { block: '' }],
    ['a long id', { block: 'b'.repeat(257) }],
    ['an object as an id', { validator: { toString: () => 'v' } }],
    ['half a surrogate pair', { validator: '\ud800' }],
    ['a long text', { signature: 'x'.repeat(1025) }],
  ];
  it.each(refused)('throws on %s', (_what, wrong) => {
    for (const list of [encoders, interpreted])
      expect(() => list[vote]!('n', 1, 2, 3, undefined, { ...body, ...wrong })).toThrow(
        expect.objectContaining({ code: 'events.encoding', kind: 'input' }),
      );
  });

  it('throws on an envelope that does not hold', () => {
    for (const [node, ts, mono, seq] of [
      ['', 1, 2, 3],
      ['n', NaN, 2, 3],
      ['n', 1.5, 2, 3],
      ['n', 1, NaN, 3],
      ['n', 1, 2, undefined],
    ] as const)
      expect(() => encoders[vote]!(node, ts, mono, seq, undefined, body)).toThrow(/found .*, expected/);
  });
});
