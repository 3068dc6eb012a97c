/**
 * The types of a query, checked as its nodes are made: which values operators, functions and aggregations
 * take. Messages are Prometheus's; positions are those of the part that does not fit.
 */
import {
  isComparison,
  isSetOperator,
  typeOf,
  type AggregateExpr,
  type AggregateOperator,
  type BinaryExpr,
  type BinaryOperator,
  type CallExpr,
  type Expr,
  type VectorSelector,
} from './ast.js';
import type { Token } from './lexer.js';
import { METRIC_NAME } from './labels.js';
import type { BinaryModifiers } from './parse-modifiers.js';
import type { Span } from './problem.js';
import { quote } from './quoting.js';
import type { FunctionSignature } from './signatures.js';
import type { TokenReader } from './token-reader.js';
import type { ValueType } from './value-type.js';

const PARAMETERS: Readonly<Partial<Record<AggregateOperator, ValueType>>> = {
  topk: 'scalar',
  bottomk: 'scalar',
  quantile: 'scalar',
  count_values: 'string',
};

/** @throws QuorumscopeError `promql.bad_data`, like every function here */
export function checkAggregate(
  reader: TokenReader,
  operator: AggregateOperator,
  args: readonly Expr[],
  grouping: { readonly labels: readonly string[]; readonly without: boolean } | undefined,
  span: Span,
): AggregateExpr {
  const parameter = PARAMETERS[operator];
  const wanted = parameter === undefined ? 1 : 2;
  if (args.length === 0) throw reader.problem(span, 'no arguments for aggregate expression provided');
  if (args.length !== wanted) {
    const counts = `expected ${wanted}, got ${args.length}`;
    throw reader.problem(span, `wrong number of arguments for aggregate expression provided, ${counts}`);
  }
  const expr = args[wanted - 1]!;
  expectType(reader, expr, 'instant vector', 'aggregation expression');
  const param = parameter === undefined ? undefined : args[0]!;
  if (param !== undefined) expectType(reader, param, parameter!, 'aggregation parameter');
  const { labels = [], without = false } = grouping ?? {};
  const height = 1 + Math.max(expr.height, param?.height ?? 0);
  return { kind: 'aggregate', operator, expr, param, grouping: labels, without, height, ...span };
}

export function checkCall(
  reader: TokenReader,
  func: FunctionSignature,
  args: readonly Expr[],
  span: Span,
): CallExpr {
  const name = quote(func.name);
  const count = func.args.length;
  if (func.variadic === 0 && args.length !== count)
    throw reader.problem(span, `expected ${count} argument(s) in call to ${name}, got ${args.length}`);
  const least = count - 1;
  if (func.variadic !== 0 && args.length < least)
    throw reader.problem(
      span,
      `expected at least ${least} argument(s) in call to ${name}, got ${args.length}`,
    );
  const most = least + func.variadic;
  if (func.variadic > 0 && args.length > most)
    throw reader.problem(span, `expected at most ${most} argument(s) in call to ${name}, got ${args.length}`);
  args.forEach((arg, i) => {
    const wanted = func.args[Math.min(i, count - 1)]!;
    expectType(reader, arg, wanted, `call to function ${name}`);
  });
  const height = 1 + args.reduce((highest, arg) => Math.max(highest, arg.height), 0);
  return { kind: 'call', func, args, height, ...span };
}

export function checkUnary(reader: TokenReader, start: number, expr: Expr): void {
  const type = typeOf(expr);
  if (type === 'scalar' || type === 'instant vector') return;
  const what = `unary expression only allowed on expressions of type scalar or instant vector, got "${type}"`;
  throw reader.problem({ start, end: expr.end }, what);
}

export function checkSubquery(reader: TokenReader, expr: Expr): void {
  const type = typeOf(expr);
  if (type === 'instant vector') return;
  throw reader.problem(expr, `subquery is only allowed on instant vector, got ${shortName(type)} instead`);
}

export function checkSelector(reader: TokenReader, selector: VectorSelector): void {
  if (selector.name !== '') {
    const other = selector.matchers.slice(0, -1).find(({ name }) => name === METRIC_NAME);
    if (other === undefined) return;
    const names = `${quote(selector.name)} or ${quote(other.value)}`;
    throw reader.problem(selector, `metric name must not be set twice: ${names}`);
  }
  if (selector.matchers.every((matcher) => matcher.matches('')))
    throw reader.problem(selector, 'vector selector must contain at least one non-empty matcher');
}

export function checkBinary(
  reader: TokenReader,
  token: Token,
  operator: BinaryOperator,
  left: Expr,
  right: Expr,
  modifiers: BinaryModifiers,
): BinaryExpr {
  const types = [typeOf(left), typeOf(right)];
  const span = { start: left.start, end: right.end };
  const { returnBool, on, labels, include } = modifiers;
  if (returnBool && !isComparison(operator))
    throw reader.problem(token, 'bool modifier can only be used on comparison operators');
  if (isComparison(operator) && !returnBool && types.every((type) => type === 'scalar'))
    throw reader.problem(token, 'comparisons between scalars must use BOOL modifier');
  const twice = on ? labels.find((label) => include.includes(label)) : undefined;
  if (twice !== undefined)
    throw reader.problem(token, `label ${quote(twice)} must not occur in ON and GROUP clause at once`);
  [left, right].forEach((side, i) => {
    if (types[i] === 'scalar' || types[i] === 'instant vector') return;
    throw reader.problem(side, 'binary expression must contain only scalar and instant vector types');
  });
  const height = 1 + Math.max(left.height, right.height);
  const base = { kind: 'binary', operator, left, right, returnBool, height, ...span } as const;
  if (types.includes('scalar')) {
    if (isSetOperator(operator))
      throw reader.problem(span, `set operator ${quote(operator)} not allowed in binary scalar expression`);
    if (labels.length > 0) throw reader.problem(span, 'vector matching only allowed between instant vectors');
    return { ...base, matching: undefined };
  }
  if (!isSetOperator(operator))
    return { ...base, matching: { cardinality: modifiers.cardinality, on, labels, include } };
  if (modifiers.cardinality !== 'one-to-one')
    throw reader.problem(span, `no grouping allowed for ${quote(operator)} operation`);
  return { ...base, matching: { cardinality: 'many-to-many', on, labels, include } };
}

function expectType(reader: TokenReader, expr: Expr, wanted: ValueType, context: string): void {
  const type = typeOf(expr);
  if (type !== wanted) throw reader.problem(expr, `expected type ${wanted} in ${context}, got ${type}`);
}

function shortName(type: ValueType): string {
  return type === 'instant vector' ? 'vector' : type === 'range vector' ? 'matrix' : type;
}
