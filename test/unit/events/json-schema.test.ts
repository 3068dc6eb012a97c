/**
 * The published JSON Schema says of a line what the decoder says. Checked by a validator of the few
 * keywords it uses, written from the specification: no draft 2020-12 validator is installed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineDecoder } from '../../../src/events/decode.js';
import { eventsJsonSchema } from '../../../src/events/json-schema.js';
import { wireForms } from '../../../src/events/wire.js';
import { anyEvent, lineOf } from './arbitrary.js';

type Schema = Readonly<Record<string, unknown>>;
type Keyword = (argument: never, value: unknown, schema: Schema) => boolean;

const root = JSON.parse(JSON.stringify(eventsJsonSchema())) as Schema;
const definitions = root['$defs'] as Record<string, Schema>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const types: Record<string, (value: unknown) => boolean> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};
const every = (values: readonly unknown[], schema: Schema): boolean =>
  values.every((value) => holds(schema, value));
const characters = (value: unknown): number => [...(value as string)].length;

const keywords: Record<string, Keyword> = {
  $ref: (ref: string, value) => holds(definitions[ref.replace('#/$defs/', '')]!, value),
  type: (type: string, value) => types[type]!(value),
  const: (expected: unknown, value) => value === expected,
  enum: (expected: unknown[], value) => expected.includes(value),
  anyOf: (schemas: Schema[], value) => schemas.some((schema) => holds(schema, value)),
  allOf: (schemas: Schema[], value) => schemas.every((schema) => holds(schema, value)),
  if: (condition: Schema, value, schema) =>
    !holds(condition, value) || holds(schema['then'] as Schema, value),
  then: () => true,
  required: (names: string[], value) => !isObject(value) || names.every((name) => Object.hasOwn(value, name)),
  properties: (properties: Record<string, Schema>, value) =>
    !isObject(value) ||
    Object.entries(properties).every(
      ([name, schema]) => !Object.hasOwn(value, name) || holds(schema, value[name]),
    ),
  propertyNames: (schema: Schema, value) => !isObject(value) || every(Object.keys(value), schema),
  additionalProperties: (schema: Schema, value) => !isObject(value) || every(Object.values(value), schema),
  maxProperties: (max: number, value) => !isObject(value) || Object.keys(value).length <= max,
  items: (schema: Schema, value) => !Array.isArray(value) || every(value, schema),
  maxItems: (max: number, value) => !Array.isArray(value) || value.length <= max,
  uniqueItems: (_unique: boolean, value) => !Array.isArray(value) || new Set(value).size === value.length,
  minimum: (min: number, value) => typeof value !== 'number' || value >= min,
  maximum: (max: number, value) => typeof value !== 'number' || value <= max,
  minLength: (min: number, value) => typeof value !== 'string' || characters(value) >= min,
  maxLength: (max: number, value) => typeof value !== 'string' || characters(value) <= max,
  pattern: (pattern: string, value) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
};
const annotations = new Set(['$schema', '$id', '$defs', 'title', 'description']);

function holds(schema: Schema, value: unknown): boolean {
  return Object.entries(schema).every(([name, argument]) => {
    if (annotations.has(name)) return true;
    const keyword = keywords[name];
    if (keyword === undefined)
      throw new Error(`the schema uses a keyword that the test does not know: ${name}`);
    return keyword(argument as never, value, schema);
  });
}

/** A wrong value in the place of a right one. */
const wrong = fc.constantFrom<unknown>(
  ...[null, true, -1, 1.5, 2 ** 53, '', 'x', '007', '+1', '-0', 'x'.repeat(2000)],
  ...[[], [1, 'a'], [''], {}, { a: 1 }, { a: 'b' }, { '': 'b' }, { compute: -1 }, [{ id: 'a' }]],
);

describe('the JSON Schema', () => {
  it('has a documented definition per event', () => {
    expect(root['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    for (const { schema, fields } of wireForms) {
      const definition = definitions[schema.type]!;
      expect(definition['description']).toBe(schema.doc);
      const properties = definition['properties'] as Record<string, Schema>;
      for (const { name, field } of fields) expect(properties[name]!['description']).toBe(field.doc);
    }
  });

  it('accepts every valid event', () => {
    fc.assert(
      fc.property(anyEvent, ({ event }) => {
        expect(holds(root, JSON.parse(lineOf(event)))).toBe(true);
      }),
      { numRuns: 800 },
    );
  });

  it('agrees with the decoder on events with one value changed or missing', () => {
    const decoder = new LineDecoder();
    decoder.node = 'n';
    fc.assert(
      fc.property(anyEvent, fc.nat(), fc.option(wrong, { nil: undefined }), ({ form, event }, at, value) => {
        const names = [...form.fields.map(({ name }) => name), 'v', 'weight', 'surplus'];
        const line = lineOf({ ...event, [names[at % names.length]!]: value });
        expect(`${line} ${holds(root, JSON.parse(line))}`).toBe(
          `${line} ${decoder.decode(line) === 'event'}`,
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('tolerates unknown types and needs a type', () => {
    expect(holds(root, { type: 'weather.changed', celsius: 3 })).toBe(true);
    expect(holds(root, { node: 'n' })).toBe(false);
    expect(holds(root, [])).toBe(false);
  });
});
