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

/** What a map or a list is besides: Go's types with methods, times, texts that need no escaping. */
export interface Nature {
  /** For problems: `template.KV`. */
  readonly typeName: string;
  readonly methods: Readonly<Record<string, (...args: readonly Value[]) => Value>>;
  /** Whether asking for a field that it has not is a failure; else it is empty. */
  readonly isStruct?: boolean;
  /** As `{{ value }}` prints it, where it is not printed as the map or list that it is. */
  readonly printed?: string;
  /** Microseconds since 1970; undefined within is Go's zero time. */
  readonly instant?: { readonly us: number | undefined; readonly zone: string };
  /** Taken as HTML that is meant. */
  readonly isHtml?: boolean;
}

const NATURE = Symbol('nature');

/** The same value with a nature of its own. */
export function withNature<T extends readonly Value[] | { readonly [name: string]: Value }>(
  value: T,
  nature: Nature,
): T {
  return Object.defineProperty(value, NATURE, { value: nature });
}

/** Its nature, if it has one. */
export function natureOf(value: Value): Nature | undefined {
  return typeof value === 'object' ? (value as { [NATURE]?: Nature })[NATURE] : undefined;
}

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
  const { printed } = natureOf(value) ?? {};
  if (printed !== undefined) return printed;
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
