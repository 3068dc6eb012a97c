/**
 * The functions of templates: those of Go's text/template and those of Prometheus that need nothing but their
 * arguments. `query` is not here: it asks an engine, see `template.ts`.
 *
 * Not supported, and refused when a file is read: `tmpl`, `reReplaceAll`, `call`, `slice`, `html`, `js`, `toTime`.
 */
import { compilePattern } from '../../promql/regex.js';
import { parseDuration } from '../../promql/durations.js';
import { printf } from './format.js';
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
} from './number-words.js';
import { isList, isMap, numberOf, TemplateFailure, textOf, truth, type Value } from './values.js';

/** A function of a template. @throws TemplateFailure when its arguments do not fit */
export type TemplateFunction = (...args: readonly Value[]) => Value;

const number =
  (write: (value: number) => string): TemplateFunction =>
  (value) =>
    write(numberOf(value));

const text =
  (write: (value: string) => string): TemplateFunction =>
  (value) =>
    write(textOf(value));

function compare(name: string, holds: (order: number) => boolean): TemplateFunction {
  return (a, b) => {
    if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string'))
      throw new TemplateFailure(`error calling ${name}: incompatible types for comparison`);
    return holds(a < b! ? -1 : a > b! ? 1 : a === b ? 0 : Number.NaN);
  };
}

function field(of: Value, name: string): Value {
  if (!isMap(of)) throw new TemplateFailure(`${textOf(of)} has no ${name}`);
  return of[name];
}

function print(args: readonly Value[]): string {
  // As Go's Sprint: a space between two values neither of which is text.
  return args.reduce<string>((all, value, i) => {
    const spaced = i > 0 && typeof value !== 'string' && typeof args[i - 1] !== 'string';
    return `${all}${spaced ? ' ' : ''}${textOf(value)}`;
  }, '');
}

function matches(pattern: Value, value: Value): boolean {
  const compiled = compilePattern(`(?s:.*)(?:${textOf(pattern)})(?s:.*)`);
  if ('problem' in compiled) throw new TemplateFailure(`error calling match: ${compiled.problem}`);
  return compiled.test(textOf(value));
}

function index(of: Value, keys: readonly Value[]): Value {
  let found = of;
  for (const key of keys) {
    if (isList(found)) {
      if (typeof key !== 'number' || key < 0 || key >= found.length)
        throw new TemplateFailure(`error calling index: index out of range: ${textOf(key)}`);
      found = found[key];
    } else if (isMap(found)) found = found[textOf(key)] ?? '';
    else throw new TemplateFailure(`error calling index: can't index ${textOf(found)}`);
  }
  return found;
}

function first(of: Value): Value {
  if (isList(of) && of.length > 0) return of[0];
  throw new TemplateFailure('error calling first: first() called on vector with no elements');
}

function sortByLabel(name: Value, of: Value): Value {
  if (!isList(of)) throw new TemplateFailure('error calling sortByLabel: not a list of series');
  const key = (one: Value): string => textOf(index(field(one, 'Labels'), [name]));
  return [...of].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function lengthOf(of: Value): number {
  if (typeof of === 'string') return Buffer.byteLength(of);
  if (isList(of)) return of.length;
  if (isMap(of)) return Object.keys(of).length;
  throw new TemplateFailure(`error calling len: len of ${textOf(of)}`);
}

/** The host of `host:port`. */
function stripPort(address: string): string {
  return /^\[?([^\]]*?)\]?:[^:]*$/.exec(address)?.[1] ?? address;
}

function stripDomain(address: string): string {
  const [, host, port = ''] = /^(.*?)(:[0-9]+)?$/.exec(address)!;
  const isIp = /^[0-9.]+$/.test(host!) || host!.includes(':');
  return `${isIp ? host! : host!.split('.')[0]!}${port}`;
}

function parsedSeconds(value: Value): number {
  const ms = parseDuration(textOf(value));
  if (ms === undefined) throw new TemplateFailure(`not a valid duration string: ${textOf(value)}`);
  return ms / 1000;
}

/** What a template may call, by name. */
export const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  humanize: number(humanize),
  humanize1024: number(humanize1024),
  humanizeDuration: number(humanizeDuration),
  humanizePercentage: number(humanizePercentage),
  humanizeTimestamp: number(humanizeTimestamp),
  parseDuration: parsedSeconds,
  title: text((value) => value.replace(/\b\p{L}/gu, (letter) => letter.toUpperCase())),
  toUpper: text((value) => value.toUpperCase()),
  toLower: text((value) => value.toLowerCase()),
  stripPort: text(stripPort),
  stripDomain: text(stripDomain),
  safeHtml: text((value) => value),
  graphLink: text((value) => `/graph?g0.expr=${encode(value)}&g0.tab=0`),
  tableLink: text((value) => `/graph?g0.expr=${encode(value)}&g0.tab=1`),
  match: matches,
  first,
  label: (name, of) => index(field(of, 'Labels'), [name]),
  value: (of) => field(of, 'Value'),
  strvalue: (of) => index(field(of, 'Labels'), ['__value__']),
  sortByLabel,
  args: (...values) => Object.fromEntries(values.map((value, i) => [`arg${i}`, value])),
  printf: (format, ...values) => printf(textOf(format), values),
  print: (...values) => print(values),
  println: (...values) => `${values.map(textOf).join(' ')}\n`,
  urlquery: (...values) => encode(print(values)),
  len: lengthOf,
  index: (of, ...keys) => index(of, keys),
  not: (value) => !truth(value),
  and: (...values) => values.find((value) => !truth(value)) ?? values.at(-1),
  or: (...values) => values.find(truth) ?? values.at(-1),
  eq: (value, ...others) => others.includes(value),
  ne: (a, b) => a !== b,
  lt: compare('lt', (order) => order < 0),
  le: compare('le', (order) => order <= 0),
  gt: compare('gt', (order) => order > 0),
  ge: compare('ge', (order) => order >= 0),
};

function encode(value: string): string {
  return encodeURIComponent(value).replaceAll('%20', '+');
}
