/**
 * The functions of range vectors, each a kernel that walks the windows of one series over a run of steps.
 * A kernel reads the columns in place, allocates little, and leaves a step without a result alone.
 */
import { CompensatedMean, CompensatedSum } from './kahan.js';
import { changes, extrapolated, lastTwo, resets } from './rate.js';
import { linearRegression, quantileOf } from './statistics.js';
import { timeAt } from './frame.js';
import type { RangeKernel } from './range-kernel.js';

/** A kernel that looks at each window by itself; called only for windows with a sample. */
function each(
  reduce: (values: Float64Array, low: number, end: number, times: Float64Array) => number,
): RangeKernel {
  return ({ values, times, first, end }, _args, from, to, out) => {
    for (let step = from; step < to; step++) {
      if (end[step]! > first[step]!) out.set(step, reduce(values, first[step]!, end[step]!, times));
    }
  };
}

/** The greatest or smallest value; NaN only when there is nothing else. A window that moved looks at new samples alone. */
function extreme(isBetter: (value: number, best: number) => boolean): RangeKernel {
  return ({ values, first, end }, _args, from, to, out) => {
    let best = -1;
    let seen = 0;
    for (let step = from; step < to; step++) {
      const low = first[step]!;
      if (end[step]! <= low) continue;
      if (best < low) {
        best = low;
        seen = low;
      }
      for (; seen < end[step]!; seen++) {
        const value = values[seen]!;
        // The later of two equals stays longer in the window.
        if (isBetter(value, values[best]!) || value === values[best] || Number.isNaN(values[best]!))
          best = seen;
      }
      out.set(step, values[best]!);
    }
  };
}

function sum(values: Float64Array, low: number, end: number): number {
  const total = new CompensatedSum();
  for (let i = low; i < end; i++) total.add(values[i]!);
  return total.sum === Infinity || total.sum === -Infinity ? total.sum : total.value;
}

function mean(values: Float64Array, low: number, end: number): number {
  const running = new CompensatedMean();
  for (let i = low; i < end; i++) running.add(values[i]!);
  return running.value;
}

function variance(values: Float64Array, low: number, end: number): number {
  const average = new CompensatedSum();
  const squares = new CompensatedSum();
  for (let i = low; i < end; i++) {
    const delta = values[i]! - average.value;
    average.add(delta / (i - low + 1));
    squares.add(delta * (values[i]! - average.value));
  }
  return squares.value / (end - low);
}

const deriv: RangeKernel = ({ values, times, first, end }, _args, from, to, out) => {
  for (let step = from; step < to; step++) {
    const low = first[step]!;
    if (end[step]! - low >= 2)
      out.set(step, linearRegression(times, values, low, end[step]!, times[low]!).slope);
  }
};

const predictLinear: RangeKernel = (windows, args, from, to, out) => {
  const { values, times, first, end, grid } = windows;
  for (let step = from; step < to; step++) {
    if (end[step]! - first[step]! < 2) continue;
    const line = linearRegression(times, values, first[step]!, end[step]!, timeAt(grid, step));
    out.set(step, line.slope * args[0]![step]! + line.intercept);
  }
};

const quantileOverTime: RangeKernel = ({ values, first, end }, args, from, to, out) => {
  for (let step = from; step < to; step++) {
    if (end[step]! <= first[step]!) continue;
    out.set(step, quantileOf(args[0]![step]!, values.slice(first[step], end[step])));
  }
};

const one = each(() => 1);

/** By name. The scalar arguments come in the order they are written. */
export const rangeKernels: Readonly<Record<string, RangeKernel>> = {
  absent_over_time: one,
  avg_over_time: each(mean),
  changes,
  count_over_time: each((_values, low, end) => end - low),
  delta: extrapolated(false, false),
  deriv,
  first_over_time: each((values, low) => values[low]!),
  idelta: lastTwo(false),
  increase: extrapolated(true, false),
  irate: lastTwo(true),
  last_over_time: each((values, _low, end) => values[end - 1]!),
  max_over_time: extreme((value, best) => value > best),
  min_over_time: extreme((value, best) => value < best),
  predict_linear: predictLinear,
  present_over_time: one,
  quantile_over_time: quantileOverTime,
  rate: extrapolated(true, true),
  resets,
  stddev_over_time: each((values, low, end) => Math.sqrt(variance(values, low, end))),
  stdvar_over_time: each(variance),
  sum_over_time: each(sum),
};

/** Kernels that look at each sample once, however much the windows overlap. */
export const onePassFunctions: ReadonlySet<string> = new Set([
  'absent_over_time',
  'changes',
  'count_over_time',
  'first_over_time',
  'idelta',
  'irate',
  'last_over_time',
  'max_over_time',
  'min_over_time',
  'present_over_time',
]);

/** Functions that give samples as they were, so that the metric keeps its name. */
export const nameKeepingFunctions: ReadonlySet<string> = new Set(['first_over_time', 'last_over_time']);
