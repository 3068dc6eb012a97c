/**
 * Regular expressions with RE2's syntax and guarantee: matching takes time linear in the text, whatever
 * the pattern. JavaScript's own engine backtracks and is never used on a pattern from a query. Patterns
 * are anchored at both ends and `.` matches a line break, as in Prometheus 3.
 *
 * The plain forms that make up nearly all real matchers (`a`, `a|b|c`, `a.*`, `.+`) skip the engine.
 */
import { RE2JS, RE2JSException } from 're2js';

/** The longest pattern: repetitions multiply what compiling costs. */
export const LONGEST_PATTERN = 1024;
/** The engine's cost of one character class repeated a thousand times is seconds: repetition is limited here. */
const LARGEST_PROGRAM = 20_000;

/** An anchored pattern. */
export interface Pattern {
  test(text: string): boolean;
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
  return regex instanceof RE2JS ? { test: (text) => regex.testExact(text) } : regex;
}

function compileRe2(source: string): RE2JS | BadPattern {
  if (source.length > LONGEST_PATTERN)
    return { problem: `error parsing regexp: longer than ${LONGEST_PATTERN} characters` };
  try {
    if (programSize(source) > LARGEST_PROGRAM)
      return { problem: 'error parsing regexp: expression compiles to too large a program' };
    return RE2JS.compile(`^(?s:${source})$`);
  } catch (error) {
    if (error instanceof RE2JSException)
      return { problem: error.message.replace(`^(?s:${source})$`, source) };
    throw error;
  }
}

/** An upper bound, before compiling, of how often the pattern's repetitions multiply its characters. */
function programSize(source: string): number {
  let size = source.length;
  for (const [, least = '0', most] of source.matchAll(/\{([0-9]+)(?:,([0-9]*))?\}/g))
    size += source.length * Math.max(Number(least), Number(most || 0)) * 0.25;
  return size;
}

const LITERAL = /^[\w\-:/ ,@%&=~#<>!;'"]*$/;

function plainPattern(source: string): Pattern | undefined {
  if (source === '.*') return { test: () => true };
  if (source === '.+') return { test: (text) => text !== '' };
  if (LITERAL.test(source)) return { test: (text) => text === source };
  const tail = source.endsWith('.*') ? 0 : source.endsWith('.+') ? 1 : -1;
  const prefix = source.slice(0, -2);
  if (tail >= 0 && LITERAL.test(prefix))
    return { test: (text) => text.startsWith(prefix) && text.length >= prefix.length + tail };
  const alternatives = source.split('|');
  if (!alternatives.every((alternative) => LITERAL.test(alternative))) return undefined;
  const texts = new Set(alternatives);
  return { test: (text) => texts.has(text) };
}
