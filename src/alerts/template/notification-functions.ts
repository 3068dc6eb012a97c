/**
 * The functions of receivers' templates: those of Go's text/template, and those of Alertmanager where it has them or has
 * them otherwise than Prometheus. `now` is given, so that nothing here looks at a clock.
 */
import { compileSearching, type Searching } from '../../promql/regex.js';
import { templateFunctions, type TemplateFunction } from './functions.js';
import { formatTime, timeValue } from './go-time.js';
import { humanizeDuration } from './number-words.js';
import { isList, natureOf, numberOf, TemplateFailure, textOf, withNature, type Value } from './values.js';

/** Go's own, which rules have too. */
const SHARED = [
  ...['toUpper', 'toLower', 'printf', 'print', 'println', 'urlquery', 'len', 'index', 'not', 'and', 'or'],
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge'],
] as const;
/** A pattern is not looked for in longer texts. */
const LONGEST_SEARCHED = 16_384;

/** What a template of a receiver may call at a time of the clock, in microseconds. */
export function notificationFunctions(nowUs: number): Readonly<Record<string, TemplateFunction>> {
  return {
    ...fixed,
    since: (time) => {
      const { us } = instantOf('since', time);
      return durationValue(us === undefined ? Number.NaN : (nowUs - us) / 1e6);
    },
  };
}

const fixed: Readonly<Record<string, TemplateFunction>> = {
  ...Object.fromEntries(SHARED.map((name) => [name, templateFunctions[name]!])),
  title: (value) => titled(textOf(value)),
  trimSpace: (value) => textOf(value).trim(),
  join: (separator, list) => {
    if (!isList(list)) throw new TemplateFailure(`error calling join: ${textOf(list)} is no list`);
    return list.map(textOf).join(textOf(separator));
  },
  match: (pattern, text) => searching('match', pattern, text).found(textOf(text)),
  reReplaceAll: (pattern, replacement, text) =>
    searching('reReplaceAll', pattern, text).replaceAll(textOf(text), textOf(replacement)),
  stringSlice: (...texts) => texts.map(textOf),
  safeHtml: (text) =>
    withNature({}, { typeName: 'template.HTML', methods: {}, printed: textOf(text), isHtml: true }),
  html: (...values) => escapeHtml(values.map(textOf).join('')),
  slice: (of, from, to) => sliced(of, from, to),
  date: (layout, time) => {
    const { us, zone } = instantOf('date', time);
    return formatTime(us, textOf(layout), zone);
  },
  tz: (zone, time) => timeValue(instantOf('tz', time).us, textOf(zone)),
  humanizeDuration: (value) =>
    humanizeDuration(natureOf(value) === undefined ? numberOf(value) : secondsOf(value)),
};

/** Their names. */
export const notificationFunctionNames: ReadonlySet<string> = new Set(Object.keys(notificationFunctions(0)));

/** As Go's templates escape text between tags and within quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"'+\0]/g, (found) => ESCAPES[found]!);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
  '+': '&#43;',
  '\0': '\uFFFD',
};

function instantOf(name: string, value: Value): { readonly us: number | undefined; readonly zone: string } {
  const instant = natureOf(value)?.instant;
  if (instant === undefined) throw new TemplateFailure(`error calling ${name}: ${textOf(value)} is no time`);
  return instant;
}

function searching(name: string, pattern: Value, text: Value): Searching {
  if (textOf(text).length > LONGEST_SEARCHED)
    throw new TemplateFailure(`error calling ${name}: a text longer than ${LONGEST_SEARCHED} characters`);
  const compiled = compileSearching(textOf(pattern));
  if ('problem' in compiled) throw new TemplateFailure(`error calling ${name}: ${compiled.problem}`);
  return compiled;
}

/** Each word with one capital letter, and no other. */
function titled(text: string): string {
  return text.replace(/[\p{L}\p{N}][\p{L}\p{M}\p{N}_]*(?:['’.:][\p{L}\p{M}\p{N}_]+)*/gu, (word) => {
    const at = word.search(/\p{L}/u);
    return at < 0 ? word : word.slice(0, at) + word[at]!.toUpperCase() + word.slice(at + 1).toLowerCase();
  });
}

function sliced(of: Value, from: Value = 0, to: Value = undefined): Value {
  if (typeof of === 'string') {
    const bytes = Buffer.from(of);
    return bytes.subarray(...within(bytes.length, from, to)).toString('utf8');
  }
  if (!isList(of)) throw new TemplateFailure(`error calling slice: can't slice ${textOf(of)}`);
  return of.slice(...within(of.length, from, to));
}

function within(length: number, from: Value, to: Value): [number, number] {
  const [first, last] = [numberOf(from), to === undefined ? length : numberOf(to)];
  if (first < 0 || last > length || first > last)
    throw new TemplateFailure(`error calling slice: index out of range: ${first}:${last}`);
  return [first, last];
}

function secondsOf(value: Value): number {
  const seconds = natureOf(value)?.methods['Seconds'];
  if (seconds === undefined) throw new TemplateFailure(`can't convert ${textOf(value)} to a number`);
  return numberOf(seconds());
}

/** Go's duration, printed as `1h2m3.5s`. */
function durationValue(seconds: number): Value {
  const printed = printDuration(seconds);
  return withNature(
    {},
    {
      typeName: 'time.Duration',
      isStruct: true,
      printed,
      methods: {
        Seconds: () => seconds,
        Minutes: () => seconds / 60,
        Hours: () => seconds / 3600,
        String: () => printed,
      },
    },
  );
}

function printDuration(seconds: number): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? '-' : '';
  if (size === 0) return '0s';
  if (size < 0.001) return `${sign}${Math.round(size * 1e6)}µs`;
  if (size < 1) return `${sign}${Number((size * 1e3).toFixed(3))}ms`;
  const [hours, minutes] = [Math.floor(size / 3600), Math.floor(size / 60) % 60];
  const rest = Number((size % 60).toFixed(6));
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}s`;
}
