/**
 * Checks the fields of a parsed line against their declarations and normalises them in place: decimal
 * strings become numbers, or bigint above 2^53-1; a `null` optional field becomes absent.
 *
 * This interpreter is the reference. Whatever is compiled for speed must agree with it.
 */
import type { FieldProblem, InvalidReason } from './problem.js';
import type { Field, FieldKind, Fields } from './schema.js';

const MAX_ID = 256;
const MAX_TEXT = 1024;
const MAX_LIST = 10_000;
const MAX_LABELS = 32;
const MAX_BOUNDS = 256;
const MAX_UINT64 = 2n ** 64n - 1n;

/** A checker returns the normalised value, or a problem without its path. */
type Checked = { readonly value: unknown } | { readonly reason: InvalidReason; readonly expected: string };

const ok = (value: unknown): Checked => ({ value });
const bad = (reason: InvalidReason, expected: string): Checked => ({ reason, expected });

/** The first problem of `fields` in `raw`, or undefined when all hold. */
export function checkFields(raw: Record<string, unknown>, fields: Fields): FieldProblem | undefined {
  for (const name in fields) {
    const field = fields[name]!;
    const found = raw[name];
    if (found === undefined || found === null) {
      if (!field.optional)
        return { reason: 'missing_field', detail: `${name}: absent, expected ${describe(field)}` };
      if (found === null) delete raw[name];
      continue;
    }
    const checked = checkers[field.kind](found, field);
    if ('reason' in checked) {
      return {
        reason: checked.reason,
        detail: `${name}: found ${show(found)}, expected ${checked.expected}`,
      };
    }
    raw[name] = checked.value;
  }
  return undefined;
}

const checkers: Record<FieldKind, (found: unknown, field: Field) => Checked> = {
  id: (found) => string(found, 1, MAX_ID),
  text: (found) => string(found, 0, MAX_TEXT),
  enum: (found, field) =>
    typeof found !== 'string'
      ? bad('wrong_type', 'a string')
      : field.values!.includes(found)
        ? ok(found)
        : bad('not_in_list', `one of ${field.values!.join(', ')}`),
  uint: (found) => integer(found, 0, 'an integer from 0 to 2^53-1'),
  int: (found) => integer(found, Number.MIN_SAFE_INTEGER, 'a safe integer'),
  uint64: (found) => uint64(found),
  number: (found) => finite(found, Number.NEGATIVE_INFINITY, 'a finite number'),
  duration: (found) => finite(found, 0, 'microseconds, a finite number >= 0'),
  bool: (found) => (typeof found === 'boolean' ? ok(found) : bad('wrong_type', 'true or false')),
  ids: (found) => list(found, MAX_LIST, (item) => string(item, 1, MAX_ID)),
  amounts: (found, field) =>
    map(found, field.values!.length, (key, value) =>
      field.values!.includes(key) ? uint64(value) : bad('not_in_list', `keys of ${field.values!.join(', ')}`),
    ),
  labels: (found) => map(found, MAX_LABELS, (_key, value) => string(value, 0, MAX_TEXT)),
  bounds: (found) =>
    ascending(list(found, MAX_BOUNDS, (item) => finite(item, Number.NEGATIVE_INFINITY, 'a number'))),
  validators: (found) => list(found, MAX_LIST, validator),
  sequences: (found) =>
    map(found, MAX_LABELS, (_key, value) => integer(value, 0, 'an integer from 0 to 2^53-1')),
};

function string(found: unknown, min: number, max: number): Checked {
  if (typeof found !== 'string') return bad('wrong_type', 'a string');
  if (found.length < min) return bad('out_of_range', 'a string that is not empty');
  return found.length > max ? bad('too_long', `at most ${max} characters`) : ok(found);
}

function finite(found: unknown, min: number, expected: string): Checked {
  if (typeof found !== 'number') return bad('wrong_type', expected);
  return Number.isFinite(found) && found >= min ? ok(found) : bad('out_of_range', expected);
}

function integer(found: unknown, min: number, expected: string): Checked {
  const value = typeof found === 'string' && /^-?\d{1,16}$/.test(found) ? Number(found) : found;
  if (typeof value !== 'number') return bad(isDecimal(found) ? 'out_of_range' : 'wrong_type', expected);
  return Number.isSafeInteger(value) && value >= min ? ok(value) : bad('out_of_range', expected);
}

function uint64(found: unknown): Checked {
  const expected = 'an integer from 0 to 2^64-1, above 2^53-1 as a decimal string';
  if (typeof found === 'number') return integer(found, 0, expected);
  const isText = isDecimal(found) && !found.startsWith('-');
  if (typeof found !== 'bigint' && !isText) return bad('wrong_type', expected);
  if (typeof found === 'string' && found.length > 20) return bad('out_of_range', expected);
  const value = BigInt(found);
  if (value < 0n || value > MAX_UINT64) return bad('out_of_range', expected);
  return ok(value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value);
}

function isDecimal(found: unknown): found is string {
  return typeof found === 'string' && /^-?\d+$/.test(found);
}

function list(found: unknown, max: number, check: (item: unknown) => Checked): Checked {
  if (!Array.isArray(found)) return bad('wrong_type', 'a list');
  if (found.length > max) return bad('too_long', `at most ${max} entries`);
  const values: unknown[] = [];
  for (const item of found) {
    const checked = check(item);
    if ('reason' in checked) return bad(checked.reason, `a list, each ${checked.expected}`);
    values.push(checked.value);
  }
  return ok(values);
}

function map(found: unknown, max: number, check: (key: string, value: unknown) => Checked): Checked {
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    return bad('wrong_type', 'an object');
  const entries = Object.entries(found);
  if (entries.length > max) return bad('too_long', `at most ${max} entries`);
  const values: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    const checked = check(key, value);
    if ('reason' in checked) return bad(checked.reason, `an object, each ${checked.expected}`);
    values[key] = checked.value;
  }
  return ok(values);
}

function ascending(checked: Checked): Checked {
  if ('reason' in checked) return checked;
  const values = checked.value as number[];
  const ascends = values.every((value, i) => i === 0 || value > values[i - 1]!);
  return ascends ? checked : bad('out_of_range', 'a strictly ascending list');
}

function validator(item: unknown): Checked {
  if (typeof item !== 'object' || item === null) return bad('wrong_type', '{id, power, name?, public_key?}');
  const { id, power, name, public_key } = item as Record<string, unknown>;
  const checkedId = string(id, 1, MAX_ID);
  if ('reason' in checkedId) return bad(checkedId.reason, `id: ${checkedId.expected}`);
  const checkedPower = uint64(power);
  if ('reason' in checkedPower) return bad(checkedPower.reason, `power: ${checkedPower.expected}`);
  const entry: Record<string, unknown> = { id: checkedId.value, power: checkedPower.value };
  for (const [key, value] of Object.entries({ name, public_key })) {
    if (value === undefined || value === null) continue;
    const checked = string(value, 1, MAX_ID);
    if ('reason' in checked) return bad(checked.reason, `${key}: ${checked.expected}`);
    entry[key] = checked.value;
  }
  return ok(entry);
}

/** What a field expects, for error messages and docs. */
export function describe(field: Field): string {
  if (field.kind === 'enum') return `one of ${field.values!.join(', ')}`;
  return descriptions[field.kind];
}

const descriptions: Record<FieldKind, string> = {
  id: 'a string of 1 to 256 characters',
  text: 'a string of at most 1,024 characters',
  enum: 'one of a closed list',
  uint: 'an integer from 0 to 2^53-1',
  uint64: 'an integer from 0 to 2^64-1',
  int: 'a safe integer',
  number: 'a finite number',
  duration: 'microseconds, a finite number >= 0',
  bool: 'true or false',
  ids: 'a list of strings',
  amounts: 'an object of unsigned integers',
  labels: 'an object of strings',
  bounds: 'a strictly ascending list of numbers',
  validators: 'a list of {id, power, name?, public_key?}',
  sequences: 'an object of unsigned integers by domain',
};

function show(found: unknown): string {
  const shown = typeof found === 'bigint' ? found.toString() : JSON.stringify(found);
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}
