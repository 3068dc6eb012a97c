/**
 * Regular expressions with RE2's syntax and guarantee: matching takes time linear in the text, whatever
 * the pattern. JavaScript's own engine backtracks and is never used on a pattern from a query. Patterns
 * are anchored at both ends and `.` matches a line break, as in Prometheus 3.
 *
 * The plain forms that make up nearly all real matchers (`a`, `a|b|c`, `a.*`, `.+`) skip the engine.
 */
import { RE2JS, RE2JSException } from 're2js';
import { patternCost } from './regex-cost.js';

/** The longest pattern, in UTF-16 units. */
export const LONGEST_PATTERN = 1024;
/** The largest program: one test of a long text against it takes some ten milliseconds at worst. */
const LARGEST_PROGRAM = 400;

/** An anchored pattern. */
export interface Pattern {
  test(text: string): boolean;
  /** Answered without the engine, in no time worth counting. */
  readonly isPlain: boolean;
}

/** What a pattern found: the text that each group caught, by number and by name. */
export interface Captures {
  readonly groups: readonly string[];
  readonly named: Readonly<Record<string, string>>;
}

/** Why a pattern is refused. */
export interface BadPattern {
  readonly problem: string;
}

/** An anchored test for a pattern of matchers. */
export function compilePattern(source: string): Pattern | BadPattern {
  return plainPattern(source) ?? compileEngine(source);
}

/** An anchored pattern whose groups can be read. */
export function compileCapturing(source: string): ((text: string) => Captures | undefined) | BadPattern {
  const regex = compileRe2(source);
  if (!(regex instanceof RE2JS)) return regex;
  const names = Object.keys(regex.namedGroups());
  return (text) => {
    const matcher = regex.matcher(text);
    if (!matcher.matches()) return undefined;
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? '');
    return { groups, named: Object.fromEntries(names.map((name) => [name, matcher.group(name) ?? ''])) };
  };
}

/** An unanchored pattern, in which `.` matches no line break: Go's `regexp`, as templates use it. */
export interface Searching {
  found(text: string): boolean;
  /** As Go's `ReplaceAllString`: `$1`, `${1}` and `${name}` in the replacement stand for what groups caught. */
  replaceAll(text: string, replacement: string): string;
}

/** A pattern to look for. */
export function compileSearching(source: string): Searching | BadPattern {
  const regex = compileRe2(source, source);
  if (!(regex instanceof RE2JS)) return regex;
  const names = Object.keys(regex.namedGroups());
  return {
    found: (text) => regex.matcher(text).find(),
    replaceAll: (text, replacement) => {
      const matcher = regex.matcher(text);
      const groups = (): string[] =>
        Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? '');
      let [replaced, at, last] = ['', 0, -1];
      while (matcher.find()) {
        const [start, end] = [matcher.start(), matcher.end()];
        // Nothing is found right behind what was found.
        if (start === end && start === last) continue;
        const named = Object.fromEntries(names.map((name) => [name, matcher.group(name) ?? '']));
        replaced += text.slice(at, start) + expandTemplate(replacement, { groups: groups(), named });
        [at, last] = [end, end];
      }
      return replaced + text.slice(at);
    },
  };
}

/** Replaces `$1`, `${1}`, `$name` and `${name}` in a template; `$$` is a dollar, unknown groups are empty. */
export function expandTemplate(template: string, captures: Captures): string {
  return template.replace(
    /\$(?:(\$)|\{(\w+)\}|(\w+))/g,
    (_whole, dollar: string | undefined, braced: string | undefined, bare: string | undefined) => {
      if (dollar !== undefined) return '$';
      const name = braced ?? bare ?? '';
      return /^[0-9]+$/.test(name) ? (captures.groups[Number(name)] ?? '') : (captures.named[name] ?? '');
    },
  );
}

function compileEngine(source: string): Pattern | BadPattern {
  const regex = compileRe2(source);
  return regex instanceof RE2JS ? { test: (text) => regex.testExact(text), isPlain: false } : regex;
}

/** @param whole what is compiled for it */
function compileRe2(source: string, whole = `^(?s:${source})$`): RE2JS | BadPattern {
  if (source.length > LONGEST_PATTERN)
    return { problem: `error parsing regexp: longer than ${LONGEST_PATTERN} characters` };
  try {
    if (patternCost(source) > LARGEST_PROGRAM)
      return { problem: 'error parsing regexp: expression compiles to too large a program' };
    return RE2JS.compile(whole);
  } catch (error) {
    if (error instanceof RE2JSException) return { problem: error.message.replace(whole, source) };
    throw error;
  }
}

const LITERAL = /^[\w\-:/ ,@%&=~#<>!;'"]*$/;

function plainPattern(source: string): Pattern | undefined {
  if (source === '.*') return { test: () => true, isPlain: true };
  if (source === '.+') return { test: (text) => text !== '', isPlain: true };
  if (LITERAL.test(source)) return { test: (text) => text === source, isPlain: true };
  const tail = source.endsWith('.*') ? 0 : source.endsWith('.+') ? 1 : -1;
  const prefix = source.slice(0, -2);
  if (tail >= 0 && LITERAL.test(prefix))
    return { test: (text) => text.startsWith(prefix) && text.length >= prefix.length + tail, isPlain: true };
  const alternatives = source.split('|');
  if (!alternatives.every((alternative) => LITERAL.test(alternative))) return undefined;
  const texts = new Set(alternatives);
  return { test: (text) => texts.has(text), isPlain: true };
}
