/**
 * Label matchers as Alertmanager writes them: `severity="critical"`, `scope=~self|network`, or a list in braces,
 * `{a="b",c!="d"}`. Quotes are optional. Pure; what is no matcher is told in words, never thrown.
 */
import { LabelMatcher, type MatchType } from '../../promql/matchers.js';
import type { AlertTexts } from '../alert.js';

/** Matchers, or what is wrong with their text. */
export type ReadMatchers = { readonly matchers: readonly LabelMatcher[] } | { readonly problem: string };

const ONE = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!=|!~|=)\s*([\s\S]*?)\s*$/;

/** One matcher or several, with or without braces. */
export function readMatchers(text: string): ReadMatchers {
  const trimmed = text.trim();
  const inner = trimmed.startsWith('{') && trimmed.endsWith('}') ? trimmed.slice(1, -1) : trimmed;
  const matchers: LabelMatcher[] = [];
  for (const part of splitAtCommas(inner)) {
    if (part.trim() === '') continue;
    const read = readOne(part);
    if ('problem' in read) return read;
    matchers.push(read);
  }
  return matchers.length === 0
    ? { problem: `${JSON.stringify(text)} holds no matcher such as severity="critical"` }
    : { matchers };
}

/** A matcher of its parts. */
export function makeMatcher(
  name: string,
  type: MatchType,
  value: string,
): LabelMatcher | { readonly problem: string } {
  return LabelMatcher.create(name, type, value);
}

/** Whether labels pass all of them. An absent label is the empty text. */
export function passes(labels: AlertTexts, matchers: readonly LabelMatcher[]): boolean {
  return matchers.every((matcher) => matcher.matches(labels[matcher.name] ?? ''));
}

function readOne(part: string): LabelMatcher | { readonly problem: string } {
  const found = ONE.exec(part);
  if (found === null)
    return { problem: `${JSON.stringify(part.trim())} is no matcher such as severity="critical"` };
  const [, name = '', type = '=', raw = ''] = found;
  const value = unquoted(raw);
  if (value === undefined)
    return { problem: `${JSON.stringify(raw)} has a quote that is not closed or escaped` };
  return makeMatcher(name, type as MatchType, value);
}

/** The text between quotes with its escapes resolved; undefined when they do not match. */
function unquoted(raw: string): string | undefined {
  const isOpen = raw.startsWith('"');
  const body = isOpen ? raw.slice(1, -1) : raw;
  if (isOpen && (raw.length < 2 || !raw.endsWith('"'))) return undefined;
  if (/(?:^|[^\\])(?:\\\\)*"/.test(body)) return undefined;
  return body.replaceAll(/\\(["\\n])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
}

function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === ',' && !isQuoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}
