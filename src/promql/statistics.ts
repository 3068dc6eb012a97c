/** Quantiles and the straight line through samples, as Prometheus computes them. */
import { CompensatedSum } from './kahan.js';

/**
 * The quantile `q` of values in any order (which are sorted in place), between two of them by weight.
 * Outside 0..1 an infinity; NaN without values. NaN counts as smaller than any number.
 */
export function quantileOf(q: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  values.sort();
  let notNumbers = 0;
  while (notNumbers < values.length && Number.isNaN(values[values.length - 1 - notNumbers]!)) notNumbers++;
  const at = (rank: number): number => (rank < notNumbers ? Number.NaN : values[rank - notNumbers]!);
  const rank = q * (values.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(values.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return at(lower) * (1 - weight) + at(upper) * weight;
}

/** The line through samples `low..end` by least squares; x in seconds from `originMs`, where the intercept is. */
export function linearRegression(
  times: Float64Array,
  values: Float64Array,
  low: number,
  end: number,
  originMs: number,
): { readonly slope: number; readonly intercept: number } {
  const sumX = new CompensatedSum();
  const sumY = new CompensatedSum();
  const sumXY = new CompensatedSum();
  const sumXX = new CompensatedSum();
  const firstY = values[low]!;
  let isConstant = true;
  for (let i = low; i < end; i++) {
    const x = (times[i]! - originMs) / 1000;
    const y = values[i]!;
    if (i > low && y !== firstY) isConstant = false;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumXX.add(x * x);
  }
  if (isConstant) {
    const isInfinite = firstY === Infinity || firstY === -Infinity;
    return isInfinite ? { slope: Number.NaN, intercept: Number.NaN } : { slope: 0, intercept: firstY };
  }
  const count = end - low;
  const covariance = sumXY.value - (sumX.value * sumY.value) / count;
  const varianceX = sumXX.value - (sumX.value * sumX.value) / count;
  const slope = covariance / varianceX;
  return { slope, intercept: sumY.value / count - (slope * sumX.value) / count };
}
