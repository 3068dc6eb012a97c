/**
 * Walks the tokens of a query and says what was found where something else was expected, in Prometheus's
 * words. Also reads the small forms that several rules share: durations, label lists, `offset`, `@`.
 */
import type { At, Expr } from './ast.js';
import { aggregateOperators } from './ast.js';
import { parseDuration } from './durations.js';
import { tokenize, type Token } from './lexer.js';
import { parseNumber } from './numbers.js';
import { parseProblem, type Span } from './problem.js';
import { quote, unquote } from './quoting.js';

const KEYWORDS = new Set([
  ...['by', 'without', 'offset', 'on', 'ignoring', 'group_left', 'group_right', 'bool', 'start', 'end'],
]);
const WORD_OPERATORS = new Set(['and', 'or', 'unless', 'atan2']);

/** The longest range, offset or step: what 64-bit nanoseconds hold. */
const LONGEST_S = 9_223_372_036;

export class TokenReader {
  readonly #query: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  /** Where the token read last ends. */
  lastEnd = 0;

  /** @throws QuorumscopeError `promql.bad_data` */
  constructor(query: string, longest: number) {
    this.#query = query;
    if (query.length > longest)
      throw parseProblem(query, { start: 0, end: 0 }, `query is longer than ${longest} characters`);
    this.#tokens = tokenize(query);
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    if (this.#at < this.#tokens.length - 1) this.#at++;
    this.lastEnd = token.end;
    return token;
  }

  isSymbol(text: string): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && token.text === text;
  }

  isWord(word: string): boolean {
    const token = this.peek();
    return token.kind === 'identifier' && token.text.toLowerCase() === word;
  }

  acceptSymbol(text: string): boolean {
    const found = this.isSymbol(text);
    if (found) this.next();
    return found;
  }

  acceptWord(word: string): boolean {
    const found = this.isWord(word);
    if (found) this.next();
    return found;
  }

  expectSymbol(text: string, context: string): void {
    if (!this.acceptSymbol(text)) throw this.unexpected(context, `"${text}"`);
  }

  problem(span: Span, what: string): Error {
    return parseProblem(this.#query, span, what);
  }

  /** What stands here does not belong here. */
  unexpected(context: string, expected = ''): Error {
    return this.unexpectedToken(this.peek(), context, expected);
  }

  unexpectedToken(token: Token, context: string, expected = ''): Error {
    const place = context === '' ? '' : ` in ${context}`;
    const wanted = expected === '' ? '' : `, expected ${expected}`;
    return this.problem(token, `unexpected ${describe(token)}${place}${wanted}`);
  }

  unquoted(token: Token): string {
    const text = unquote(token.text);
    if (typeof text === 'string') return text;
    throw this.problem(token, text.problem);
  }

  /** `by (...)` or `without (...)`, if it stands here. */
  grouping(): { readonly labels: readonly string[]; readonly without: boolean } | undefined {
    if (this.acceptWord('by')) return { labels: this.labelList(), without: false };
    if (this.acceptWord('without')) return { labels: this.labelList(), without: true };
    return undefined;
  }

  labelList(): readonly string[] {
    this.expectSymbol('(', 'grouping opts');
    const labels: string[] = [];
    while (!this.acceptSymbol(')')) {
      const token = this.next();
      if (token.kind !== 'identifier' && token.kind !== 'string')
        throw this.unexpectedToken(token, 'grouping opts', 'label');
      const label = token.kind === 'string' ? this.unquoted(token) : token.text;
      if (!isLabelName(label) || (token.kind === 'identifier' && label.includes(':')))
        throw this.problem(token, `invalid label name for grouping: ${quote(label)}`);
      labels.push(label);
      if (!this.isSymbol(')') && !this.acceptSymbol(','))
        throw this.unexpected('grouping opts', '"," or ")"');
    }
    return labels;
  }

  /** A length of time in milliseconds, above zero. */
  range(context: string): number {
    const token = this.peek();
    const ms = this.#milliseconds(context);
    if (ms <= 0) throw this.problem(token, 'duration must be greater than 0');
    return ms;
  }

  /** `offset D` behind an expression. */
  offset(expr: Expr): Expr {
    this.next();
    const sign = this.acceptSymbol('-') ? -1 : 1;
    if (sign === 1) this.acceptSymbol('+');
    const offsetMs = sign * this.#milliseconds('offset');
    return this.#shifted(expr, 'offset', (shift) => {
      if (shift.offsetMs !== 0) throw this.problem(expr, 'offset may not be set multiple times');
      return { ...shift, offsetMs };
    });
  }

  /** `@ T` behind an expression. */
  at(expr: Expr): Expr {
    this.next();
    const at = this.#atTime(expr);
    return this.#shifted(expr, '@', (shift) => {
      if (shift.at !== undefined) throw this.problem(expr, '@ <timestamp> may not be set multiple times');
      return { ...shift, at };
    });
  }

  #shifted(
    expr: Expr,
    modifier: string,
    change: <S extends { offsetMs: number; at: At | undefined }>(shift: S) => S,
  ): Expr {
    const end = this.lastEnd;
    if (expr.kind === 'selector' || expr.kind === 'subquery') return { ...change(expr), end };
    if (expr.kind === 'matrix') return { ...expr, selector: change(expr.selector), end };
    const what = 'must be preceded by an instant vector selector or range vector selector or a subquery';
    throw this.problem(expr, `${modifier} modifier ${what}`);
  }

  #atTime(expr: Expr): At {
    if (this.isWord('start') || this.isWord('end')) {
      const word = this.next().text.toLowerCase() as 'start' | 'end';
      this.expectSymbol('(', '@');
      this.expectSymbol(')', '@');
      return word;
    }
    const sign = this.acceptSymbol('-') ? -1 : 1;
    if (sign === 1) this.acceptSymbol('+');
    const token = this.next();
    const isNumber = token.kind === 'number' || /^(inf|nan)$/i.test(token.text);
    if (token.kind !== 'duration' && !isNumber) throw this.unexpectedToken(token, '@', 'timestamp');
    const seconds = isNumber ? parseNumber(token.text) : (parseDuration(token.text) ?? Number.NaN) / 1000;
    if (seconds === undefined || !(Math.abs(seconds) < 2 ** 53 / 1000)) {
      const shown = seconds === undefined ? token.text : String(sign * seconds);
      throw this.problem(expr, `timestamp out of bounds for @ modifier: ${shown}`);
    }
    return Math.round(sign * seconds * 1000);
  }

  #milliseconds(context: string): number {
    const token = this.next();
    if (token.kind === 'identifier' || token.text === '(' || token.text === '-')
      throw this.problem(token, 'duration expressions are experimental and not supported');
    const isDuration = token.kind === 'duration';
    if (token.kind !== 'number' && !isDuration)
      throw this.unexpectedToken(token, context, 'number or duration');
    const symbol = this.peek();
    if (
      symbol.kind === 'symbol' &&
      context !== 'offset' &&
      ['+', '-', '*', '/', '%', '^'].includes(symbol.text)
    )
      throw this.problem(symbol, 'duration expressions are experimental and not supported');
    const ms = isDuration ? parseDuration(token.text) : scaled(parseNumber(token.text));
    if (ms === undefined) throw this.problem(token, `not a valid duration string: "${token.text}"`);
    if (ms / 1000 > LONGEST_S) throw this.problem(token, 'duration out of range');
    return ms;
  }
}

/** Any text that is valid UTF-8 may name a label. */
export function isLabelName(name: string): boolean {
  return name !== '' && !name.includes('\ufffd');
}

// Nanoseconds first, as Prometheus rounds, then whole milliseconds.
function scaled(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.trunc(Math.round(seconds * 1e9) / 1e6);
}

function describe(token: Token): string {
  const word = token.text.toLowerCase();
  switch (token.kind) {
    case 'end':
      return 'end of input';
    case 'identifier':
      if (KEYWORDS.has(word)) return `<${word}>`;
      if (WORD_OPERATORS.has(word)) return `<op:${word}>`;
      if (aggregateOperators.some((operator) => operator === word)) return `<aggr:${word}>`;
      return `identifier ${quote(token.text)}`;
    case 'symbol':
      return '(){}[],:'.includes(token.text) ? `"${token.text}"` : `<op:${token.text}>`;
    case 'string':
    case 'number':
    case 'duration':
      return `${token.kind} ${quote(token.text)}`;
  }
}
