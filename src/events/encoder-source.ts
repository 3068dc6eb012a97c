/**
 * Writes the source of an encoder: a function that writes an event of one type as a canonical line.
 * Body keys that the type does not know are left out.
 */
import { PROTOCOL_VERSION } from './envelope.js';
import { indent } from './generate.js';
import type { Field, FieldKind } from './schema.js';
import { wordsOf, type Words } from './value-text.js';
import type { WireField, WireForm } from './wire.js';

/** What opens a line of this type. */
export function headOf(form: WireForm): string {
  return `{${form.statesVersion ? `"v":${PROTOCOL_VERSION},` : ''}"type":"${form.schema.type}"`;
}

/** Functions of `value-text.ts` by kind; kinds that are not named take `structureText`. */
export const textFunctions = {
  id: 'idText',
  text: 'textText',
  uint: 'uintText',
  uint64: 'uint64Text',
  int: 'intText',
  number: 'numberText',
  duration: 'durationText',
  weight: 'weightText',
  bool: 'boolText',
  ids: 'idsText',
  labels: 'labelsText',
} as const satisfies Partial<Record<FieldKind, string>>;

/**
 * Source of `(node, tsUs, monoUs, seq, weight, body) => line`, to be generated with the functions of
 * `value-text.ts`, `wall` and `mono` (one `MicrosecondsText` each) and `words` (by field name).
 */
export function encoderSource(form: WireForm): string {
  const [, ...fields] = form.fields;
  const lists = [...wordsByField(form).keys()].map((name) => `const $${name}Words = words.get('${name}');\n`);
  return `(() => { // ${form.schema.type}
${indent(lists.join(''))}  let lastNode;
  let head = '${headOf(form)}';
  return function encode(node, tsUs, monoUs, seq, weight, body) {
    if (node !== lastNode) {
      head = '${headOf(form)}' + (node === undefined ? '' : ',"node":' + idText(node, 'node'));
      lastNode = node;
    }
    let line = head;
${indent(fields.map(writeField).join('\n'), 2)}
    return line + '}';
  };
})()`;
}

/** The quoted words of a form's closed lists, by field. */
export function wordsByField(form: WireForm): ReadonlyMap<string, Words> {
  return new Map(
    form.fields
      .filter(({ field }) => field.kind === 'enum')
      .map(({ name, field }) => [name, wordsOf(field.values!)]),
  );
}

const envelopeParameters: Readonly<Record<string, string>> = {
  ts_us: 'tsUs',
  mono_us: 'monoUs',
  seq: 'seq',
  weight: 'weight',
};

function writeField({ name, field }: WireField): string {
  const parameter = envelopeParameters[name];
  const value = parameter ?? `$${name}`;
  const declared = parameter === undefined ? `const ${value} = body.${name};\n` : '';
  const write = `line += ',"${name}":' + ${textOf(name, field, value)};`;
  if (!field.optional) return declared + write;
  return `${declared}if (${value} !== undefined && ${value} !== null) ${write}`;
}

function textOf(name: string, field: Field, value: string): string {
  if (name === 'ts_us') return `wall.uint(${value}, '${name}')`;
  if (name === 'mono_us') return `mono.number(${value}, '${name}')`;
  if (field.kind === 'enum') return `wordText(${value}, '${name}', $${name}Words)`;
  if (field.kind in textFunctions)
    return `${textFunctions[field.kind as keyof typeof textFunctions]}(${value}, '${name}')`;
  const values = field.values === undefined ? '' : `, values: ${JSON.stringify(field.values)}`;
  return `structureText(${value}, '${name}', { kind: '${field.kind}'${values} })`;
}
