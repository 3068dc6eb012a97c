/**
 * Whether a range query may be answered in pieces: each step must follow from the samples alone that are looked at from
 * it, not from where the query begins and ends (`@ start()`), nor from what series there are at other steps. When in
 * doubt the answer is no: the query is then computed whole.
 */
import type { AggregateExpr, BinaryExpr, CallExpr, Expr } from './ast.js';
import { childrenOf, isComparison, isSetOperator, unwrap } from './ast.js';
import { METRIC_NAME } from './labels.js';
import { nameKeepingFunctions } from './range-functions.js';

/** Metric names that the series of an expression can have: without one, all the same one, or several. */
const NONE = 0;
const ONE = 1;
const SEVERAL = 2;
type Names = typeof NONE | typeof ONE | typeof SEVERAL;

/** Whether the answer to a range query is that to its parts, put together. */
export function isStepwise(expr: Expr): boolean {
  switch (expr.kind) {
    case 'selector':
    case 'subquery':
      if (expr.at === 'start' || expr.at === 'end') return false;
      break;
    case 'call':
      // They warn that a range has no order, but one step has.
      if (expr.func.name === 'sort' || expr.func.name === 'sort_desc') return false;
      if (mayMeet(expr)) return false;
      break;
    default:
  }
  return childrenOf(expr).every(isStepwise);
}

/** Functions of ranges refuse series that are the same without their names, also where these never meet at a step. */
function mayMeet(call: CallExpr): boolean {
  const range = call.args.map(unwrap).find(({ kind }) => kind === 'matrix' || kind === 'subquery');
  return range !== undefined && namesOf(range) === SEVERAL;
}

function namesOf(expr: Expr): Names {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'unary':
      return NONE;
    case 'selector':
      return expr.matchers.some(({ name, type }) => name === METRIC_NAME && type === '=') ? ONE : SEVERAL;
    case 'matrix':
      return namesOf(expr.selector);
    case 'paren':
    case 'subquery':
      return namesOf(expr.expr);
    case 'call':
      return namesOfCall(expr);
    case 'aggregate':
      return namesOfAggregate(expr);
    case 'binary':
      return namesOfBinary(expr);
  }
}

function namesOfCall({ func, args }: CallExpr): Names {
  if (func.name === 'label_replace' || func.name === 'label_join') return SEVERAL;
  return nameKeepingFunctions.has(func.name) ? namesOf(unwrap(args[0]!)) : NONE;
}

function namesOfAggregate({ operator, expr, grouping, without }: AggregateExpr): Names {
  if (operator === 'count_values') return SEVERAL;
  const isPicked = operator === 'topk' || operator === 'bottomk';
  return isPicked || (!without && grouping.includes(METRIC_NAME)) ? namesOf(expr) : NONE;
}

function namesOfBinary({ operator, left, right, returnBool, matching }: BinaryExpr): Names {
  if (matching?.include.includes(METRIC_NAME) === true) return SEVERAL;
  const most = Math.max(namesOf(left), namesOf(right)) as Names;
  if (isSetOperator(operator)) return most === NONE ? NONE : operator === 'or' ? SEVERAL : most;
  return isComparison(operator) && !returnBool ? most : NONE;
}
