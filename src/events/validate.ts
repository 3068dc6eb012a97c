/**
 * Checks the values of a parsed line against their declarations and normalises them: decimal strings
 * become numbers, or bigint above 2^53-1; minus zero becomes zero; a `null` optional field is absent.
 *
 * This interpreter is the reference. Whatever is compiled for speed must agree with it. It never
 * throws, and a description of what it found never grows with the size of that.
 */
import type { FieldProblem, InvalidReason } from './problem.js';
import type { Field, FieldKind } from './schema.js';

/** Longest `id`, in UTF-16 units; also the longest key of a map. */
export const MAX_ID = 256;
/** Longest `text`, in UTF-16 units. */
export const MAX_TEXT = 1024;
/** Longest list of ids or validators. */
export const MAX_LIST = 10_000;
/** Most entries of `labels` and `sequences`. */
export const MAX_LABELS = 32;
/** Most entries of `bounds`. */
export const MAX_BOUNDS = 256;
/** Greatest `uint64`. */
const MAX_UINT64 = 2n ** 64n - 1n;

/** What of a field's declaration decides about its value. */
export type Declared = Pick<Field, 'kind' | 'values'>;

/** The normalised value, or what is wrong, without its path. */
export type Checked =
  { readonly value: unknown } | { readonly reason: InvalidReason; readonly expected: string };

const ok = (value: unknown): Checked => ({ value });
const bad = (reason: InvalidReason, expected: string): Checked => ({ reason, expected });

/** Checks one present value (neither undefined nor null). */
export function checkValue(found: unknown, field: Declared): Checked {
  return checkers[field.kind](found, field);
}

/** The normalised value of a field, undefined where it is absent and may be; or what is wrong with it. */
export function checkField(
  name: string,
  found: unknown,
  field: Field,
): { readonly value: unknown } | FieldProblem {
  if (found === undefined || found === null) {
    if (field.optional) return { value: undefined };
    return { reason: 'missing_field', detail: `${name}: absent, expected ${describe(field)}` };
  }
  const checked = checkValue(found, field);
  if ('value' in checked) return checked;
  return { reason: checked.reason, detail: `${name}: found ${show(found)}, expected ${checked.expected}` };
}

const checkers: Record<FieldKind, (found: unknown, field: Declared) => Checked> = {
  id: (found) => string(found, 1, MAX_ID),
  text: (found) => string(found, 0, MAX_TEXT),
  enum: (found, field) =>
    typeof found !== 'string'
      ? bad('wrong_type', 'a string')
      : field.values!.includes(found)
        ? ok(found)
        : bad('not_in_list', `one of ${field.values!.join(', ')}`),
  uint: (found) => integer(found, 0, descriptions.uint),
  int: (found) => integer(found, Number.MIN_SAFE_INTEGER, descriptions.int),
  uint64: (found) => uint64(found),
  number: (found) => finite(found, Number.NEGATIVE_INFINITY, descriptions.number),
  duration: (found) => finite(found, 0, descriptions.duration),
  weight: (found) => finite(found, 1, descriptions.weight),
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
  sequences: (found) => map(found, MAX_LABELS, (_key, value) => integer(value, 0, descriptions.uint)),
};

/** Half of a UTF-16 pair: only an escape in JSON can make one. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

function string(found: unknown, min: number, max: number): Checked {
  if (typeof found !== 'string') return bad('wrong_type', 'a string');
  if (found.length < min) return bad('out_of_range', 'a string that is not empty');
  if (found.length > max) return bad('too_long', `at most ${max} characters`);
  // What is not Unicode cannot be written as UTF-8: two such ids would become one on the way out.
  return LONE_SURROGATE.test(found) ? bad('invalid_utf8', 'Unicode without lone surrogates') : ok(found);
}

function finite(found: unknown, min: number, expected: string): Checked {
  if (typeof found !== 'number') return bad('wrong_type', expected);
  return Number.isFinite(found) && found >= min ? ok(found + 0) : bad('out_of_range', expected);
}

function integer(found: unknown, min: number, expected: string): Checked {
  const value = isDecimal(found) ? Number(found) : found;
  if (typeof value !== 'number') return bad('wrong_type', expected);
  return Number.isSafeInteger(value) && value >= min ? ok(value + 0) : bad('out_of_range', expected);
}

function uint64(found: unknown): Checked {
  // A bigint comes from a body to be encoded, never from JSON.
  if (typeof found !== 'bigint' && !isDecimal(found)) return integer(found, 0, descriptions.uint64);
  const value = typeof found === 'string' && found.length > 20 ? -1n : BigInt(found);
  if (value < 0n || value > MAX_UINT64) return bad('out_of_range', descriptions.uint64);
  return ok(value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value);
}

/** A decimal string as JSON would write the number: no plus, no leading zeros, no minus zero. */
function isDecimal(found: unknown): found is string {
  return typeof found === 'string' && /^(?:0|-?[1-9]\d*)$/.test(found);
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
  for (const entry of entries) {
    const key = string(entry[0], 1, MAX_ID);
    if ('reason' in key) return bad(key.reason, `an object, each key ${key.expected}`);
    const checked = check(entry[0], entry[1]);
    if ('reason' in checked) return bad(checked.reason, `an object, each ${checked.expected}`);
    entry[1] = checked.value;
  }
  // Not by assignment: that would lose a key named __proto__.
  return ok(Object.fromEntries(entries));
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
export function describe(field: Declared): string {
  if (field.kind === 'enum') return `one of ${field.values!.join(', ')}`;
  return descriptions[field.kind];
}

const descriptions: Record<FieldKind, string> = {
  id: 'a string of 1 to 256 characters',
  text: 'a string of at most 1,024 characters',
  enum: 'one of a closed list',
  uint: 'an integer from 0 to 2^53-1',
  uint64: 'an integer from 0 to 2^64-1, above 2^53-1 as a decimal string',
  int: 'an integer from -(2^53-1) to 2^53-1',
  number: 'a finite number',
  duration: 'microseconds, a finite number >= 0',
  weight: 'a finite number >= 1',
  bool: 'true or false',
  ids: 'a list of strings',
  amounts: 'an object of unsigned integers',
  labels: 'an object of strings',
  bounds: 'a strictly ascending list of numbers',
  validators: 'a list of {id, power, name?, public_key?}',
  sequences: 'an object of unsigned integers by domain',
};

/** Never walks a list or object: it may be a megabyte, or nested deeper than a stack. */
export function show(found: unknown): string {
  if (Array.isArray(found)) return `a list of ${found.length}`;
  if (typeof found === 'object' && found !== null) return 'an object';
  if (typeof found !== 'string') return String(found);
  return JSON.stringify(found.length > 60 ? `${found.slice(0, 57)}...` : found);
}
