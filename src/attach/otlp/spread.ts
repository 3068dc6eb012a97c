/**
 * Buckets of a histogram as values to observe: one per bucket, inside it, weighted with its count, such that count, sum and
 * every bucket come out as they were sent. Which values were really observed nobody knows any more.
 *
 * Invariants (for finite input that is consistent): each value is above the lower edge and not above the upper one, and the
 * weighted sum is the given one, up to rounding.
 */

/** A bucket: above `low`, up to and including `high`. */
export interface Bucket {
  /** May be minus infinity. */
  readonly low: number;
  /** May be infinity. */
  readonly high: number;
  readonly count: number;
}

/** A value that stands for `weight` observations. */
export interface Observed {
  readonly value: number;
  readonly weight: number;
}

/** @param sum of all observations; undefined where it is not known */
export function spread(buckets: readonly Bucket[], sum: number | undefined): Observed[] {
  const filled = buckets.filter(({ count }) => count > 0).map(closed);
  if (filled.length === 0) return [];
  const least = filled.reduce((total, { low, count }) => total + low * count, 0);
  const width = filled.reduce((total, { low, high, count }) => total + (high - low) * count, 0);
  const wanted = sum ?? least + width / 2;
  // How far up in its bucket each value lies: everywhere the same.
  const share = width > 0 ? (wanted - least) / width : 1;
  const up = Math.min(1, Math.max(0, share));
  const values = filled.map(({ low, high, count }) => ({ value: inside(low, high, up), weight: count }));
  // What the edges of the outermost were only guessed to hold goes there.
  const rest = wanted - values.reduce((total, { value, weight }) => total + value * weight, 0);
  const at = rest > 0 ? filled.length - 1 : 0;
  const { isOpenAbove, isOpenBelow } = filled[at]!;
  if ((rest > 0 && isOpenAbove) || (rest < 0 && isOpenBelow)) {
    const { value, weight } = values[at]!;
    values[at] = { value: value + rest / weight, weight };
  }
  return values;
}

interface Closed extends Bucket {
  readonly isOpenBelow: boolean;
  readonly isOpenAbove: boolean;
}

/** A bucket with edges that can be reckoned with. */
function closed({ low, high, count }: Bucket): Closed {
  const isOpenBelow = low === Number.NEGATIVE_INFINITY;
  const isOpenAbove = high === Number.POSITIVE_INFINITY;
  const bottom = isOpenBelow ? (isOpenAbove || high > 0 ? 0 : high - Math.max(1, -high)) : low;
  const top = isOpenAbove ? bottom + Math.max(1, Math.abs(bottom)) : high;
  return { low: bottom, high: top, count, isOpenBelow, isOpenAbove };
}

function inside(low: number, high: number, up: number): number {
  const value = Math.min(high, low + (high - low) * up);
  return value > low ? value : Math.min(high, low + (high - low) / 1e6);
}
