/**
 * Which parts of a query give the same at every step: selectors fixed by `@`, numbers, and whatever is
 * made of such parts alone by functions that do not look at the clock. They are evaluated once.
 */
import type { Expr } from './ast.js';
import { unwrap } from './ast.js';
import { timeDependentFunctions } from './signatures.js';

/** The expressions that are evaluated for one step and repeated. */
export function findInvariants(expr: Expr): ReadonlySet<Expr> {
  const found = new Set<Expr>();
  visit(expr, found);
  return found;
}

function visit(expr: Expr, found: Set<Expr>): boolean {
  const isInvariant = judge(expr, found);
  if (isInvariant) found.add(expr);
  return isInvariant;
}

function judge(expr: Expr, found: Set<Expr>): boolean {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return true;
    case 'selector':
      return expr.at !== undefined;
    case 'matrix':
      return visit(expr.selector, found);
    case 'subquery':
      visit(expr.expr, found);
      return expr.at !== undefined;
    case 'aggregate':
      if (expr.param !== undefined) visit(expr.param, found);
      return visit(expr.expr, found);
    case 'paren':
    case 'unary':
      return visit(expr.expr, found);
    case 'binary': {
      const left = visit(expr.left, found);
      return visit(expr.right, found) && left;
    }
    case 'call': {
      const args = expr.args.map((arg) => visit(arg, found));
      const isFixed = args.every(Boolean);
      if (!timeDependentFunctions.has(expr.func.name)) return isFixed;
      // The time of a sample is fixed with the sample; the time of a computed value is not.
      const isOfSamples = expr.args.every((arg) => unwrap(arg).kind === 'selector');
      return expr.func.name === 'timestamp' && isFixed && isOfSamples;
    }
  }
}
