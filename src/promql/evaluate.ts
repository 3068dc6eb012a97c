/**
 * The evaluator: walks a query's tree and hands each kind of node to the file that knows it. Instant
 * vectors are frames, scalars are one number for each step; strings are read by the functions that take
 * them. Parts that do not depend on the step are evaluated once and repeated.
 */
import { invariant } from '../base/errors.js';
import { evaluateAggregate } from './aggregations.js';
import type { Expr } from './ast.js';
import { evaluateBinary, evaluateScalarBinary } from './binary.js';
import { evaluateCall } from './calls.js';
import { broadcast, timeAt, type Frame, type Grid } from './frame.js';
import { scalarOf } from './instant-functions.js';
import { heldFrame, NodeMemory, type Run, type Semantics } from './run.js';
import type { Annotations } from './annotations.js';
import type { Budget } from './budget.js';
import { evaluateSelector } from './selectors.js';

/** What a compiled query keeps for its evaluations. */
export interface Compiled {
  readonly invariants: ReadonlySet<Expr>;
  readonly memories: Map<Expr, NodeMemory>;
}

/** Everything of a run but the recursion. */
export type RunBase = Omit<Run, 'memoryOf' | 'vector' | 'scalar'>;

/** A run that evaluates. */
export class Evaluation implements Run {
  readonly query: string;
  readonly semantics: Semantics;
  readonly budget: Budget;
  readonly annotations: Annotations;
  readonly startMs: number;
  readonly endMs: number;
  readonly found: Run['found'];
  readonly #compiled: Compiled;

  constructor(base: RunBase, compiled: Compiled) {
    this.query = base.query;
    this.semantics = base.semantics;
    this.budget = base.budget;
    this.annotations = base.annotations;
    this.startMs = base.startMs;
    this.endMs = base.endMs;
    this.found = base.found;
    this.#compiled = compiled;
  }

  memoryOf(expr: Expr): NodeMemory {
    const { memories } = this.#compiled;
    const known = memories.get(expr);
    if (known !== undefined) return known;
    const memory = new NodeMemory();
    memories.set(expr, memory);
    return memory;
  }

  async vector(expr: Expr, grid: Grid): Promise<Frame> {
    const before = this.budget.held;
    const isRepeated = this.#isRepeated(expr, grid);
    const once = await evaluateVector(this, expr, isRepeated ? { ...grid, steps: 1 } : grid);
    if (isRepeated) this.budget.hold(once.labels.length * (grid.steps - 1));
    const frame = isRepeated ? broadcast(once, grid.steps) : once;
    // Operands are let go once their node's result stands.
    this.budget.settle(before + frame.values.length);
    return frame;
  }

  async scalar(expr: Expr, grid: Grid): Promise<Float64Array> {
    if (!this.#isRepeated(expr, grid)) return evaluateScalar(this, expr, grid);
    const once = await evaluateScalar(this, expr, { ...grid, steps: 1 });
    return new Float64Array(grid.steps).fill(once[0]!);
  }

  #isRepeated(expr: Expr, grid: Grid): boolean {
    return grid.steps > 1 && expr.kind !== 'number' && this.#compiled.invariants.has(expr);
  }
}

async function evaluateVector(run: Run, expr: Expr, grid: Grid): Promise<Frame> {
  switch (expr.kind) {
    case 'selector':
      return evaluateSelector(run, expr, grid);
    case 'aggregate':
      return evaluateAggregate(run, expr, grid);
    case 'binary':
      return evaluateBinary(run, expr, grid);
    case 'call':
      return evaluateCall(run, expr, grid);
    case 'paren':
      return run.vector(expr.expr, grid);
    case 'unary':
      return evaluateUnary(run, expr, grid);
    case 'number':
    case 'string':
    case 'matrix':
    case 'subquery':
      invariant(false, `${expr.kind} is no instant vector`);
  }
}

async function evaluateUnary(run: Run, expr: Expr & { kind: 'unary' }, grid: Grid): Promise<Frame> {
  const input = await run.vector(expr.expr, grid);
  if (expr.operator === '+') return input;
  const result = heldFrame(run, input.labels, grid.steps);
  result.present.set(input.present);
  for (let cell = 0; cell < input.values.length; cell++) result.values[cell] = -input.values[cell]!;
  return run.memoryOf(expr).names.drop(result, run.semantics.delayedNameRemoval);
}

async function evaluateScalar(run: Run, expr: Expr, grid: Grid): Promise<Float64Array> {
  run.budget.hold(grid.steps);
  run.budget.release(grid.steps);
  switch (expr.kind) {
    case 'number':
      return new Float64Array(grid.steps).fill(expr.value);
    case 'paren':
      return run.scalar(expr.expr, grid);
    case 'unary': {
      const values = await run.scalar(expr.expr, grid);
      return expr.operator === '-' ? values.map((value) => -value) : values;
    }
    case 'binary':
      return evaluateScalarBinary(run, expr, grid);
    case 'call':
      return evaluateScalarCall(run, expr, grid);
    case 'string':
    case 'selector':
    case 'matrix':
    case 'subquery':
    case 'aggregate':
      invariant(false, `${expr.kind} is no scalar`);
  }
}

async function evaluateScalarCall(
  run: Run,
  expr: Expr & { kind: 'call' },
  grid: Grid,
): Promise<Float64Array> {
  switch (expr.func.name) {
    case 'scalar':
      return scalarOf(await run.vector(expr.args[0]!, grid), grid);
    case 'time':
      return Float64Array.from({ length: grid.steps }, (_, step) => timeAt(grid, step) / 1000);
    case 'pi':
      return new Float64Array(grid.steps).fill(Math.PI);
    default:
      invariant(false, `scalar function ${expr.func.name} is evaluated`);
  }
}
