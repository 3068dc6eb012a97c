/**
 * Writes the source of an acceptor: a function that turns a parsed line into its event when every
 * field already has its final form. It returns undefined when a value is wrong or needs work (a
 * decimal string, minus zero); the interpreter then decides.
 */
import { indent } from './generate.js';
import type { Field, FieldKind } from './schema.js';
import { checkValue, LONE_SURROGATE, MAX_ID, MAX_TEXT } from './validate.js';
import type { WireField, WireForm } from './wire.js';

/**
 * Source of `(raw, node, keys) => event | undefined`, to be generated with `acceptorScope`. Sets
 * `keys.known` to the number of keys of `raw` that the type knows.
 */
export function acceptorSource(form: WireForm): string {
  const names = form.fields.map(({ name }) => name);
  return `function accept(raw, defaultNode, keys) { // ${form.schema.type}
  let known = 1;
  if (raw.v !== undefined) known++;
${indent(form.fields.map(acceptField).join('\n'))}
  if ($node === undefined && ($node = defaultNode) === undefined) return undefined;
${form.sampled ? '' : '  if (raw.weight !== undefined) return undefined;\n'}  keys.known = known;
  return {
    type: '${form.schema.type}',
${names.map((name) => `    ${name}: $${name},`).join('\n')}
  };
}`;
}

function acceptField({ name, field }: WireField): string {
  const value = `$${name}`;
  const refuse = `if (!(${accepted(value, field)})) return undefined;`;
  const declared = `let ${value} = raw.${name};`;
  if (!field.optional) return `${declared}\n${refuse}\nknown++;`;
  return `${declared}
if (${value} !== undefined) {
  known++;
  if (${value} === null) ${value} = undefined;
  else ${refuse}
}`;
}

function accepted(value: string, field: Field): string {
  if (field.kind === 'enum') return field.values!.map((word) => `${value} === '${word}'`).join(' || ');
  const test = tests[field.kind];
  if (test !== undefined) return test(value);
  const values = field.values === undefined ? '' : `, values: ${JSON.stringify(field.values)}`;
  return `(${value} = check(${value}, { kind: '${field.kind}'${values} })) !== undefined`;
}

const zeroOrMore = (value: string): string => `(${value} > 0 || (${value} === 0 && 1 / ${value} > 0))`;

/** Kinds that are not named are checked by the interpreter's own checker. */
const tests: Partial<Record<FieldKind, (value: string) => string>> = {
  uint: (value) => `Number.isSafeInteger(${value}) && ${zeroOrMore(value)}`,
  uint64: (value) => `Number.isSafeInteger(${value}) && ${zeroOrMore(value)}`,
  int: (value) => `Number.isSafeInteger(${value}) && (${value} !== 0 || 1 / ${value} > 0)`,
  number: (value) => `Number.isFinite(${value}) && (${value} !== 0 || 1 / ${value} > 0)`,
  duration: (value) => `Number.isFinite(${value}) && ${zeroOrMore(value)}`,
  weight: (value) => `Number.isFinite(${value}) && ${value} >= 1`,
  id: (value) => `isString(${value}, 1, ${MAX_ID})`,
  text: (value) => `isString(${value}, 0, ${MAX_TEXT})`,
  bool: (value) => `typeof ${value} === 'boolean'`,
};

/** What the source of an acceptor calls. */
export const acceptorScope = {
  isString(value: unknown, min: number, max: number): boolean {
    return (
      typeof value === 'string' && value.length >= min && value.length <= max && !LONE_SURROGATE.test(value)
    );
  },
  /** The normalised value, or undefined when it does not hold. */
  check(value: unknown, field: Field): unknown {
    const checked = value === null ? undefined : checkValue(value, field);
    return checked !== undefined && 'value' in checked ? checked.value : undefined;
  },
} as const;
