/** Values within a template, and how Go prints, compares and judges them. */
import { formatShort } from '../../promql/numbers.js';

/** Text by name. */
export type TextMap = Readonly<Record<string, string>>;

/** A series of a query's answer. */
export interface TemplateSample {
  readonly Labels: TextMap;
  readonly Value: number;
}

/** A value: maps and lists hold values. */
export type Value =
  string | number | boolean | undefined | readonly Value[] | { readonly [name: string]: Value };

/** Something went wrong while a template was run. */
export class TemplateFailure extends Error {
  override readonly name = 'TemplateFailure';
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is { readonly [name: string]: Value } {
  return typeof value === 'object' && !Array.isArray(value);
}

/** Whether a condition holds: not false, zero, empty or nothing. */
export function truth(value: Value): boolean {
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value) || (typeof value === 'number' && Number.isNaN(value));
}

/** As `{{ value }}` prints it. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatShort(value);
  if (value === undefined) return '<no value>';
  if (typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(textOf).join(' ')}]`;
  const entries = Object.keys(value)
    .sort()
    .map((name) => `${name}:${textOf(value[name])}`);
  return `map[${entries.join(' ')}]`;
}

/** A number, or a text that is one. @throws TemplateFailure */
export function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  const text = typeof value === 'string' ? value.trim() : '';
  const inf = /^([+-]?)inf(inity)?$/i.exec(text);
  if (inf !== null) return inf[1] === '-' ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  const number = text === '' ? Number.NaN : Number(text);
  if (Number.isNaN(number)) throw new TemplateFailure(`can't convert ${textOf(value)} to a number`);
  return number;
}
