/**
 * Selectors: the newest sample of each series at every step, not older than the look-back, unless the
 * series was ended by a stale marker; and range functions over each series' windows.
 */
import {
  unwrap,
  type CallExpr,
  type Expr,
  type MatrixSelector,
  type SubqueryExpr,
  type VectorSelector,
} from './ast.js';
import { timeAt, type Frame, type Grid } from './frame.js';
import { METRIC_NAME, type Labels } from './labels.js';
import { nameKeepingFunctions, onePassFunctions, rangeKernels } from './range-functions.js';
import type { RowSink } from './range-kernel.js';
import { atTime, heldFrame, type Run } from './run.js';
import { advanceAfter, firstAfter, isStale, type Series } from './series.js';
import { Windows } from './windows.js';
import { invariant } from '../base/errors.js';

/** Samples visited between two looks at the clock. */
const VISITS_PER_LOOK = 20_000;

/** The newest sample at each step; with `wantTimes` its time in seconds instead of its value. */
export async function evaluateSelector(
  run: Run,
  selector: VectorSelector,
  grid: Grid,
  wantTimes = false,
): Promise<Frame> {
  const series = run.found.get(selector);
  invariant(series !== undefined, 'every selector was asked for');
  const labels = run.memoryOf(selector).selected.of(series.map((one) => one.labels));
  const frame = heldFrame(run, labels, grid.steps);
  const atMs = atTime(run, selector);
  const { lookbackMs } = run.semantics;
  let visits = 0;
  for (let row = 0; row < series.length; row++) {
    const { times, values } = series[row]!;
    let next = 0;
    for (let step = 0; step < grid.steps; step++) {
      const refMs = (atMs ?? timeAt(grid, step)) - selector.offsetMs;
      next = step === 0 ? firstAfter(times, refMs, 0, times.length) : advanceAfter(times, refMs, next);
      const last = next - 1;
      if (last < 0 || times[last]! <= refMs - lookbackMs || isStale(values, last)) continue;
      frame.values[row * grid.steps + step] = wantTimes ? times[last]! / 1000 : values[last]!;
      frame.present[row * grid.steps + step] = 1;
    }
    visits += grid.steps;
    if (visits < VISITS_PER_LOOK) continue;
    visits = 0;
    if (run.budget.isDue()) await run.budget.pause();
  }
  return frame;
}

/** A function of a range vector. */
export async function evaluateRangeCall(run: Run, call: CallExpr, grid: Grid): Promise<Frame> {
  const { name } = call.func;
  const isRange = (arg: Expr): boolean => arg.kind === 'matrix' || arg.kind === 'subquery';
  const args = call.args.map(unwrap);
  const range = args.find(isRange) as MatrixSelector | SubqueryExpr;
  const memory = run.memoryOf(call);
  const rangeSeries =
    range.kind === 'matrix' ? run.found.get(range.selector)! : await subquerySeries(run, range, grid);
  const scalars: Float64Array[] = [];
  for (const arg of args) if (!isRange(arg)) scalars.push(await run.scalar(arg, grid));
  if (name === 'quantile_over_time') warnOfQuantiles(run, scalars[0]!, range, rangeSeries);

  const labels = memory.selected.of(rangeSeries.map((one) => one.labels));
  const frame = heldFrame(run, labels, grid.steps);
  await fill(run, call, range, rangeSeries, scalars, frame, grid);
  if (name === 'rate' || name === 'increase') noteNonCounters(run, call, range, frame);
  if (name === 'absent_over_time') return frame;
  const { delayedNameRemoval } = run.semantics;
  const isKept = nameKeepingFunctions.has(name);
  const named = isKept ? labels : memory.names.names(labels, delayedNameRemoval);
  const result = { ...frame, labels: named };
  if (!delayedNameRemoval) memory.names.refuseEqual(result);
  return result;
}

/** The samples of a range vector at the (only) step, stale markers left out. */
export async function rangeSeriesOf(
  run: Run,
  range: MatrixSelector | SubqueryExpr,
  grid: Grid,
): Promise<readonly Series[]> {
  if (range.kind === 'subquery') return subquerySeries(run, range, grid);
  const windows = new Windows(grid, { ...shiftOf(run, range.selector), rangeMs: range.rangeMs });
  return run.found.get(range.selector)!.flatMap((one) => {
    if (windows.open(one) === 0) return [];
    const { labels } = one;
    const [from, to] = [windows.first[0]!, windows.end[0]!];
    return [{ labels, times: windows.times.slice(from, to), values: windows.values.slice(from, to) }];
  });
}

function shiftOf(
  run: Run,
  shift: VectorSelector | SubqueryExpr,
): { offsetMs: number; atMs: number | undefined } {
  return { offsetMs: shift.offsetMs, atMs: atTime(run, shift) };
}

async function fill(
  run: Run,
  call: CallExpr,
  range: MatrixSelector | SubqueryExpr,
  series: readonly Series[],
  args: readonly Float64Array[],
  frame: Frame,
  grid: Grid,
): Promise<void> {
  const kernel = rangeKernels[call.func.name];
  invariant(kernel !== undefined, `a kernel for ${call.func.name}`);
  const shift = range.kind === 'matrix' ? range.selector : range;
  const windows = new Windows(grid, { ...shiftOf(run, shift), rangeMs: range.rangeMs });
  const out = new FrameRow(frame);
  const isOnePass = onePassFunctions.has(call.func.name);
  let visits = 0;
  for (let row = 0; row < series.length; row++) {
    const one = series[row]!;
    const visited = windows.open(one);
    const size = isOnePass ? one.times.length : visited;
    out.row = row;
    visits += grid.steps;
    if (visits + size < VISITS_PER_LOOK) {
      kernel(windows, args, 0, grid.steps, out);
      visits += size;
      continue;
    }
    for (let from = 0; from < grid.steps;) {
      let to = from;
      while (to < grid.steps && visits < VISITS_PER_LOOK) {
        visits += isOnePass ? 1 : 1 + windows.end[to]! - windows.first[to]!;
        to++;
      }
      kernel(windows, args, from, to, out);
      from = to;
      if (visits < VISITS_PER_LOOK) continue;
      visits = 0;
      if (run.budget.isDue()) await run.budget.pause();
    }
  }
}

/** Writes the results of one row. */
class FrameRow implements RowSink {
  row = 0;
  readonly #values: Float64Array;
  readonly #present: Uint8Array;
  readonly #steps: number;

  constructor({ values, present, steps }: Frame) {
    this.#values = values;
    this.#present = present;
    this.#steps = steps;
  }

  set(step: number, value: number): void {
    const cell = this.row * this.#steps + step;
    this.#values[cell] = value;
    this.#present[cell] = 1;
  }
}

/** The inner expression at the subquery's own steps, which are multiples of its step width. */
async function subquerySeries(run: Run, subquery: SubqueryExpr, grid: Grid): Promise<readonly Series[]> {
  const atMs = atTime(run, subquery);
  const stepMs = subquery.stepMs ?? run.semantics.subqueryStepMs;
  const firstMs = (atMs ?? grid.startMs) - subquery.offsetMs - subquery.rangeMs;
  const lastMs = (atMs ?? timeAt(grid, grid.steps - 1)) - subquery.offsetMs;
  // The first multiple of the step width inside the window, which is open on the left.
  const startMs = (Math.floor(firstMs / stepMs) + 1) * stepMs;
  if (lastMs < startMs) return [];
  const steps = Math.floor((lastMs - startMs) / stepMs) + 1;
  run.budget.hold(steps);
  const frame = await run.vector(subquery.expr, { startMs, stepMs, steps });
  return frame.labels.flatMap((labels, row) => seriesOfRow(frame, row, labels, startMs, stepMs));
}

function seriesOfRow(frame: Frame, row: number, labels: Labels, startMs: number, stepMs: number): Series[] {
  const { steps } = frame;
  const times = new Float64Array(steps);
  const values = new Float64Array(steps);
  let count = 0;
  for (let step = 0; step < steps; step++) {
    if (frame.present[row * steps + step] === 0) continue;
    times[count] = startMs + step * stepMs;
    values[count++] = frame.values[row * steps + step]!;
  }
  return count === 0 ? [] : [{ labels, times: times.subarray(0, count), values: values.subarray(0, count) }];
}

function warnOfQuantiles(run: Run, quantiles: Float64Array, range: Expr, series: readonly Series[]): void {
  if (series.every(({ times }) => times.length === 0)) return;
  for (const q of quantiles) if (!(q >= 0 && q <= 1)) run.annotations.quantileOutOfRange(q, range);
}

function noteNonCounters(run: Run, call: CallExpr, range: Expr, frame: Frame): void {
  const suspects = run
    .memoryOf(call)
    .suspects.of(frame.labels, (labels) =>
      labels
        .map((row, i) => [i, row.get(METRIC_NAME)] as const)
        .filter(([, metric]) => metric !== '' && !/_(total|sum|count|bucket)$/.test(metric)),
    );
  const named = new Set<string>();
  for (const [row, metric] of suspects) {
    if (named.has(metric)) continue;
    if (!frame.present.subarray(row * frame.steps, (row + 1) * frame.steps).includes(1)) continue;
    named.add(metric);
    run.annotations.possibleNonCounter(metric, range);
  }
}
