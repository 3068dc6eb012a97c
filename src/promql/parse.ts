/**
 * Query text to syntax tree: recursive descent with Prometheus's precedences. The grammar published for
 * editors is not used: it reads `-1^2` as `(-1)^2` and gives `offset` to a whole binary expression, which
 * does not matter for colours and does for answers.
 *
 * Heights are bounded while parsing, so that no later walk over the tree can exhaust the stack.
 */
import {
  aggregateOperators,
  type AggregateExpr,
  type AggregateOperator,
  type BinaryOperator,
  type CallExpr,
  type Expr,
  type NumberLiteral,
  type StringLiteral,
} from './ast.js';
import { checkBinary, checkCall, checkAggregate, checkSelector, checkSubquery, checkUnary } from './check.js';
import { parseDuration } from './durations.js';
import { LabelMatcher, type MatchType } from './matchers.js';
import { METRIC_NAME } from './labels.js';
import { parseNumber } from './numbers.js';
import { readModifiers } from './parse-modifiers.js';
import { TokenReader } from './token-reader.js';
import { experimentalFunctions, functionSignatures } from './signatures.js';
import type { Token } from './lexer.js';

/** The longest query text, in UTF-16 units. */
export const LONGEST_QUERY = 131_072;
/** The deepest nesting, counting the links of a chain of operators. */
export const GREATEST_HEIGHT = 500;

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '>': 3,
  '<': 3,
  '>=': 3,
  '<=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
};

/** Words that cannot be metric names. */
const RESERVED = new Set(['bool', 'on', 'ignoring', 'group_left', 'group_right', 'atan2', 'inf', 'nan']);

/**
 * The tree of a query.
 * @throws QuorumscopeError `promql.bad_data` with line, column and what was expected
 */
export function parse(query: string): Expr {
  const reader = new TokenReader(query, LONGEST_QUERY);
  if (reader.peek().kind === 'end') throw reader.problem(reader.peek(), 'no expression found in input');
  const expr = new ExpressionParser(reader).expression(0);
  if (reader.peek().kind !== 'end') throw reader.unexpected('');
  return expr;
}

/**
 * The conditions of a metric selector such as `up{job="a"}`, as requests for series and labels carry it.
 * @throws QuorumscopeError `promql.bad_data`
 */
export function parseSelector(text: string): readonly LabelMatcher[] {
  const reader = new TokenReader(text, LONGEST_QUERY);
  const expr = new ExpressionParser(reader).selector();
  if (reader.peek().kind !== 'end') throw reader.unexpected('');
  return expr.matchers;
}

class ExpressionParser {
  readonly #reader: TokenReader;
  #depth = 0;

  constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  /** An expression of operators that bind at least as tightly as `least`. */
  expression(least: number): Expr {
    const reader = this.#reader;
    this.#enter();
    let left = this.#operand();
    for (;;) {
      if (reader.isSymbol('</') || reader.isSymbol('>/')) throw this.#forNative(reader.peek());
      const operator = binaryOperator(reader.peek());
      if (operator === undefined || PRECEDENCE[operator] < least) break;
      const token = reader.next();
      const modifiers = readModifiers(reader);
      const tighter = operator === '^' ? PRECEDENCE[operator] : PRECEDENCE[operator] + 1;
      const right = this.expression(tighter);
      left = this.#bounded(checkBinary(reader, token, operator, left, right, modifiers));
    }
    this.#depth--;
    return left;
  }

  /** A metric name, conditions in braces, or both. */
  selector(): Expr & { kind: 'selector' } {
    const reader = this.#reader;
    const first = reader.peek();
    const matchers: LabelMatcher[] = [];
    let name = '';
    if (first.kind === 'identifier') {
      if (RESERVED.has(first.text.toLowerCase())) throw reader.unexpected('');
      name = reader.next().text;
    }
    if (reader.isSymbol('{')) this.#matchers(matchers);
    else if (name === '') throw reader.unexpected('');
    if (name !== '') matchers.push(LabelMatcher.create(METRIC_NAME, '=', name) as LabelMatcher);
    const end = reader.lastEnd;
    const shift = { offsetMs: 0, at: undefined };
    const selector = {
      kind: 'selector',
      name,
      matchers,
      ...shift,
      start: first.start,
      end,
      height: 1,
    } as const;
    checkSelector(reader, selector);
    return selector;
  }

  #operand(): Expr {
    const reader = this.#reader;
    const token = reader.peek();
    if (!reader.isSymbol('-') && !reader.isSymbol('+')) return this.#suffixed(this.#primary());
    reader.next();
    // As tight as multiplication: -x^2 is -(x^2), -x*y is (-x)*y.
    const expr = this.expression(PRECEDENCE['^']);
    const { start } = token;
    if (expr.kind === 'number')
      return { ...expr, value: token.text === '-' ? -expr.value : expr.value, start };
    const operator = token.text === '-' ? '-' : '+';
    checkUnary(reader, start, expr);
    return this.#bounded({ kind: 'unary', operator, expr, start, end: expr.end, height: expr.height + 1 });
  }

  #primary(): Expr {
    const reader = this.#reader;
    const token = reader.peek();
    if (token.kind === 'number' || token.kind === 'duration') return this.#number();
    if (token.kind === 'string') return this.#string();
    if (reader.isSymbol('(')) {
      reader.next();
      const expr = this.expression(0);
      reader.expectSymbol(')', '');
      return this.#bounded({
        kind: 'paren',
        expr,
        start: token.start,
        end: reader.lastEnd,
        height: expr.height + 1,
      });
    }
    if (token.kind === 'identifier') return this.#named(token);
    return this.selector();
  }

  #named(token: Token): Expr {
    const reader = this.#reader;
    const word = token.text.toLowerCase();
    const after = reader.peek(1);
    const opens = after.kind === 'symbol' && after.text === '(';
    const isGrouped = after.kind === 'identifier' && /^(by|without)$/i.test(after.text);
    if (word === 'limitk' || word === 'limit_ratio') {
      const what = `${word}() is experimental and not supported`;
      if (opens || isGrouped) throw reader.problem(token, what);
    }
    const operator = aggregateOperators.find((candidate) => candidate === word);
    if (operator !== undefined && (opens || isGrouped)) return this.#aggregate(operator);
    if (opens && !RESERVED.has(word)) return this.#call();
    if ((word === 'inf' || word === 'nan') && !opens) return this.#number();
    return this.selector();
  }

  #aggregate(operator: AggregateOperator): AggregateExpr {
    const reader = this.#reader;
    const { start } = reader.next();
    let grouping = reader.grouping();
    if (!reader.isSymbol('(')) throw reader.unexpected('aggregation');
    const args = this.#arguments();
    grouping ??= reader.grouping();
    const span = { start, end: reader.lastEnd };
    return this.#bounded(checkAggregate(reader, operator, args, grouping, span));
  }

  #call(): CallExpr {
    const reader = this.#reader;
    const name = reader.next();
    const func = functionSignatures.get(name.text);
    if (func === undefined) {
      const what = experimentalFunctions.has(name.text)
        ? `function "${name.text}" is experimental and not supported`
        : `unknown function with name "${name.text}"`;
      throw reader.problem(name, what);
    }
    const args = this.#arguments();
    return this.#bounded(checkCall(reader, func, args, { start: name.start, end: reader.lastEnd }));
  }

  #arguments(): Expr[] {
    const reader = this.#reader;
    reader.expectSymbol('(', 'function call');
    const args: Expr[] = [];
    if (reader.acceptSymbol(')')) return args;
    do {
      if (args.length > 0 && reader.isSymbol(')'))
        throw reader.problem(reader.peek(), 'trailing commas not allowed in function call args');
      args.push(this.expression(0));
    } while (reader.acceptSymbol(','));
    reader.expectSymbol(')', 'function call args');
    return args;
  }

  #suffixed(primary: Expr): Expr {
    const reader = this.#reader;
    let expr = primary;
    for (;;) {
      if (reader.isSymbol('[')) expr = this.#bounded(this.#range(expr));
      else if (reader.isWord('offset')) expr = reader.offset(expr);
      else if (reader.isSymbol('@')) expr = reader.at(expr);
      else if (reader.isWord('anchored') || reader.isWord('smoothed'))
        throw reader.problem(expr, `${reader.peek().text} modifier is experimental and not supported`);
      else return expr;
    }
  }

  #range(expr: Expr): Expr {
    const reader = this.#reader;
    const bracket = reader.next();
    const rangeMs = reader.range('subquery or range selector');
    if (reader.acceptSymbol(']')) {
      const span = { start: bracket.start, end: reader.lastEnd };
      if (expr.kind !== 'selector') throw reader.problem(span, 'ranges only allowed for vector selectors');
      if (expr.offsetMs !== 0) throw reader.problem(span, 'no offset modifiers allowed before range');
      if (expr.at !== undefined) throw reader.problem(span, 'no @ modifiers allowed before range');
      return { kind: 'matrix', selector: expr, rangeMs, start: expr.start, end: reader.lastEnd, height: 2 };
    }
    if (!reader.acceptSymbol(':')) throw reader.unexpected('subquery or range', '":" or "]"');
    const stepMs = reader.isSymbol(']') ? undefined : reader.range('subquery selector');
    reader.expectSymbol(']', 'subquery selector');
    checkSubquery(reader, expr);
    const span = { start: expr.start, end: reader.lastEnd, height: expr.height + 1 };
    return { kind: 'subquery', expr, rangeMs, stepMs, offsetMs: 0, at: undefined, ...span };
  }

  #matchers(matchers: LabelMatcher[]): void {
    const reader = this.#reader;
    reader.next();
    while (!reader.acceptSymbol('}')) {
      matchers.push(this.#matcher());
      if (reader.isSymbol('}')) continue;
      if (!reader.acceptSymbol(',')) throw reader.unexpected('label matching', '"," or "}"');
    }
  }

  #matcher(): LabelMatcher {
    const reader = this.#reader;
    const label = reader.next();
    if (label.kind !== 'identifier' && label.kind !== 'string')
      throw reader.unexpectedToken(label, 'label matching', 'identifier or "}"');
    const name = label.kind === 'string' ? this.#unquoted(label) : label.text;
    if (label.kind === 'string' && (reader.isSymbol(',') || reader.isSymbol('}')))
      return LabelMatcher.create(METRIC_NAME, '=', name) as LabelMatcher;
    const operator = reader.next();
    if (!['=', '!=', '=~', '!~'].includes(operator.text) || operator.kind !== 'symbol')
      throw reader.unexpectedToken(operator, 'label matching', 'label matching operator');
    const value = reader.next();
    if (value.kind !== 'string') throw reader.unexpectedToken(value, 'label matching', 'string');
    const matcher = LabelMatcher.create(name, operator.text as MatchType, this.#unquoted(value));
    if ('problem' in matcher) throw reader.problem({ start: label.start, end: value.end }, matcher.problem);
    return matcher;
  }

  #number(): NumberLiteral {
    const token = this.#reader.next();
    const isDuration = token.kind === 'duration';
    const value = isDuration ? parseDuration(token.text) : parseNumber(token.text);
    if (value === undefined) {
      const what = isDuration
        ? `not a valid duration string: "${token.text}"`
        : `error parsing number: ${token.text}`;
      throw this.#reader.problem(token, what);
    }
    const { start, end } = token;
    return { kind: 'number', value: isDuration ? value / 1000 : value, isDuration, start, end, height: 1 };
  }

  #string(): StringLiteral {
    const token = this.#reader.next();
    return { kind: 'string', value: this.#unquoted(token), start: token.start, end: token.end, height: 1 };
  }

  #unquoted(token: Token): string {
    return this.#reader.unquoted(token);
  }

  #bounded<E extends Expr>(expr: E): E {
    if (expr.height > GREATEST_HEIGHT) throw this.#tooDeep(expr);
    return expr;
  }

  #enter(): void {
    if (++this.#depth > GREATEST_HEIGHT) throw this.#tooDeep(this.#reader.peek());
  }

  #forNative(token: Token): Error {
    const what = `operator ${token.text} trims native histograms, which are not supported`;
    return this.#reader.problem(token, what);
  }

  #tooDeep(span: { start: number; end: number }): Error {
    return this.#reader.problem(span, `query is nested more than ${GREATEST_HEIGHT} levels deep`);
  }
}

function binaryOperator(token: Token): BinaryOperator | undefined {
  if (token.kind !== 'symbol' && token.kind !== 'identifier') return undefined;
  const word = token.text.toLowerCase();
  return Object.hasOwn(PRECEDENCE, word) ? (word as BinaryOperator) : undefined;
}
