import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encoders } from '../../../../src/events/encode.js';
import type { EventSchema, Field } from '../../../../src/events/schema.js';
import { schemas } from '../../../../src/events/vocabulary.js';
import { Chunk } from '../../../../src/attach/hooks/chunk.js';
import { NOT_PLAIN } from '../../../../src/attach/hooks/line-values.js';
import { lineWriter } from '../../../../src/attach/hooks/line-writer.js';
import { LineMemory } from '../../../../src/attach/hooks/words.js';

const ids = new LineMemory();
const chunk = new Chunk({});
// Old bytes that would be the NaN that copying doubles must not meet.
chunk.bytes.fill(0xff);

function write(
  index: number,
  body: Record<string, unknown>,
  seq = 3,
  weight?: number,
  at = 0,
): string | undefined {
  const end = lineWriter(index).write(
    chunk,
    at,
    1_700_000_000_123_456,
    5_000_000_007,
    seq,
    weight,
    body,
    ids,
  );
  return end === NOT_PLAIN ? undefined : chunk.bytes.toString('utf8', at, end);
}

const plainText = (minLength: number, maxLength: number) =>
  fc.string({
    unit: fc.constantFrom(...' !#$%&()*+,-./0123456789:;<=>?@ABCXYZ[]^_`abcxyz{|}~'),
    minLength,
    maxLength,
  });
const someIds = Array.from({ length: 40 }, (_, i) => `${'ab12'.repeat(i % 20)}-${i}`);
const id = fc.oneof(plainText(1, 256), fc.constantFrom(...someIds));
const uint = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(
    0,
    9,
    10,
    99,
    100,
    999_999,
    1_000_000,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
    1e12,
    1e15,
    2 ** 53 - 1,
  ),
);

function valueOf(field: Field): fc.Arbitrary<unknown> | undefined {
  switch (field.kind) {
    case 'id':
      return id;
    case 'text':
      return plainText(0, 1024);
    case 'enum':
      return fc.constantFrom(...field.values!);
    case 'uint':
    case 'uint64':
      return uint;
    case 'int':
      return fc.oneof(uint, fc.integer());
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'duration':
      return fc.double({ min: 0, max: 1e12, noNaN: true });
    case 'bool':
      return fc.boolean();
    case 'ids':
      return fc.array(id, { maxLength: 20 });
    case 'labels':
      return fc.dictionary(
        plainText(1, 20).filter((name) => name !== 'toJSON' && name !== '__proto__'),
        plainText(0, 60),
        {
          noNullPrototype: true,
        },
      );
    default:
      return undefined;
  }
}

/** Bodies that can be written plainly; fields of other kinds are left out where they are optional. */
function plainBody(schema: EventSchema): fc.Arbitrary<Record<string, unknown>> | undefined {
  const entries = Object.entries(schema.fields).map(
    ([name, field]) => [name, field, valueOf(field)] as const,
  );
  if (entries.some(([, field, value]) => value === undefined && !field.optional)) return undefined;
  const model = entries.flatMap(([name, field, value]) =>
    value === undefined
      ? []
      : [[name, field.optional ? fc.option(value, { nil: undefined }) : value] as const],
  );
  return fc.record(Object.fromEntries(model));
}

const plainSchemas = schemas.flatMap((schema, index) => {
  const body = schema.domain === 'stream' || schema.domain === 'source' ? undefined : plainBody(schema);
  return body === undefined ? [] : [{ type: schema.type, index, body }];
});

describe('line writers', () => {
  it('cover the events that matter', () => {
    expect(plainSchemas.length).toBeGreaterThan(70);
  });

  it.each(plainSchemas)('$type: what the encoder writes', ({ index, body }) => {
    fc.assert(
      fc.property(
        body,
        uint,
        fc.option(fc.double({ min: 1, max: 1e6, noNaN: true }), { nil: undefined }),
        (fields, seq, weight) => {
          const line = write(index, fields, seq, weight);
          const reference = encoders[index]!(
            undefined,
            1_700_000_000_123_456,
            5_000_000_007,
            seq,
            weight,
            fields,
          );
          expect(line).toBe(`${reference}\n`);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('write nothing that the encoder would refuse', () => {
    const anything = fc.oneof(
      fc.anything({ withBigInt: true }),
      uint,
      fc.double(),
      fc.string(),
      id,
      fc.array(fc.string()),
    );
    const calls = fc.constantFrom(...plainSchemas).chain(({ index, body }) => {
      const names = Object.keys(schemas[index]!.fields);
      return fc.tuple(fc.constant(index), body, fc.constantFrom(...names), anything);
    });
    fc.assert(
      fc.property(calls, ([index, body, name, value]) => {
        const fields = { ...body, [name]: value };
        const line = write(index, fields);
        if (line === undefined) return;
        const reference = encoders[index]!(
          undefined,
          1_700_000_000_123_456,
          5_000_000_007,
          3,
          undefined,
          fields,
        );
        expect(line).toBe(`${reference}\n`);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leave to the encoder whatever needs an escape, is not ASCII, or is not what the schema says', () => {
    const index = schemas.findIndex(({ type }) => type === 'consensus.vote_received');
    const good = { view: 1, vote: 'vote1', block: 'a block of some length', validator: 'v1' };
    expect(write(index, good)).toBeDefined();
    for (const bad of [
      { block: 'a "quoted" block hash' },
      { block: 'a block\nwith a newline' },
      { block: 'back\\slash' },
      { validator: 'wähler' },
      { validator: '\u{1f600}' },
      { validator: '\ud800' },
      { validator: 'x'.repeat(257) },
      { view: Number.NaN },
      { view: Infinity },
      { view: 1n },
      { view: '1' },
      { vote: 'vote9' },
      { vote: 'toString' },
      { block: undefined },
      { processing_us: -1 },
      { view: 1.5 },
      { view: -1 },
      { validator: '' },
      { block: ['b'] },
    ]) {
      expect(
        write(index, { ...good, ...bad }),
        JSON.stringify(bad, (_k, v: unknown) => String(v)),
      ).toBeUndefined();
    }
  });

  it('stop before a list outgrows the room', () => {
    const index = schemas.findIndex(({ type }) => type === 'consensus.qc_formed');
    const signers = Array.from({ length: 2_000 }, (_, i) => `validator-${i}`.padEnd(64, '0'));
    expect(write(index, { view: 1, block: 'b', signers })).toBeUndefined();
    expect(write(index, { view: 1, block: 'b', signers: signers.slice(0, 100) })).toContain(signers[99]);
  });

  it('write a known id as they wrote it when it was new, however many ids come between', () => {
    const index = schemas.findIndex(({ type }) => type === 'consensus.vote_received');
    const memory = new LineMemory();
    for (let i = 0; i < 20_000; i++) {
      const block = `${(i * 7919) % 1500}`.padStart(13 + (i % 51), 'f');
      const body = { view: i, vote: 'vote1', block, validator: 'v' };
      const end = lineWriter(index).write(chunk, 0, 1, 1, i, undefined, body, memory);
      expect((JSON.parse(chunk.bytes.toString('latin1', 0, end)) as { block: string }).block).toBe(block);
    }
  });
});
