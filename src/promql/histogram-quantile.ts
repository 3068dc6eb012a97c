/**
 * `histogram_quantile` and `histogram_fraction` on classic histograms: rows with a bucket's upper bound in
 * `le`, counts cumulative. Observations are taken as spread evenly inside a bucket. Counts that fall from
 * one bucket to the next (scrapes are not atomic) are raised, and said to be, unless they fall by no more
 * than rounding.
 */
import type { Annotations, ForcedMonotonicity } from './annotations.js';
import type { Expr } from './ast.js';
import type { Frame, Grid } from './frame.js';
import { timeAt } from './frame.js';
import { BUCKET, findBuckets, type BucketSet } from './bucket-sets.js';
import { METRIC_NAME } from './labels.js';
import { heldFrame, type Run } from './run.js';

const ROUNDING = 1e-12;

/** The result for one histogram at one step. */
type Reduce = (bounds: readonly number[], counts: number[], step: number, set: BucketSet) => number;

/** @param q by step */
export function histogramQuantile(
  run: Run,
  call: Expr,
  input: Frame,
  grid: Grid,
  q: Float64Array,
  arg: Expr,
): Frame {
  return reduceHistograms(run, call, input, arg, (bounds, counts, step, { metric }) => {
    const note = (forced: ForcedMonotonicity): void => {
      const name = run.semantics.delayedNameRemoval ? metric : '';
      run.annotations.forcedMonotonicity(name, arg, timeAt(grid, step), forced);
    };
    return bucketQuantile(q[step]!, bounds, counts, note);
  });
}

/** @param lower by step; @param upper by step */
export function histogramFraction(
  run: Run,
  call: Expr,
  input: Frame,
  lower: Float64Array,
  upper: Float64Array,
  arg: Expr,
): Frame {
  return reduceHistograms(run, call, input, arg, (bounds, counts, step) =>
    bucketFraction(lower[step]!, upper[step]!, bounds, counts),
  );
}

function reduceHistograms(run: Run, call: Expr, input: Frame, arg: Expr, reduce: Reduce): Frame {
  const { steps, present, values } = input;
  const { delayedNameRemoval } = run.semantics;
  const memory = run.memoryOf(call);
  const found = memory.buckets.of(input.labels, findBuckets);
  warnOfBad(run.annotations, input, found.bad, delayedNameRemoval, arg);
  const result = heldFrame(run, found.labels, steps);
  found.sets.forEach((set, row) => {
    for (let step = 0; step < steps; step++) {
      const bounds: number[] = [];
      const counts: number[] = [];
      set.rows.forEach((member, i) => {
        const cell = member * steps + step;
        if (present[cell] === 0) return;
        if (bounds.length > 0 && bounds.at(-1) === set.bounds[i]) {
          counts[counts.length - 1]! += values[cell]!;
          return;
        }
        bounds.push(set.bounds[i]!);
        counts.push(values[cell]!);
      });
      if (bounds.length === 0) continue;
      result.values[row * steps + step] = reduce(bounds, counts, step, set);
      result.present[row * steps + step] = 1;
    }
  });
  return memory.names.drop(result, delayedNameRemoval);
}

function warnOfBad(
  annotations: Annotations,
  input: Frame,
  rows: readonly number[],
  delayed: boolean,
  arg: Expr,
): void {
  for (const row of rows) {
    if (!input.present.subarray(row * input.steps, (row + 1) * input.steps).includes(1)) continue;
    const labels = input.labels[row]!;
    annotations.badBucketLabel(delayed ? labels.get(METRIC_NAME) : '', labels.get(BUCKET), arg);
  }
}

function bucketQuantile(
  q: number,
  bounds: readonly number[],
  counts: number[],
  note: (forced: ForcedMonotonicity) => void,
): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const last = bounds.length - 1;
  if (bounds[last] !== Infinity) return Number.NaN;
  const forced = raiseFallen(bounds, counts);
  if (forced !== undefined) note(forced);
  const observations = counts[last]!;
  if (last < 1 || observations === 0) return Number.NaN;
  let rank = q * observations;
  let bucket = 0;
  while (bucket < last && !(counts[bucket]! >= rank)) bucket++;
  if (bucket === last) return bounds[last - 1]!;
  if (bucket === 0 && bounds[0]! <= 0) return bounds[0]!;
  const lower = bucket > 0 ? bounds[bucket - 1]! : 0;
  let count = counts[bucket]!;
  if (bucket > 0) {
    count -= counts[bucket - 1]!;
    rank -= counts[bucket - 1]!;
  }
  return lower + (bounds[bucket]! - lower) * (rank / count);
}

/** Makes counts rise; tells where that changed more than rounding. */
function raiseFallen(bounds: readonly number[], counts: number[]): ForcedMonotonicity | undefined {
  let lowest = Infinity;
  let highest = -Infinity;
  let greatestDrop = 0;
  let previous = counts[0]!;
  for (let i = 1; i < counts.length; i++) {
    const count = counts[i]!;
    if (count === previous) continue;
    if (isAlmost(previous, count)) {
      counts[i] = previous;
    } else if (count < previous) {
      counts[i] = previous;
      lowest = Math.min(lowest, bounds[i]!);
      highest = Math.max(highest, bounds[i]!);
      greatestDrop = Math.max(greatestDrop, previous - count);
    } else {
      previous = count;
    }
  }
  return highest === -Infinity ? undefined : { lowest, highest, greatestDrop };
}

function isAlmost(a: number, b: number): boolean {
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < Number.MIN_VALUE) return difference < ROUNDING * Number.MIN_VALUE;
  return difference / Math.min(sum, Number.MAX_VALUE) < ROUNDING;
}

function bucketFraction(
  lower: number,
  upper: number,
  bounds: readonly number[],
  counts: readonly number[],
): number {
  const last = bounds.length - 1;
  const total = counts[last]!;
  if (bounds[last] !== Infinity || total === 0 || Number.isNaN(lower) || Number.isNaN(upper))
    return Number.NaN;
  if (lower >= upper) return 0;
  const below = rankBelow(lower, bounds, counts);
  return (Math.min(rankBelow(upper, bounds, counts), total) - Math.min(below, total)) / total;
}

/** How many observations are below a value. */
function rankBelow(value: number, bounds: readonly number[], counts: readonly number[]): number {
  let rank = 0;
  let from = bounds[0]! <= 0 ? -Infinity : 0;
  for (let i = 0; i < bounds.length; i++) {
    if (i > 0) from = bounds[i - 1]!;
    const to = bounds[i]!;
    if (from >= value) return rank;
    // A bucket without a lower bound cannot be divided.
    if (to > value)
      return from === -Infinity ? counts[i]! : rank + ((counts[i]! - rank) * (value - from)) / (to - from);
    rank = counts[i]!;
  }
  return Infinity;
}
