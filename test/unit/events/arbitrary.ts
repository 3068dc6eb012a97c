/** Arbitrary events of every schema, as they go onto the wire, for the codec's property tests. */
import fc from 'fast-check';
import type { Field } from '../../../src/events/schema.js';
import { wireForms, type WireForm } from '../../../src/events/wire.js';

const tricky = fc.constantFrom(
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'null',
  '"',
  '\\',
  '}',
  '{"type":"hello"}',
  '\u0000',
  '\u001f',
  '\u007f',
  '\u2028',
  'é',
  '日本',
  '🦀',
  '12D3KooWGRUmmRyZfvWXtYvU5wKzLbZ3Z5pTFVCNTg7kHjUXgFZs',
  '0x9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
);

/** Well-formed text of 1 to `max` UTF-16 units. */
const text = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.string({ minLength: Math.max(1, min), maxLength: 24, unit: 'grapheme-ascii' }),
    },
    { weight: 2, arbitrary: tricky },
    { weight: 1, arbitrary: fc.string({ minLength: Math.max(1, min), maxLength: 20, unit: 'binary' }) },
    { weight: 1, arbitrary: fc.constantFrom('x'.repeat(max), ...(min === 0 ? [''] : ['y'])) },
  );

const uint = fc.oneof(
  fc.nat(20),
  fc.constantFrom(
    0,
    9,
    10,
    999_999_999,
    1_000_000_000,
    Number.MAX_SAFE_INTEGER,
    2 ** 53 - 2,
    2 ** 31,
    2 ** 32,
  ),
  fc.maxSafeNat(),
);
const uint64 = fc.oneof(
  uint,
  fc.bigInt(2n ** 53n, 2n ** 64n - 1n),
  fc.constantFrom<bigint>(2n ** 53n, 2n ** 64n - 1n),
);
const number = fc
  .oneof(
    uint,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -1e9, max: 1e12 }).map((thousandths) => thousandths / 1000),
  )
  .map((value) => value + 0);
const duration = number.map(Math.abs);
const id = text(1, 256);

/** Any valid value of a field, in the form that a decoded event has. */
export function valueOf(field: Field): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'id':
      return id;
    case 'text':
      return text(0, 1024);
    case 'enum':
      return fc.constantFrom(...field.values!);
    case 'uint':
      return uint;
    case 'uint64':
      return uint64;
    case 'int':
      return fc
        .oneof(
          fc.integer(),
          uint.map((value) => 0 - value),
          uint,
        )
        .map((value) => value + 0);
    case 'number':
      return number;
    case 'duration':
      return duration;
    case 'weight':
      return duration.map((value) => Math.max(1, value));
    case 'bool':
      return fc.boolean();
    case 'ids':
      return fc.array(id, { maxLength: 20 });
    case 'amounts':
      return fc.dictionary(fc.constantFrom(...field.values!), uint64, { noNullPrototype: true });
    case 'labels':
      return fc.dictionary(id, text(0, 1024), { maxKeys: 8, noNullPrototype: true });
    case 'bounds':
      return fc.uniqueArray(number, { maxLength: 12 }).map((values) => values.sort((a, b) => a - b));
    case 'validators':
      return fc.array(
        fc.record(
          { id, power: uint64, name: id, public_key: id },
          { requiredKeys: ['id', 'power'], noNullPrototype: true },
        ),
        { maxLength: 8 },
      );
    case 'sequences':
      return fc.dictionary(id, uint, { maxKeys: 8, noNullPrototype: true });
  }
}

/** An event of a form, in the shape that decoders return: absent fields are undefined. */
export function eventOf(form: WireForm): fc.Arbitrary<Record<string, unknown>> {
  const values = form.fields.map(({ name, field }) =>
    name !== 'node' && field.optional ? fc.option(valueOf(field), { nil: undefined }) : valueOf(field),
  );
  return fc.tuple(...values).map((found) => {
    const event: Record<string, unknown> = { type: form.schema.type };
    form.fields.forEach(({ name }, i) => (event[name] = found[i]));
    return event;
  });
}

/** An event of any schema with its form. */
export const anyEvent: fc.Arbitrary<{ form: WireForm; event: Record<string, unknown> }> = fc
  .constantFrom(...wireForms)
  .chain((form) => eventOf(form).map((event) => ({ form, event })));

/** The plainest canonical line: what `JSON.stringify` makes of the event, bigint as decimal string. */
export function lineOf(event: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(event, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
