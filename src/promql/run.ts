/**
 * What the evaluation of one query has at hand: limits, annotations, what the selectors found, and for
 * each node what it remembered from evaluations before. `Run` is made anew for each evaluation; the
 * memory belongs to the compiled query.
 */
import type { Expr, Shift, VectorSelector } from './ast.js';
import type { Annotations } from './annotations.js';
import type { Budget } from './budget.js';
import { emptyFrame, type Frame, type Grid } from './frame.js';
import type { Labels } from './labels.js';
import { LabelsMemo, LabelsPairMemo, SameArray } from './memo.js';
import { NameDropper } from './naming.js';
import type { Series } from './series.js';
import type { Groups } from './grouping.js';
import type { BucketSets } from './bucket-sets.js';
import type { Join } from './join.js';

/** What one node of a query remembers between evaluations. */
export class NodeMemory {
  readonly selected = new SameArray();
  readonly names = new NameDropper();
  readonly relabelled = new LabelsMemo<readonly Labels[]>();
  readonly groups = new LabelsMemo<Groups>();
  readonly join = new LabelsPairMemo<Join>();
  readonly union = new LabelsPairMemo<readonly Labels[]>();
  readonly buckets = new LabelsMemo<BucketSets>();
  readonly suspects = new LabelsMemo<readonly (readonly [number, string])[]>();
}

/** Settings that change what a query means. */
export interface Semantics {
  /** How far back an instant selector looks, in milliseconds. */
  readonly lookbackMs: number;
  /** The step of a subquery that names none, in milliseconds. */
  readonly subqueryStepMs: number;
  /** Whether metric names are dropped at the very end only. */
  readonly delayedNameRemoval: boolean;
}

/** One evaluation. */
export interface Run {
  readonly query: string;
  readonly semantics: Semantics;
  readonly budget: Budget;
  readonly annotations: Annotations;
  /** The first and last time of the whole query: what `start()` and `end()` mean. */
  readonly startMs: number;
  readonly endMs: number;
  readonly found: ReadonlyMap<VectorSelector, readonly Series[]>;
  memoryOf(expr: Expr): NodeMemory;
  /** Evaluates an instant vector. */
  vector(expr: Expr, grid: Grid): Promise<Frame>;
  /** Evaluates a scalar: one value for each step. */
  scalar(expr: Expr, grid: Grid): Promise<Float64Array>;
}

/** A frame within the limits of the query. */
export function heldFrame(run: Run, labels: readonly Labels[], steps: number): Frame {
  run.budget.hold(labels.length * steps);
  return emptyFrame(labels, steps);
}

/** The fixed time of a shift in milliseconds, or undefined when it follows the evaluation. */
export function atTime(run: Pick<Run, 'startMs' | 'endMs'>, { at }: Shift): number | undefined {
  return at === 'start' ? run.startMs : at === 'end' ? run.endMs : at;
}

/** The text of a part of the query. */
export function textOf(run: Run, expr: Expr): string {
  return run.query.slice(expr.start, expr.end);
}
