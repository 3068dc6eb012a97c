/**
 * A histogram whose bucket bounds are powers of 2^(2^-scale), as OpenTelemetry's data model defines
 * it: bucket `i` covers (base^i, base^(i+1)]. It starts at the finest scale and halves its resolution
 * whenever the values seen would need more than `maxBuckets`, so it is bounded and its relative error
 * is known: at most (base - 1) / (base + 1) of a quantile. Two of them merge exactly.
 *
 * Negative values keep a range of their own; zeros are counted apart.
 */

/** OpenTelemetry's defaults. */
const MAX_SCALE = 20;
const MIN_SCALE = -10;
const MAX_BUCKETS = 160;
/** Buckets per doubling at the finest scale. */
const FINEST = 2 ** MAX_SCALE;

/** Counts of consecutive buckets of one sign. */
class Buckets {
  /** Grows to its full size with the first value: most sketches never see a negative one. */
  counts = new Float64Array(0);
  /** Index of the bucket at position 0; meaningless while empty. */
  offset = 0;
  /** Positions in use. */
  length = 0;
  readonly #maxBuckets: number;

  constructor(maxBuckets: number) {
    this.#maxBuckets = maxBuckets;
  }

  /** How many buckets would be needed to hold `index` too. */
  spanWith(index: number): number {
    if (this.length === 0) return 1;
    return Math.max(this.offset + this.length - 1, index) - Math.min(this.offset, index) + 1;
  }

  /** Adds to bucket `index`; the caller has made sure that it fits. */
  add(index: number, weight: number): void {
    if (this.length === 0) {
      if (this.counts.length === 0) this.counts = new Float64Array(this.#maxBuckets);
      this.offset = index;
      this.length = 1;
    } else if (index < this.offset) {
      const shift = this.offset - index;
      this.counts.copyWithin(shift, 0, this.length);
      this.counts.fill(0, 0, shift);
      this.offset = index;
      this.length += shift;
    } else if (index >= this.offset + this.length) {
      this.length = index - this.offset + 1;
    }
    this.counts[index - this.offset]! += weight;
  }

  /** Merges 2^by neighbours into one. */
  downscale(by: number): void {
    if (by === 0 || this.length === 0) return;
    const { counts } = this;
    const offset = this.offset >> by;
    for (let i = 0; i < this.length; i++) {
      const count = counts[i]!;
      counts[i] = 0;
      counts[((this.offset + i) >> by) - offset]! += count;
    }
    this.length = ((this.offset + this.length - 1) >> by) - offset + 1;
    this.offset = offset;
  }
}

/** A mergeable sketch of a distribution with bounded memory and bounded relative error. */
export class ExponentialHistogram {
  readonly maxBuckets: number;
  scale = MAX_SCALE;
  count = 0;
  sum = 0;
  zeroCount = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  readonly positive: Buckets;
  readonly negative: Buckets;

  constructor(maxBuckets = MAX_BUCKETS) {
    this.maxBuckets = maxBuckets;
    this.positive = new Buckets(maxBuckets);
    this.negative = new Buckets(maxBuckets);
  }

  /** Adds a finite `value` that stands for `weight` observations. */
  add(value: number, weight = 1): void {
    this.count += weight;
    this.sum += value * weight;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    if (value === 0) {
      this.zeroCount += weight;
      return;
    }
    const buckets = value > 0 ? this.positive : this.negative;
    const magnitude = value > 0 ? value : -value;
    let index = this.indexOf(magnitude);
    if (buckets.spanWith(index) > this.maxBuckets) {
      this.#makeRoom(buckets, index);
      index = this.indexOf(magnitude);
    }
    buckets.add(index, weight);
  }

  /**
   * The bucket of a positive magnitude at the present scale. It is taken at the finest scale and
   * shifted (indices there fit 31 bits), so that adding and then downscaling never differs from
   * downscaling and then adding.
   */
  indexOf(magnitude: number): number {
    const position = Math.log2(magnitude) * FINEST;
    // Exact powers of the base belong to the bucket below; rounding keeps a noisy log from moving them.
    const nearest = Math.round(position);
    const finest = (Math.abs(position - nearest) < 1e-6 ? nearest : Math.ceil(position)) - 1;
    return finest >> (MAX_SCALE - this.scale);
  }

  /** The value below which a share `q` of the observations lies; NaN while empty. */
  quantile(q: number): number {
    if (this.count === 0) return Number.NaN;
    if (q <= 0) return this.min;
    if (q >= 1) return this.max;
    let rank = q * (this.count - 1);
    for (let i = this.negative.length - 1; i >= 0; i--) {
      rank -= this.negative.counts[i]!;
      if (rank < 0) return this.#clamp(-this.#middle(this.negative.offset + i));
    }
    rank -= this.zeroCount;
    if (rank < 0) return 0;
    for (let i = 0; i < this.positive.length; i++) {
      rank -= this.positive.counts[i]!;
      if (rank < 0) return this.#clamp(this.#middle(this.positive.offset + i));
    }
    return this.max;
  }

  /** Adds everything that `other` has seen; the result is what one sketch of both would hold. */
  merge(other: ExponentialHistogram): void {
    const scale = Math.min(this.scale, other.scale, this.#commonScale(other));
    this.#downscaleTo(scale);
    this.count += other.count;
    this.sum += other.sum;
    this.zeroCount += other.zeroCount;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    const by = other.scale - scale;
    for (const [mine, theirs] of [
      [this.positive, other.positive],
      [this.negative, other.negative],
    ] as const) {
      for (let i = 0; i < theirs.length; i++) {
        const weight = theirs.counts[i]!;
        if (weight > 0) mine.add((theirs.offset + i) >> by, weight);
      }
    }
  }

  /** Upper bound of bucket `index` at the present scale. */
  upperBound(index: number): number {
    return 2 ** ((index + 1) / 2 ** this.scale);
  }

  /** The finest scale at which both sketches fit together. */
  #commonScale(other: ExponentialHistogram): number {
    for (let scale = Math.min(this.scale, other.scale); scale > MIN_SCALE; scale--) {
      const fits = (['positive', 'negative'] as const).every((sign) => {
        const ends = [this, other].flatMap((sketch) => {
          const { length, offset } = sketch[sign];
          const by = sketch.scale - scale;
          return length === 0 ? [] : [offset >> by, (offset + length - 1) >> by];
        });
        return ends.length === 0 || Math.max(...ends) - Math.min(...ends) < this.maxBuckets;
      });
      if (fits) return scale;
    }
    return MIN_SCALE;
  }

  #makeRoom(buckets: Buckets, index: number): void {
    let low = buckets.length === 0 ? index : Math.min(buckets.offset, index);
    let high = buckets.length === 0 ? index : Math.max(buckets.offset + buckets.length - 1, index);
    let scale = this.scale;
    while (high - low >= this.maxBuckets && scale > MIN_SCALE) {
      low >>= 1;
      high >>= 1;
      scale--;
    }
    this.#downscaleTo(scale);
  }

  #downscaleTo(scale: number): void {
    const by = this.scale - scale;
    this.positive.downscale(by);
    this.negative.downscale(by);
    this.scale = scale;
  }

  /** The point of a bucket with equal relative error to both ends. */
  #middle(index: number): number {
    // Written so that neither end of the range overflows at coarse scales.
    const lower = 2 ** (index / 2 ** this.scale);
    return (2 * lower) / (1 + 2 ** -(2 ** -this.scale));
  }

  #clamp(value: number): number {
    return Math.min(this.max, Math.max(this.min, value));
  }
}
