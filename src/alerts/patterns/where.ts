/**
 * What a pattern asks of an event's fields, compiled to one predicate. Fields and values are checked against the event's
 * schema, so that a misspelt reason is refused when the file is read, not silently never seen.
 *
 *   where: { reason: [timeout, error], view: { gte: 5 }, late_us: { exists: true } }
 */
import { parseDuration } from '../../base/duration.js';
import type { Field, FieldKind } from '../../events/schema.js';
import { parseNumber } from '../../promql/numbers.js';
import type { YamlTree } from '../rules/yaml-tree.js';
import type { FactSchema } from './facts.js';
import type { FactFields } from './pattern.js';

/** How values of a field are compared. */
type Form = 'text' | 'number' | 'bool';

const FORMS: Readonly<Partial<Record<FieldKind, Form>>> = {
  id: 'text',
  text: 'text',
  enum: 'text',
  uint: 'number',
  uint64: 'number',
  int: 'number',
  number: 'number',
  duration: 'number',
  bool: 'bool',
};

type Test = (value: unknown) => boolean;
type Scalar = string | number | boolean;

const NUMERIC: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  gt: (value, limit) => value > limit,
  gte: (value, limit) => value >= limit,
  lt: (value, limit) => value < limit,
  lte: (value, limit) => value <= limit,
};
const TEXTUAL: Readonly<Record<string, (value: string, part: string) => boolean>> = {
  starts_with: (value, part) => value.startsWith(part),
  contains: (value, part) => value.includes(part),
};

/** Whether a field has one plain value, which can be compared and be a label. */
export function isScalarField({ kind }: Field): boolean {
  return FORMS[kind] !== undefined;
}

/** Reads what is asked of the fields of one event; problems are told to the tree. */
export function readWhere(tree: YamlTree, schema: FactSchema): (fields: FactFields) => boolean {
  const tests: (readonly [field: string, test: Test])[] = [];
  for (const [name, key, value] of tree.entries('fields of the event')) {
    const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
    if (field === undefined) {
      const known = Object.keys(schema.fields).filter((one) => isScalarField(schema.fields[one]!));
      key.problem(`${schema.type} has no field ${name}; it has ${known.join(', ') || 'none'}`);
      continue;
    }
    const form = FORMS[field.kind];
    if (form === undefined) key.problem(`${name} is not one plain value, which is what can be compared`);
    else tests.push([name, readTest(value, field, form)]);
  }
  return (fields) => tests.every(([name, test]) => test(fields[name]));
}

function readTest(tree: YamlTree, field: Field, form: Form): Test {
  if (tree.isList) return oneOf(tree, field, form);
  if (!tree.isMap) return equals(readValue(tree, field, form), form);
  const tests = tree
    .entries('comparisons')
    .map(([name, key, value]) => readOperator(name, key, value, field, form));
  return (value) => tests.every((test) => test(value));
}

function readOperator(name: string, key: YamlTree, tree: YamlTree, field: Field, form: Form): Test {
  if (name === 'exists') {
    const wanted = tree.scalar('true or false', readBool) ?? true;
    return (value) => (value !== undefined) === wanted;
  }
  if (name === 'eq') return equals(readValue(tree, field, form), form);
  if (name === 'ne') {
    const is = equals(readValue(tree, field, form), form);
    return (value) => value !== undefined && !is(value);
  }
  if (name === 'in') return oneOf(tree, field, form);
  const numeric = form === 'number' && Object.hasOwn(NUMERIC, name) ? NUMERIC[name] : undefined;
  if (numeric !== undefined) {
    const limit = Number(readValue(tree, field, form));
    return (value) => value !== undefined && numeric(Number(value), limit);
  }
  const textual = form === 'text' && Object.hasOwn(TEXTUAL, name) ? TEXTUAL[name] : undefined;
  if (textual !== undefined) {
    const part = tree.text() ?? '';
    return (value) => typeof value === 'string' && textual(value, part);
  }
  const more = form === 'number' ? Object.keys(NUMERIC) : form === 'text' ? Object.keys(TEXTUAL) : [];
  key.problem(`found ${name}, expected one of ${['eq', 'ne', 'in', 'exists', ...more].join(', ')}`);
  return () => false;
}

function oneOf(tree: YamlTree, field: Field, form: Form): Test {
  const values = tree.items('values').map((item) => equals(readValue(item, field, form), form));
  return (value) => values.some((is) => is(value));
}

function equals(wanted: Scalar | undefined, form: Form): Test {
  // Numbers beyond 2^53 arrive as bigint.
  if (form === 'number') return (value) => value !== undefined && Number(value) === wanted;
  return (value) => value !== undefined && value === wanted;
}

function readBool(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

function readValue(tree: YamlTree, { kind, values }: Field, form: Form): Scalar | undefined {
  if (form === 'bool') return tree.scalar('true or false', readBool);
  if (form === 'number') {
    if (kind === 'duration')
      return tree.scalar(
        'microseconds or a duration such as 500ms',
        (text) => parseNumber(text) ?? parseDuration(text),
      );
    return tree.scalar('a number', parseNumber);
  }
  if (values === undefined) return tree.text();
  return tree.scalar(`one of ${values.join(', ')}`, (text) => (values.includes(text) ? text : undefined));
}
