/**
 * The words of a query. Keywords are recognised by the parser, where they may also be names; numbers and
 * durations are told apart here, colons belong to metric names except inside brackets.
 */
import { parseProblem } from './problem.js';
import { quote } from './quoting.js';

export type TokenKind = 'end' | 'identifier' | 'number' | 'duration' | 'string' | 'symbol';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = /[ \t\n\r]+|#[^\n\r]*/y;
const NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const NUMBER = /0[xX][0-9a-fA-F_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9][0-9_]*)?/y;
const DURATION = /(?:[0-9]+(?:ms|[smhdwy]))+/y;
const WORD_AFTER = /[a-zA-Z0-9_.]/;
const SYMBOLS = ['==', '=~', '!=', '!~', '>=', '<=', '</', '>/'] as const;
const SINGLE = '+-*/%^=<>(){}[],:@';

type Bracket = '(' | '[' | '{';
const CLOSING: Readonly<Record<string, Bracket>> = { ')': '(', ']': '[', '}': '{' };
const BRACKET_NAMES: Readonly<Record<Bracket, string>> = { '(': 'parenthesis', '[': 'bracket', '{': 'brace' };

/**
 * All tokens, the last one of kind `end`.
 * @throws QuorumscopeError `promql.bad_data` on a character or literal that no query holds
 */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  const open: Bracket[] = [];
  let at = skipSpace(query, 0);
  while (at < query.length) {
    const token = readToken(query, at, open.at(-1));
    tokens.push(token);
    track(query, token, open);
    at = skipSpace(query, token.end);
  }
  const left = open.at(-1);
  if (left === '{')
    throw parseProblem(query, { start: at, end: at }, 'unexpected end of input inside braces');
  if (left !== undefined)
    throw parseProblem(query, { start: at, end: at }, `unclosed left ${BRACKET_NAMES[left]}`);
  tokens.push({ kind: 'end', text: '', start: at, end: at });
  return tokens;
}

function skipSpace(query: string, from: number): number {
  let at = from;
  for (let text = match(SPACE, query, at); text !== undefined; text = match(SPACE, query, at))
    at += text.length;
  return at;
}

function match(pattern: RegExp, query: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(query)?.[0];
}

function readToken(query: string, at: number, inside: Bracket | undefined): Token {
  const first = query[at]!;
  const token = (kind: TokenKind, text: string): Token => ({ kind, text, start: at, end: at + text.length });
  if (first === '"' || first === "'" || first === '`') return token('string', readString(query, at));
  if (inside === '{') {
    const name = match(NAME, query, at);
    if (name !== undefined) return token('identifier', name);
  } else {
    const amount = readAmount(query, at);
    if (amount !== undefined) return token(amount.kind, amount.text);
    const name = match(inside === '[' ? NAME : METRIC_NAME, query, at);
    if (name !== undefined && !(name === ':' && inside !== '[')) return token('identifier', name);
  }
  const symbol = SYMBOLS.find((candidate) => query.startsWith(candidate, at));
  if (symbol !== undefined) return token('symbol', symbol);
  const isExpected = inside === '{' ? '={},'.includes(first) : SINGLE.includes(first);
  if (isExpected) return token('symbol', first);
  const place = inside === '{' ? ' inside braces' : '';
  const character = String.fromCodePoint(query.codePointAt(at)!);
  throw parseProblem(query, { start: at, end: at + 1 }, `unexpected character${place}: '${character}'`);
}

function readAmount(query: string, at: number): { kind: 'number' | 'duration'; text: string } | undefined {
  const number = match(NUMBER, query, at);
  const duration = match(DURATION, query, at);
  const text = (duration?.length ?? 0) >= (number?.length ?? 0) ? duration : number;
  if (text === undefined) return undefined;
  const after = query[at + text.length];
  if (after !== undefined && WORD_AFTER.test(after)) {
    const bad = /^[a-zA-Z0-9_.]+/.exec(query.slice(at))![0];
    throw parseProblem(
      query,
      { start: at, end: at + bad.length },
      `bad number or duration syntax: ${quote(bad)}`,
    );
  }
  return { kind: text === duration ? 'duration' : 'number', text };
}

function readString(query: string, at: number): string {
  const mark = query[at]!;
  for (let i = at + 1; i < query.length; i++) {
    const character = query[i];
    if (character === mark) return query.slice(at, i + 1);
    if (mark === '`') continue;
    if (character === '\\') i++;
    else if (character === '\n') break;
  }
  const what = mark === '`' ? 'unterminated raw string' : 'unterminated quoted string';
  throw parseProblem(query, { start: at, end: query.length }, what);
}

function track(query: string, token: Token, open: Bracket[]): void {
  if (token.kind !== 'symbol') return;
  const { text } = token;
  if (text === '(' || text === '[' || text === '{') {
    if (text !== '(' && open.at(-1) === '[')
      throw parseProblem(query, token, `unexpected left bracket '${text}'`);
    open.push(text);
    return;
  }
  const opening = CLOSING[text];
  if (opening === undefined) return;
  if (open.at(-1) !== opening)
    throw parseProblem(query, token, `unexpected right ${BRACKET_NAMES[opening]} '${text}'`);
  open.pop();
}
