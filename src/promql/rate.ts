/**
 * Change over a window: `rate`, `increase`, `delta` (extrapolated to the window's edges), `irate` and
 * `idelta` (the last two samples), `changes`, `resets`. A counter that went down was restarted from zero.
 *
 * A window's result is the same sum in the same order however the windows overlap: the falls of a series
 * are found once and those inside a window added, which are few.
 */
import type { RangeKernel } from './range-kernel.js';

/** Extrapolation stops where the edge is farther than this many average intervals: then half of one is added. */
const FAR_INTERVALS = 1.1;

/** @param isCounter whether falls are restarts; @param isRate whether the result is per second */
export function extrapolated(isCounter: boolean, isRate: boolean): RangeKernel {
  return (windows, _args, from, to, out) => {
    const { times, values, first, end, rangeMs } = windows;
    let reset = 0;
    for (let step = from; step < to; step++) {
      const low = first[step]!;
      const high = end[step]! - 1;
      if (high <= low) continue;
      let change = values[high]! - values[low]!;
      if (isCounter && (to - from > 1 || windows.knowsResets)) {
        const { resets } = windows;
        while (reset < resets.length && resets[reset]! <= low) reset++;
        for (let i = reset; i < resets.length && resets[i]! <= high; i++) change += values[resets[i]! - 1]!;
      } else if (isCounter) {
        change = afterRestarts(values, low, high, change);
      }
      const endMs = windows.endMs(step);
      const sampledS = (times[high]! - times[low]!) / 1000;
      const averageS = sampledS / (high - low);
      const threshold = averageS * FAR_INTERVALS;
      let toStartS = (times[low]! - (endMs - rangeMs)) / 1000;
      let toEndS = (endMs - times[high]!) / 1000;
      if (toStartS >= threshold) toStartS = averageS / 2;
      if (isCounter && change > 0 && values[low]! >= 0) {
        // A counter cannot have been below zero.
        const toZeroS = sampledS * (values[low]! / change);
        if (toZeroS < toStartS) toStartS = toZeroS;
      }
      if (toEndS >= threshold) toEndS = averageS / 2;
      let factor = sampledS === 0 ? 1 : (sampledS + toStartS + toEndS) / sampledS;
      if (isRate) factor /= rangeMs / 1000;
      out.set(step, change * factor);
    }
  };
}

function afterRestarts(values: Float64Array, low: number, high: number, change: number): number {
  let corrected = change;
  let previous = values[low]!;
  for (let i = low + 1; i <= high; i++) {
    const value = values[i]!;
    if (value < previous) corrected += previous;
    previous = value;
  }
  return corrected;
}

/** The last two samples of a window. */
export function lastTwo(isRate: boolean): RangeKernel {
  return ({ times, values, first, end }, _args, from, to, out) => {
    for (let step = from; step < to; step++) {
      const last = end[step]! - 1;
      if (last - 1 < first[step]!) continue;
      const value = values[last]!;
      const before = values[last - 1]!;
      if (!isRate) out.set(step, value - before);
      else
        out.set(step, (value < before ? value : value - before) / ((times[last]! - times[last - 1]!) / 1000));
    }
  };
}

/** How often a counter was restarted. */
export const resets: RangeKernel = (windows, _args, from, to, out) => {
  const fallen = windows.resets;
  let reset = 0;
  for (let step = from; step < to; step++) {
    const low = windows.first[step]!;
    const high = windows.end[step]! - 1;
    if (high < low) continue;
    while (reset < fallen.length && fallen[reset]! <= low) reset++;
    let count = 0;
    while (reset + count < fallen.length && fallen[reset + count]! <= high) count++;
    out.set(step, count);
  }
};

/** How often the value changed. */
export const changes: RangeKernel = ({ values, first, end }, _args, from, to, out) => {
  let low = 0;
  let high = 0;
  let count = 0;
  for (let step = from; step < to; step++) {
    const newLow = first[step]!;
    const newHigh = end[step]! - 1;
    if (newHigh < newLow) continue;
    if (newLow > high || step === from) {
      low = newLow;
      high = newLow;
      count = 0;
    }
    for (; low < newLow; low++) if (differ(values[low]!, values[low + 1]!)) count--;
    for (; high < newHigh; high++) if (differ(values[high]!, values[high + 1]!)) count++;
    out.set(step, count);
  }
};

function differ(a: number, b: number): boolean {
  return a !== b && !(Number.isNaN(a) && Number.isNaN(b));
}
