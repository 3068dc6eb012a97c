/** Arithmetic and comparison of two numbers, with Go's results where JavaScript's differ. */
import type { ArithmeticOperator, BinaryOperator, ComparisonOperator } from './ast.js';

const arithmetic: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': power,
  atan2: Math.atan2,
};

const comparisons: Readonly<Record<ComparisonOperator, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

export function arithmeticOf(operator: BinaryOperator): ((a: number, b: number) => number) | undefined {
  return Object.hasOwn(arithmetic, operator) ? arithmetic[operator as ArithmeticOperator] : undefined;
}

export function comparisonOf(operator: BinaryOperator): ((a: number, b: number) => boolean) | undefined {
  return Object.hasOwn(comparisons, operator) ? comparisons[operator as ComparisonOperator] : undefined;
}

/** One to any power is one, also to NaN; minus one to an infinite power is one. */
function power(a: number, b: number): number {
  if (a === 1) return 1;
  if (a === -1 && (b === Infinity || b === -Infinity)) return 1;
  return a ** b;
}

/** The greater of two; infinity wins over NaN. */
export function greater(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b);
}

/** The smaller of two; minus infinity wins over NaN. */
export function smaller(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);
}
