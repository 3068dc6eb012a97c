import { describe, expect, it } from 'vitest';
import { QuorumscopeError } from '../../../src/base/errors.js';
import type { Expr } from '../../../src/promql/ast.js';
import { formatQuery } from '../../../src/promql/format.js';
import { GREATEST_HEIGHT, LONGEST_QUERY, parse, parseSelector } from '../../../src/promql/parse.js';

function problemOf(query: string): string {
  try {
    parse(query);
  } catch (error) {
    if (!(error instanceof QuorumscopeError)) throw error;
    expect(error).toMatchObject({ code: 'promql.bad_data', kind: 'input' });
    return error.message;
  }
  return 'no problem';
}

/** The query with every operator's operands in parentheses. */
function grouped(expr: Expr): string {
  switch (expr.kind) {
    case 'paren':
      return grouped(expr.expr);
    case 'binary':
      return `(${grouped(expr.left)} ${expr.operator} ${grouped(expr.right)})`;
    case 'unary':
      return `(${expr.operator}${grouped(expr.expr)})`;
    default:
      return formatQuery(expr);
  }
}

describe('parse', () => {
  it.each([
    ['-1 ^ 2', '(-(1 ^ 2))'],
    ['2 ^ 3 ^ 2', '(2 ^ (3 ^ 2))'],
    ['2 ^ -1 * 3', '((2 ^ -1) * 3)'],
    ['-x ^ 2 * y', '((-(x ^ 2)) * y)'],
    ['a + b * c ^ d', '(a + (b * (c ^ d)))'],
    ['a - b - c', '((a - b) - c)'],
    ['a or b and c unless d', '(a or ((b and c) unless d))'],
    ['a > b + 1 and c', '((a > (b + 1)) and c)'],
    ['a % b atan2 c', '((a % b) atan2 c)'],
    ['A OR B', '(A or B)'],
  ])('binds %s as %s', (query, expected) => {
    expect(grouped(parse(query))).toBe(expected);
  });

  it('gives offset and @ to the selector before them and to nothing more', () => {
    expect(parse('a + b offset 5m @ 10')).toMatchObject({
      left: { offsetMs: 0, at: undefined },
      right: { offsetMs: 300_000, at: 10_000 },
    });
    expect(parse('rate(x[5m] @ end() offset -1m30s)')).toMatchObject({
      args: [{ rangeMs: 300_000, selector: { at: 'end', offsetMs: -90_000 } }],
    });
    expect(parse('max_over_time(x[1h:30] offset 1d)')).toMatchObject({
      args: [{ kind: 'subquery', rangeMs: 3_600_000, stepMs: 30_000, offsetMs: 86_400_000 }],
    });
  });

  it('knows exactly where each part stands', () => {
    const query = 'sum(rate(x_total{a="b"}[5m])) by (c) / 2';
    const expr = parse(query);
    expect(expr).toMatchObject({ start: 0, end: query.length });
    if (expr.kind !== 'binary' || expr.left.kind !== 'aggregate') throw new Error('another tree');
    expect(query.slice(expr.left.start, expr.left.end)).toBe('sum(rate(x_total{a="b"}[5m])) by (c)');
    const call = expr.left.expr;
    if (call.kind !== 'call') throw new Error('another tree');
    expect(query.slice(call.args[0]!.start, call.args[0]!.end)).toBe('x_total{a="b"}[5m]');
  });

  it.each([
    ['0x1F', 31],
    ['1_000', 1000],
    ['2.', 2],
    ['.5e1', 5],
    ['+Inf', Infinity],
    ['1h30m', 5400],
    ['-5ms', -0.005],
  ])('reads the number %s', (text, value) => {
    expect(parse(text)).toMatchObject({ kind: 'number', value });
  });

  it.each([
    [String.raw`"a\n\x41\u00e9\101"`, 'a\nA\u00e9A'],
    [String.raw`'it\'s'`, "it's"],
    ['`raw\\n`', 'raw\\n'],
    ['"\u65e5\u672c # no comment"', '\u65e5\u672c # no comment'],
  ])('reads the string %s', (text, value) => {
    expect(parse(text)).toMatchObject({ kind: 'string', value });
  });

  it('takes names in quotes, keywords as names, and comments', () => {
    expect(formatQuery(parse('{"my.metric", "my.label"=~"a|b"} # why'))).toBe(
      '{"my.label"=~"a|b",__name__="my.metric"}',
    );
    expect(formatQuery(parse('sum by (on, "x.y") (offset)'))).toBe('sum by (on, "x.y") (offset)');
    expect(formatQuery(parse('start + end'))).toBe('start + end');
  });

  it.each([
    ['', 'unknown position: parse error: no expression found in input'],
    ['1 +', '1:4: parse error: unexpected end of input'],
    ['a b', '1:3: parse error: unexpected identifier "b"'],
    ['x{a="b" c="d"}', '1:9: parse error: unexpected identifier "c" in label matching, expected "," or "}"'],
    ['x{a}', '1:4: parse error: unexpected "}" in label matching, expected label matching operator'],
    ['x{a="b"', '1:8: parse error: unexpected end of input inside braces'],
    ['x{a=~"("}', '1:3: parse error: error parsing regexp: missing closing ): `(`'],
    ['{a=~".*"}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
    ['x{__name__="y"}', '1:1: parse error: metric name must not be set twice: "x" or "y"'],
    ['foo(1)', '1:1: parse error: unknown function with name "foo"'],
    [
      'rate(x)',
      '1:6: parse error: expected type range vector in call to function "rate", got instant vector',
    ],
    ['rate(x[5m], 1)', '1:1: parse error: expected 1 argument(s) in call to "rate", got 2'],
    ['sum(1)', '1:5: parse error: expected type instant vector in aggregation expression, got scalar'],
    [
      'topk(x)',
      '1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1',
    ],
    ['1 > 2', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
    ['a + bool b', '1:3: parse error: bool modifier can only be used on comparison operators'],
    ['a and 1', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
    ['a and on(x) group_left b', '1:1: parse error: no grouping allowed for "and" operation'],
    [
      'a / on(x) group_left(x) b',
      '1:3: parse error: label "x" must not occur in ON and GROUP clause at once',
    ],
    ['sum(x) offset 5m', '1:1: parse error: offset modifier must be preceded by an instant vector selector'],
    ['x offset 5m offset 5m', '1:1: parse error: offset may not be set multiple times'],
    ['x @ Inf', '1:1: parse error: timestamp out of bounds for @ modifier: Infinity'],
    ['x[0s]', '1:3: parse error: duration must be greater than 0'],
    ['x[5m1h]', '1:3: parse error: not a valid duration string: "5m1h"'],
    ['sum(x)[5m]', '1:7: parse error: ranges only allowed for vector selectors'],
    ['1[5m:1m]', '1:1: parse error: subquery is only allowed on instant vector, got scalar instead'],
    ['"\\z"', '1:1: parse error: unknown escape sequence \\z'],
    ["'abc", '1:1: parse error: unterminated quoted string'],
    ['1\n+ 2x', '2:3: parse error: bad number or duration syntax: "2x"'],
    ['(1', '1:3: parse error: unclosed left parenthesis'],
    ['1)', "1:2: parse error: unexpected right parenthesis ')'"],
    ['mad_over_time(x[5m])', '1:1: parse error: function "mad_over_time" is experimental and not supported'],
    ['x smoothed', '1:1: parse error: smoothed modifier is experimental and not supported'],
  ])('refuses %j', (query, message) => {
    const problem = problemOf(query);
    expect(problem.slice(0, message.length)).toBe(message);
  });

  it.each([
    ['parentheses', (n: number) => `${'('.repeat(n)}1${')'.repeat(n)}`],
    ['signs', (n: number) => `${'-'.repeat(n)}x`],
    ['operators', (n: number) => Array.from({ length: n }, () => 'x').join('+')],
    ['powers', (n: number) => Array.from({ length: n }, () => 'x').join('^')],
    ['calls', (n: number) => `${'abs('.repeat(n)}x${')'.repeat(n)}`],
    ['subqueries', (n: number) => `${'max_over_time('.repeat(n)}x${'[5m:1m])'.repeat(n)}`],
  ])('bounds the depth of %s', (_what, query) => {
    expect(problemOf(query(100))).toBe('no problem');
    expect(problemOf(query(2000))).toContain(`more than ${GREATEST_HEIGHT} levels deep`);
  });

  it('bounds the length of a query', () => {
    expect(problemOf(`x{a="${'y'.repeat(LONGEST_QUERY)}"}`)).toContain('query is longer than');
  });

  it('reads the selectors of series requests', () => {
    expect(parseSelector('up{job=~"a|b",x!="y"}').map(String)).toEqual([
      'job=~"a|b"',
      'x!="y"',
      '__name__="up"',
    ]);
    expect(() => parseSelector('up + 1')).toThrow('unexpected <op:+>');
  });
});
