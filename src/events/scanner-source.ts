/**
 * Writes the source of a scanner: a function that reads a line in canonical form straight into its
 * event. Canonical: keys in the order of the wire form, each at most once, no white space.
 *
 * A scanner returns undefined at the first thing that is not plainly canonical; it never decides that
 * a line is invalid. Keys and words of closed lists are compared four bytes at a time.
 */
import { PROTOCOL_VERSION } from './envelope.js';
import { indent } from './generate.js';
import type { Field, FieldKind } from './schema.js';
import type { WireField, WireForm } from './wire.js';

/**
 * Source of `(reader, node) => event | undefined` for a line of this type whose `type` has been read:
 * `reader.at` is behind the closing quote of the type, and afterwards behind the newline.
 */
export function scannerSource(form: WireForm): string {
  const names = form.fields.map(({ name }) => name);
  return `function scan(reader, defaultNode) { // ${form.schema.type}
  const bytes = reader.bytes;
  const words = reader.words;
  let at = reader.at;
  let ${names.map(local).join(', ')};
${indent(form.fields.map(readField).join('\n'))}
  // }\\n
  if (bytes[at] !== 0x7d || bytes[at + 1] !== 0x0a) return undefined;
  reader.at = at + 2;
  if (${local('node')} === undefined && (${local('node')} = defaultNode) === undefined) return undefined;
  return {
    type: '${form.schema.type}',
${names.map((name) => `    ${name}: ${local(name)},`).join('\n')}
  };
}`;
}

/** Source of `reader => boolean`: moves the reader behind the opening quote of the value of `type`. */
export function headSource(): string {
  const heads = [`{"type":"`, `{"v":${PROTOCOL_VERSION},"type":"`];
  const branch = (head: string): string =>
    `// ${head}\nif (${matches(head)}) {\n  reader.at = at + ${head.length};\n  return true;\n}`;
  return `function readHead(reader) {
  const bytes = reader.bytes;
  const words = reader.words;
  const at = reader.at;
${indent(heads.map(branch).join('\n'))}
  return false;
}`;
}

/** Source of a comparison of the bytes at `at` with ASCII `text`, which must not contain a newline. */
function matches(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  const parts: string[] = [];
  const place = (offset: number): string => (offset === 0 ? 'at' : `at + ${offset}`);
  let i = 0;
  for (; bytes.length - i >= 4; i += 4)
    parts.push(`words.getUint32(${place(i)}, true) === 0x${bytes.readUInt32LE(i).toString(16)}`);
  for (; i < bytes.length; i++) parts.push(`bytes[${place(i)}] === 0x${bytes[i]!.toString(16)}`);
  return parts.join(' && ');
}

/** The names of fields may be reserved words (`new`). */
function local(name: string): string {
  return `$${name}`;
}

function readField({ name, field }: WireField): string {
  const quoted = field.kind === 'id' || field.kind === 'text' || field.kind === 'enum';
  const key = `,"${name}":${quoted ? '"' : ''}`;
  const found = matches(key);
  const read = `at += ${key.length};\n${readValue(local(name), field)}`;
  if (field.optional) return `// ${key}\nif (${found}) {\n${indent(read)}\n}`;
  return `// ${key}\nif (!(${found})) return undefined;\n${read}`;
}

function readValue(target: string, field: Field): string {
  if (field.kind === 'enum')
    return readWord(
      target,
      field.values!.map((value) => [`${value}"`, `'${value}'`]),
    );
  if (field.kind === 'bool')
    return readWord(target, [
      ['true', 'true'],
      ['false', 'false'],
    ]);
  const reader = readers[field.kind];
  // What the reader cannot read ends the scan; JSON.parse takes over.
  if (reader === undefined) return 'return undefined;';
  return `reader.at = at;\n${target} = reader.${reader.method}();\nif (${reader.refused(target)}) return undefined;\nat = reader.at;`;
}

function readWord(target: string, words: readonly (readonly [text: string, value: string])[]): string {
  const branches = words.map(
    ([text, value]) => `if (${matches(text)}) { at += ${text.length}; ${target} = ${value}; }`,
  );
  return `${branches.join('\nelse ')}\nelse return undefined;`;
}

interface ValueReader {
  readonly method: string;
  readonly refused: (target: string) => string;
}

const absent = (target: string): string => `${target} === undefined`;

/** Methods of `LineReader`. Kinds that are not named are rare on the wire and left to `JSON.parse`. */
const readers: Partial<Record<FieldKind, ValueReader>> = {
  id: { method: 'id', refused: absent },
  text: { method: 'text', refused: absent },
  uint: { method: 'uint', refused: (target) => `${target} < 0` },
  uint64: { method: 'uint', refused: (target) => `${target} < 0` },
  int: { method: 'int', refused: (target) => `${target} !== ${target}` },
  number: { method: 'number', refused: (target) => `${target} !== ${target}` },
  duration: { method: 'number', refused: (target) => `!(${target} >= 0)` },
  weight: { method: 'number', refused: (target) => `!(${target} >= 1)` },
  ids: { method: 'ids', refused: absent },
  labels: { method: 'labels', refused: absent },
};
