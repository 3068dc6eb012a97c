/**
 * Writes an event's line as bytes, straight into the buffer that leaves the process. A line built as a
 * string costs twice: once to build, once more to be flattened and copied out (docs/adr/0003).
 *
 * A writer is generated per schema, at the first event of its type: names and fixed text become eight-byte
 * stores. It writes what is plain (ASCII without escapes, finite numbers, short lists); for anything
 * else it says `NOT_PLAIN` and the caller takes the encoder of src/events/encode.ts, which is the
 * reference: what both can write, both write alike. Getters of a body may throw through it.
 */
import { generate } from '../../events/generate.js';
import type { FieldKind } from '../../events/schema.js';
import { MAX_ID, MAX_TEXT } from '../../events/validate.js';
import { wireForms, type WireField, type WireForm } from '../../events/wire.js';
import { lineValues, NOT_PLAIN, NUMBER_BYTES } from './line-values.js';
import { SLACK, wordsOf, type LineMemory, type Target } from './words.js';

/**
 * Writes one line with its newline. `target` has `maxBytes` of room from `at`.
 * @returns the position after it, or `NOT_PLAIN`; bytes after `at` are garbage then
 */
type WriteLine = (
  target: Target,
  at: number,
  tsUs: number,
  monoUs: number,
  seq: number,
  weight: number | undefined,
  body: Readonly<Record<string, unknown>>,
  memory: LineMemory,
) => number;

/** Writes what follows the envelope, to the end of the line; else like `WriteLine`. */
type WriteTail = (
  target: Target,
  at: number,
  body: Readonly<Record<string, unknown>>,
  memory: LineMemory,
) => number;

/** How to write the lines of one event type, or parts of them. */
interface Writer<W> {
  readonly write: W;
  /** Room that a line may need before its lists are counted. */
  readonly maxBytes: number;
}

const writers: (Writer<WriteLine> | undefined)[] = wireForms.map(() => undefined);
const tailWriters: (Writer<WriteTail> | undefined)[] = wireForms.map(() => undefined);

/** The writer of the type at `index` of `wireForms`. */
export function lineWriter(index: number): Writer<WriteLine> {
  return (writers[index] ??= writerOf(wireForms[index]!, lineSource));
}

/** The same for the event's own fields alone: for whoever writes envelopes in a way of his own. */
export function tailWriter(index: number): Writer<WriteTail> {
  return (tailWriters[index] ??= writerOf(wireForms[index]!, tailSource));
}

/** Where the process forbids code generation nothing is plain, and the encoder writes everything. */
function writerOf<W extends (...parts: never[]) => number>(
  form: WireForm,
  sourceOf: (form: WireForm, maxBytes: number) => string,
): Writer<W | (() => number)> {
  const maxBytes = form.fields.reduce(
    (sum, { name, field }) => sum + name.length + 4 + valueBytes(field.kind, field.values),
    form.schema.type.length + SLACK * 2,
  );
  const write = generate<W>(sourceOf(form, maxBytes), lineValues);
  return { write: write ?? ((): number => NOT_PLAIN), maxBytes };
}

function lineSource(form: WireForm, maxBytes: number): string {
  // The connection's `hello` has named the node.
  const fields = form.fields.filter(({ name }) => name !== 'node');
  return `(target, at, tsUs, monoUs, seq, weight, body, memory) => {
    const view = target.view;
    let value;
    ${fixed(`{"type":"${form.schema.type}"`)}
    ${fields.map((field) => member(field, maxBytes)).join('\n')}
    ${fixed('}\n')}
    return at;
  }`;
}

function tailSource(form: WireForm, maxBytes: number): string {
  const fields = form.fields.filter(({ name }) => name !== 'node' && !(name in parameters));
  return `(target, at, body, memory) => {
    const view = target.view;
    let value;
    ${fields.map((field) => member(field, maxBytes)).join('\n')}
    ${fixed('}\n')}
    return at;
  }`;
}

const parameters: Readonly<Record<string, string>> = {
  ts_us: 'tsUs',
  mono_us: 'monoUs',
  seq: 'seq',
  weight: 'weight',
};

function member(wire: WireField, maxBytes: number): string {
  const { name, field } = wire;
  const write = `${fixed(`,"${name}":`)} ${put(wire, maxBytes)}`;
  const read = `value = ${parameters[name] ?? `body.${name}`};`;
  return field.optional
    ? `${read} if (value !== undefined && value !== null) { ${write} }`
    : `${read} ${write}`;
}

/** Functions of `line-values.ts` by kind; an event with a field of another kind is not plain. */
const valueWriters: Partial<Record<FieldKind, keyof typeof lineValues>> = {
  id: 'putId',
  text: 'putText',
  uint: 'putUint',
  uint64: 'putUint',
  int: 'putInt',
  number: 'putNumber',
  duration: 'putDuration',
  weight: 'putDuration',
  ids: 'putIds',
  labels: 'putLabels',
};

/** Stamps are ours: integers, of a clock that is asked again and again. */
const stampWriters: Readonly<Record<string, keyof typeof lineValues>> = {
  ts_us: 'putWall',
  mono_us: 'putMono',
};

function put({ name, field }: WireField, maxBytes: number): string {
  if (field.kind === 'enum') {
    const cases = field.values!.map((text) => `case '${text}': ${fixed(`"${text}"`)} break;`);
    return `switch (value) { ${cases.join(' ')} default: return NOT_PLAIN; }`;
  }
  if (field.kind === 'bool') {
    return `if (value === true) { ${fixed('true')} } else if (value === false) { ${fixed('false')} } else return NOT_PLAIN;`;
  }
  const writer = stampWriters[name] ?? valueWriters[field.kind];
  if (writer === undefined) return 'return NOT_PLAIN;';
  return `at = ${writer}(target, at, value, memory, ${maxBytes}); if (at < 0) return NOT_PLAIN;`;
}

/** Stores of fixed text; what they write beyond it is overwritten by what follows. */
function fixed(text: string): string {
  const stores = wordsOf(text).map((word, i) => `view.setFloat64(at + ${i * 8}, ${word}, true);`);
  return `${stores.join(' ')} at += ${text.length};`;
}

function valueBytes(kind: FieldKind, words: readonly string[] = []): number {
  if (kind === 'id') return MAX_ID + 2;
  if (kind === 'text') return MAX_TEXT + 2;
  return Math.max(NUMBER_BYTES, ...words.map((text) => text.length + 2));
}
