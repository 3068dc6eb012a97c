/**
 * Roll-ups: of each minute or hour the last sample of a series, and for gauges what lies between. A stretch is open at
 * its begin and closed at its end, as ranges are in PromQL, so that what is read at its end is what the samples
 * themselves would have given.
 */
import type { Samples } from './tick-columns.js';

/** What the stretches of a gauge hold beside their last sample; as many entries as those. */
export interface Extremes {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
  readonly count: Float64Array;
}

/** Stretches at the times of their last samples. */
export interface RolledUp {
  readonly last: Samples;
  readonly extremes: Extremes;
}

/** Rolls up to stretches of `resolution` milliseconds. */
export function rollUp({ times, values }: Samples, resolution: number): RolledUp {
  const ends: number[] = [];
  let stretch = NaN;
  for (let i = 0; i < times.length; i++) {
    const own = Math.ceil(times[i]! / resolution);
    if (own !== stretch && i > 0) ends.push(i);
    stretch = own;
  }
  if (times.length > 0) ends.push(times.length);
  const last = { times: new Float64Array(ends.length), values: new Float64Array(ends.length) };
  const extremes = {
    min: new Float64Array(ends.length),
    max: new Float64Array(ends.length),
    sum: new Float64Array(ends.length),
    count: new Float64Array(ends.length),
  };
  let from = 0;
  ends.forEach((end, row) => {
    last.times[row] = times[end - 1]!;
    last.values[row] = values[end - 1]!;
    let min = NaN;
    let max = NaN;
    let sum = 0;
    for (let i = from; i < end; i++) {
      const value = values[i]!;
      // As min_over_time does: NaN counts only where there is nothing else.
      if (value < min || Number.isNaN(min)) min = value;
      if (value > max || Number.isNaN(max)) max = value;
      sum += value;
    }
    extremes.min[row] = min;
    extremes.max[row] = max;
    extremes.sum[row] = sum;
    extremes.count[row] = end - from;
    from = end;
  });
  return { last, extremes };
}
