/** Binary operators: two scalars, a scalar beside a vector, two vectors, and sets of vectors. */
import { isSetOperator, typeOf, type BinaryExpr } from './ast.js';
import type { Frame, Grid } from './frame.js';
import { joinKeys, matchLabels, type Join, type PairLabels } from './join.js';
import { Labels } from './labels.js';
import { sameLabels } from './naming.js';
import { arithmeticOf, comparisonOf } from './operators.js';
import { executionProblem } from './problem.js';
import { heldFrame, type Run } from './run.js';
import { evaluateSet } from './set-operators.js';

/** An operator with a vector on at least one side. */
export async function evaluateBinary(run: Run, expr: BinaryExpr, grid: Grid): Promise<Frame> {
  if (typeOf(expr.left) === 'scalar') {
    const scalar = await run.scalar(expr.left, grid);
    return withScalar(run, expr, await run.vector(expr.right, grid), scalar, true);
  }
  const left = await run.vector(expr.left, grid);
  if (typeOf(expr.right) === 'scalar')
    return withScalar(run, expr, left, await run.scalar(expr.right, grid), false);
  const right = await run.vector(expr.right, grid);
  const join = run
    .memoryOf(expr)
    .join.of(left.labels, right.labels, () => joinKeys(left.labels, right.labels, expr));
  if (run.budget.isDue()) await run.budget.pause();
  if (isSetOperator(expr.operator)) return evaluateSet(run, expr, left, right, join);
  return matched(run, expr, left, right, join);
}

/** Two scalars; a comparison gives 0 or 1. */
export async function evaluateScalarBinary(run: Run, expr: BinaryExpr, grid: Grid): Promise<Float64Array> {
  const left = await run.scalar(expr.left, grid);
  const right = await run.scalar(expr.right, grid);
  const compute = arithmeticOf(expr.operator);
  if (compute !== undefined) return left.map((value, step) => compute(value, right[step]!));
  const compare = comparisonOf(expr.operator)!;
  return left.map((value, step) => (compare(value, right[step]!) ? 1 : 0));
}

function withScalar(run: Run, expr: BinaryExpr, vector: Frame, scalar: Float64Array, isLeft: boolean): Frame {
  const { steps, values, present } = vector;
  const result = heldFrame(run, vector.labels, steps);
  const compute = arithmeticOf(expr.operator);
  const compare = comparisonOf(expr.operator);
  for (let cell = 0; cell < values.length; cell++) {
    if (present[cell] === 0) continue;
    const value = values[cell]!;
    const other = scalar[cell % steps]!;
    if (compute !== undefined) {
      result.values[cell] = isLeft ? compute(other, value) : compute(value, other);
      result.present[cell] = 1;
      continue;
    }
    const holds = isLeft ? compare!(other, value) : compare!(value, other);
    result.values[cell] = expr.returnBool ? Number(holds) : value;
    result.present[cell] = expr.returnBool || holds ? 1 : 0;
  }
  const keepsName = compute === undefined && !expr.returnBool;
  return keepsName ? result : run.memoryOf(expr).names.drop(result, run.semantics.delayedNameRemoval);
}

/** Arithmetic and comparison of rows that match. */
async function matched(run: Run, expr: BinaryExpr, left: Frame, right: Frame, join: Join): Promise<Frame> {
  const isSwapped = expr.matching!.cardinality === 'one-to-many';
  const [many, one] = isSwapped ? [right, left] : [left, right];
  const matching = new Matching(run, expr, many, one, join);
  for (let step = 0; step < left.steps; step++) {
    matching.step(step);
    if (run.budget.isDue()) await run.budget.pause();
  }
  return matching.result();
}

/** Fills the result of one matching, step by step. */
class Matching {
  readonly #run: Run;
  readonly #expr: BinaryExpr;
  readonly #many: Frame;
  readonly #one: Frame;
  readonly #pairs: PairLabels;
  readonly #isSwapped: boolean;
  readonly #manyKeys: Int32Array;
  readonly #oneKeys: Int32Array;
  /** By key: the row of the "one" side at this step, and at which step the key was used. */
  readonly #oneRow: Int32Array;
  readonly #usedAt: Int32Array;
  readonly #compute: ((a: number, b: number) => number) | undefined;
  readonly #compare: ((a: number, b: number) => boolean) | undefined;
  #frame: Frame;
  /** By result row: at which step it was met, and by which key. */
  #metAt: Int32Array;
  #metBy: Int32Array;

  constructor(run: Run, expr: BinaryExpr, many: Frame, one: Frame, join: Join) {
    this.#run = run;
    this.#expr = expr;
    this.#many = many;
    this.#one = one;
    this.#pairs = join.pairs;
    this.#isSwapped = expr.matching!.cardinality === 'one-to-many';
    this.#manyKeys = this.#isSwapped ? join.right : join.left;
    this.#oneKeys = this.#isSwapped ? join.left : join.right;
    this.#oneRow = new Int32Array(join.keys);
    this.#usedAt = new Int32Array(join.keys).fill(-1);
    this.#compute = arithmeticOf(expr.operator);
    this.#compare = comparisonOf(expr.operator);
    const rows = Math.max(join.pairs.rows, many.labels.length, 1);
    this.#frame = heldFrame(run, unnamed(rows), many.steps);
    this.#metAt = new Int32Array(rows).fill(-1);
    this.#metBy = new Int32Array(rows);
  }

  step(step: number): void {
    this.#indexOneSide(step);
    const many = this.#many;
    for (let row = 0; row < many.labels.length; row++) {
      if (many.present[row * many.steps + step] === 0) continue;
      const other = this.#oneRow[this.#manyKeys[row]!]!;
      if (other >= 0) this.#pair(row, other, step);
    }
  }

  result(): Frame {
    const { labels } = this.#pairs;
    const { steps, values, present } = this.#frame;
    const cells = labels.length * steps;
    return { labels, steps, values: values.subarray(0, cells), present: present.subarray(0, cells) };
  }

  #indexOneSide(step: number): void {
    const one = this.#one;
    this.#oneRow.fill(-1);
    for (let row = 0; row < one.labels.length; row++) {
      if (one.present[row * one.steps + step] === 0) continue;
      const key = this.#oneKeys[row]!;
      if (this.#oneRow[key]! >= 0) throw this.#notUnique(row, this.#oneRow[key]!);
      this.#oneRow[key] = row;
    }
  }

  #pair(manyRow: number, oneRow: number, step: number): void {
    const { steps } = this.#many;
    const manyValue = this.#many.values[manyRow * steps + step]!;
    const oneValue = this.#one.values[oneRow * steps + step]!;
    const a = this.#isSwapped ? oneValue : manyValue;
    const b = this.#isSwapped ? manyValue : oneValue;
    const { returnBool } = this.#expr;
    const holds = this.#compare === undefined || this.#compare(a, b);
    const row = this.#resultRow(manyRow, oneRow, step, holds || returnBool);
    if (!holds && !returnBool) return;
    const value = this.#compute === undefined ? (returnBool ? Number(holds) : a) : this.#compute(a, b);
    this.#frame.values[row * steps + step] = value;
    this.#frame.present[row * steps + step] = 1;
  }

  #resultRow(manyRow: number, oneRow: number, step: number, isKept: boolean): number {
    const key = this.#manyKeys[manyRow]!;
    const pair = manyRow * this.#one.labels.length + oneRow;
    const delayed = this.#run.semantics.delayedNameRemoval;
    const row = this.#pairs.row(pair, this.#many.labels[manyRow]!, this.#one.labels[oneRow]!, delayed);
    if (row >= this.#metAt.length) this.#grow();
    const isOneToOne = this.#expr.matching!.cardinality === 'one-to-one';
    if (isOneToOne && this.#usedAt[key] === step)
      throw executionProblem(
        'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
      );
    this.#usedAt[key] = step;
    if (this.#metAt[row] === step) {
      if (this.#metBy[row] === key)
        throw executionProblem('multiple matches for labels: grouping labels must ensure unique matches');
      if (isKept && this.#frame.present[row * this.#frame.steps + step] === 1) throw sameLabels();
    }
    this.#metAt[row] = step;
    this.#metBy[row] = key;
    return row;
  }

  #grow(): void {
    const rows = this.#metAt.length * 2;
    const frame = heldFrame(this.#run, unnamed(rows), this.#frame.steps);
    frame.values.set(this.#frame.values);
    frame.present.set(this.#frame.present);
    const metAt = new Int32Array(rows).fill(-1);
    metAt.set(this.#metAt);
    const metBy = new Int32Array(rows);
    metBy.set(this.#metBy);
    this.#frame = frame;
    this.#metAt = metAt;
    this.#metBy = metBy;
  }

  #notUnique(row: number, other: number): Error {
    const side = this.#isSwapped ? 'left' : 'right';
    const group = matchLabels(this.#one.labels[row]!, this.#expr.matching!);
    const pair = [this.#one.labels[row]!.toString(), this.#one.labels[other]!.toString()].sort();
    return executionProblem(
      `found duplicate series for the match group ${group.toString()} on the ${side} hand-side of the operation: ` +
        `[${pair.join(', ')}];many-to-many matching not allowed: matching labels must be unique on one side`,
    );
  }
}

/** Room for rows whose labels are not known yet. */
function unnamed(rows: number): readonly Labels[] {
  return new Array<Labels>(rows).fill(Labels.empty);
}
