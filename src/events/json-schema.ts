/**
 * The published JSON Schema of a line (draft 2020-12), for producers who want to check what they write
 * with the tools of their language. Made from the same wire forms as the decoder.
 *
 * Two things it cannot say: that `bounds` ascend, and the exact upper end of integers written as
 * decimal strings. Unknown types and fields are valid, as they are on the wire.
 */
import { MAX_LINE_BYTES, PROTOCOL_VERSION } from './envelope.js';
import type { Field, FieldKind } from './schema.js';
import { MAX_BOUNDS, MAX_ID, MAX_LABELS, MAX_LIST, MAX_TEXT } from './validate.js';
import { wireForms, type WireForm } from './wire.js';

type Schema = Readonly<Record<string, unknown>>;

const kind = (name: FieldKind): Schema => ({ $ref: `#/$defs/kind.${name}` });

/** An integer as a number where it is safe, or as a decimal string of at most `digits` digits. */
function integer(minimum: number, digits: number): Schema {
  const sign = minimum < 0 ? '-?' : '';
  return {
    anyOf: [
      { type: 'integer', minimum, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'string', pattern: `^(0|${sign}[1-9][0-9]{0,${digits - 1}})$` },
    ],
  };
}

/** Kinds whose definition needs no more than the kind. */
const kinds: Readonly<Record<Exclude<FieldKind, 'enum' | 'amounts'>, Schema>> = {
  id: { type: 'string', minLength: 1, maxLength: MAX_ID },
  text: { type: 'string', maxLength: MAX_TEXT },
  uint: integer(0, 16),
  uint64: integer(0, 20),
  int: integer(Number.MIN_SAFE_INTEGER, 16),
  number: { type: 'number' },
  duration: { type: 'number', minimum: 0, description: 'Microseconds.' },
  weight: { type: 'number', minimum: 1 },
  bool: { type: 'boolean' },
  ids: { type: 'array', maxItems: MAX_LIST, items: kind('id') },
  labels: mapOf({ type: 'string', maxLength: MAX_TEXT }),
  bounds: {
    type: 'array',
    maxItems: MAX_BOUNDS,
    uniqueItems: true,
    items: { type: 'number' },
    description: 'Strictly ascending.',
  },
  validators: {
    type: 'array',
    maxItems: MAX_LIST,
    items: {
      type: 'object',
      required: ['id', 'power'],
      properties: {
        id: kind('id'),
        power: kind('uint64'),
        name: orNull(kind('id')),
        public_key: orNull(kind('id')),
      },
    },
  },
  sequences: mapOf(kind('uint')),
};

/** The schema of one line: `$defs` has one entry per event type, and one per kind of value. */
export function eventsJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:quorumscope:events:${PROTOCOL_VERSION}`,
    title: 'A line of a Quorumscope event stream',
    description: `One JSON object per line, at most ${MAX_LINE_BYTES} bytes. Unknown types and fields are tolerated.`,
    type: 'object',
    required: ['type'],
    properties: { v: orNull({ const: PROTOCOL_VERSION }), type: { type: 'string' } },
    allOf: wireForms.map(({ schema }) => ({
      if: { properties: { type: { const: schema.type } } },
      then: { $ref: `#/$defs/${schema.type}` },
    })),
    $defs: {
      ...Object.fromEntries(wireForms.map((form) => [form.schema.type, eventSchema(form)])),
      ...Object.fromEntries(Object.entries(kinds).map(([name, schema]) => [`kind.${name}`, schema])),
    },
  };
}

function eventSchema(form: WireForm): Schema {
  const properties: Record<string, Schema> = { type: { const: form.schema.type } };
  for (const { name, field } of form.fields) properties[name] = fieldSchema(field);
  if (!form.sampled)
    properties['weight'] = { type: 'null', description: 'This event may not be sampled: it has no weight.' };
  const required = form.fields.filter(({ field }) => !field.optional).map(({ name }) => name);
  return { description: form.schema.doc, type: 'object', required: ['type', ...required], properties };
}

function fieldSchema(field: Field): Schema {
  const schema = valueSchema(field);
  return { ...(field.optional ? orNull(schema) : schema), description: field.doc };
}

function valueSchema(field: Field): Schema {
  if (field.kind === 'enum') return { enum: field.values! };
  if (field.kind !== 'amounts') return kind(field.kind);
  return { type: 'object', propertyNames: { enum: field.values! }, additionalProperties: kind('uint64') };
}

/** An optional field may also be null, which means absent. */
function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

function mapOf(values: Schema): Schema {
  return {
    type: 'object',
    maxProperties: MAX_LABELS,
    propertyNames: { minLength: 1, maxLength: MAX_ID },
    additionalProperties: values,
  };
}
