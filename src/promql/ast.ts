/**
 * The syntax tree of a query. Nodes are immutable once parsed and carry their exact stretch of the text
 * (annotations point at it) and their height (so that nothing recurses without a bound).
 */
import type { FunctionSignature } from './signatures.js';
import type { LabelMatcher } from './matchers.js';
import type { Span } from './problem.js';
import type { ValueType } from './value-type.js';

export type AggregateOperator = (typeof aggregateOperators)[number];
export const aggregateOperators = [
  'sum',
  'avg',
  'count',
  'min',
  'max',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'count_values',
  'quantile',
] as const;

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2';
export type ComparisonOperator = '==' | '!=' | '>' | '<' | '>=' | '<=';
export type SetOperator = 'and' | 'or' | 'unless';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator;

interface Node extends Span {
  /** Levels below and including this one. */
  readonly height: number;
}

export interface NumberLiteral extends Node {
  readonly kind: 'number';
  readonly value: number;
  /** Written as a duration; `value` is seconds. */
  readonly isDuration: boolean;
}

export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly value: string;
}

/** `@ start()`, `@ end()`, or a time. */
export type At = 'start' | 'end' | number;

/** When a selector or subquery looks, beside the evaluation time. */
export interface Shift {
  /** Milliseconds into the past; negative looks ahead. */
  readonly offsetMs: number;
  /** Fixed time in milliseconds since the epoch, or one end of the query. */
  readonly at: At | undefined;
}

export interface VectorSelector extends Node, Shift {
  readonly kind: 'selector';
  /** The metric name written before the braces, or empty. */
  readonly name: string;
  /** All conditions; one for `name` comes last. */
  readonly matchers: readonly LabelMatcher[];
}

export interface MatrixSelector extends Node {
  readonly kind: 'matrix';
  readonly selector: VectorSelector;
  readonly rangeMs: number;
}

export interface SubqueryExpr extends Node, Shift {
  readonly kind: 'subquery';
  readonly expr: Expr;
  readonly rangeMs: number;
  /** Undefined: the engine's default. */
  readonly stepMs: number | undefined;
}

export interface AggregateExpr extends Node {
  readonly kind: 'aggregate';
  readonly operator: AggregateOperator;
  readonly expr: Expr;
  readonly param: Expr | undefined;
  readonly grouping: readonly string[];
  readonly without: boolean;
}

export type Cardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';

export interface VectorMatching {
  readonly cardinality: Cardinality;
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Labels taken over from the "one" side. */
  readonly include: readonly string[];
}

export interface BinaryExpr extends Node {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
  readonly returnBool: boolean;
  /** Present between two instant vectors. */
  readonly matching: VectorMatching | undefined;
}

export interface CallExpr extends Node {
  readonly kind: 'call';
  readonly func: FunctionSignature;
  readonly args: readonly Expr[];
}

export interface ParenExpr extends Node {
  readonly kind: 'paren';
  readonly expr: Expr;
}

export interface UnaryExpr extends Node {
  readonly kind: 'unary';
  readonly operator: '+' | '-';
  readonly expr: Expr;
}

export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | SubqueryExpr
  | AggregateExpr
  | BinaryExpr
  | CallExpr
  | ParenExpr
  | UnaryExpr;

const COMPARISONS: readonly string[] = ['==', '!=', '>', '<', '>=', '<='];

export function isComparison(operator: BinaryOperator): operator is ComparisonOperator {
  return COMPARISONS.includes(operator);
}

export function isSetOperator(operator: BinaryOperator): operator is SetOperator {
  return operator === 'and' || operator === 'or' || operator === 'unless';
}

/** The type of what an expression gives. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
    case 'aggregate':
      return 'instant vector';
    case 'matrix':
    case 'subquery':
      return 'range vector';
    case 'call':
      return expr.func.returns;
    case 'paren':
    case 'unary':
      return typeOf(expr.expr);
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar' ? 'scalar' : 'instant vector';
  }
}

/** The expression inside any number of parentheses. */
export function unwrap(expr: Expr): Expr {
  let inner = expr;
  while (inner.kind === 'paren') inner = inner.expr;
  return inner;
}

/** The direct parts of an expression. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return [];
    case 'matrix':
      return [expr.selector];
    case 'aggregate':
      return expr.param === undefined ? [expr.expr] : [expr.param, expr.expr];
    case 'binary':
      return [expr.left, expr.right];
    case 'call':
      return expr.args;
    case 'subquery':
    case 'paren':
    case 'unary':
      return [expr.expr];
  }
}
