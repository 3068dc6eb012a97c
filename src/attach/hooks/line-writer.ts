/**
 * Writes an event's line as bytes, straight into the buffer that leaves the process. A line built as a
 * string costs twice: once to build, once more to be flattened and copied out (docs/adr/0003).
 *
 * A writer is generated per schema, at the first event of its type: names and fixed text become eight-byte
 * stores. It writes what is plain (ASCII without escapes, finite numbers, short lists); for anything
 * else it says `NOT_PLAIN` and the caller takes the encoder of src/events/encode.ts, which is the
 * reference: what both can write, both write alike. Getters of a body may throw through it.
 */
import type { EventSchema, Field, FieldKind } from '../../events/schema.js';
import { schemas } from '../../events/vocabulary.js';
import * as values from './line-values.js';
import { SLACK, wordsOf, type IdMemory, type Target } from './words.js';

/**
 * Writes one line with its newline. `target` has `maxBytes` of room from `at`.
 * @returns the position after it, or `NOT_PLAIN`; bytes after `at` are garbage then
 */
export type WriteLine = (
  target: Target,
  at: number,
  tsUs: number,
  monoUs: number,
  seq: number,
  weight: number | undefined,
  body: Readonly<Record<string, unknown>>,
  ids: IdMemory,
) => number;

/** How to write the lines of one event type. */
export interface LineWriter {
  readonly write: WriteLine;
  /** Room that a line may need before its lists are counted. */
  readonly maxBytes: number;
}

const writers: (LineWriter | undefined)[] = schemas.map(() => undefined);

/** The writer of the schema at `index` of `schemas`. */
export function lineWriter(index: number): LineWriter {
  return (writers[index] ??= compile(schemas[index]!));
}

const ENVELOPE_BYTES = 128 + 4 * values.NUMBER_BYTES;

function compile(schema: EventSchema): LineWriter {
  const fields = Object.entries(schema.fields);
  const maxBytes =
    fields.reduce((sum, [name, field]) => sum + name.length + 4 + valueBytes(field), ENVELOPE_BYTES) +
    schema.type.length +
    SLACK;
  const source = [
    'const view = target.view, bytes = target.bytes; let value;',
    fixed(`{"type":"${schema.type}","ts_us":`),
    put('putNumber', 'tsUs'),
    fixed(',"mono_us":'),
    put('putNumber', 'monoUs'),
    fixed(',"seq":'),
    put('putNumber', 'seq'),
    `if (weight !== undefined) { ${fixed(',"weight":')} ${put('putNumber', 'weight')} }`,
    ...fields.map(([name, field]) => member(name, field, maxBytes)),
    fixed('}\n'),
    'return at;',
  ].join('\n');
  try {
    // Input is the vocabulary alone: names and closed lists that this package declares.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const make = new Function('values', `${unpack} return (${parameters}) => {\n${source}\n};`) as (
      from: typeof values,
    ) => WriteLine;
    return { write: make(values), maxBytes };
  } catch {
    // Under --disallow-code-generation-from-strings the general encoder writes everything.
    return { write: () => values.NOT_PLAIN, maxBytes };
  }
}

const unpack = `const { ${Object.keys(values).join(', ')} } = values;`;
const parameters = 'target, at, tsUs, monoUs, seq, weight, body, ids';

function member(name: string, field: Field, maxBytes: number): string {
  const body = `${fixed(`,"${name}":`)} ${value(field, maxBytes)}`;
  const read = `value = body.${name};`;
  return field.optional ? `${read} if (value !== undefined) { ${body} }` : `${read} ${body}`;
}

function value(field: Field, maxBytes: number): string {
  if (field.kind === 'enum') {
    const cases = field.values!.map((text) => `case '${text}': ${fixed(`"${text}"`)} break;`);
    return `switch (value) { ${cases.join(' ')} default: return NOT_PLAIN; }`;
  }
  if (field.kind === 'bool') {
    return `if (value === true) { ${fixed('true')} } else if (value === false) { ${fixed('false')} } else return NOT_PLAIN;`;
  }
  const writer = writerOf[field.kind];
  if (writer === undefined) return 'return NOT_PLAIN;';
  return put(
    writer,
    'value',
    ...(writer === 'putIds' || writer === 'putLabels' ? [`ids, ${maxBytes}`] : ['ids']),
  );
}

const writerOf: Partial<Record<FieldKind, keyof typeof values>> = {
  id: 'putId',
  text: 'putText',
  uint: 'putNumber',
  uint64: 'putNumber',
  int: 'putNumber',
  number: 'putNumber',
  duration: 'putNumber',
  ids: 'putIds',
  labels: 'putLabels',
};

function put(writer: keyof typeof values, ...args: string[]): string {
  return `at = ${writer}(target, at, ${args.join(', ')}); if (at < 0) return NOT_PLAIN;`;
}

/** Stores of fixed text; what they write beyond it is overwritten by what follows. */
function fixed(text: string): string {
  const stores = wordsOf(text).map((word, i) => `view.setFloat64(at + ${i * 8}, ${word}, true);`);
  return `${stores.join(' ')} at += ${text.length};`;
}

function valueBytes(field: Field): number {
  if (field.kind === 'id') return values.ID_CHARACTERS + 2;
  if (field.kind === 'text') return values.TEXT_CHARACTERS + 2;
  const listed = (field.values ?? []).map((text) => text.length + 2);
  return Math.max(values.NUMBER_BYTES, ...listed);
}
