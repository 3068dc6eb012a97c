/**
 * A distribution of durations in bounded memory: 1,024 slots per power of two. A percentile is the
 * largest value in its slot: never more than 0.1 % too high, and exact below 2,048 microseconds or
 * where a slot holds one value only, as with fixed delays. Mean, smallest and largest are exact.
 */

const SUB_SLOTS = 1024;
const LINEAR = 2 * SUB_SLOTS;
const POWERS = 40;

/** What a distribution says in a result; all microseconds, null when nothing was recorded. */
export interface DistributionSummary {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** Records non-negative integers. */
export class DurationHistogram {
  readonly #slots = new Uint32Array(LINEAR + POWERS * SUB_SLOTS);
  readonly #largest = new Float64Array(LINEAR + POWERS * SUB_SLOTS);
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  add(us: number): void {
    this.#count++;
    this.#sum += us;
    if (us < this.#min) this.#min = us;
    if (us > this.#max) this.#max = us;
    const slot = slotOf(us);
    this.#slots[slot] = (this.#slots[slot] ?? 0) + 1;
    if (us > (this.#largest[slot] ?? 0)) this.#largest[slot] = us;
  }

  summary(): DistributionSummary {
    if (this.#count === 0) return { count: 0, mean: null, p50: null, p99: null, min: null, max: null };
    return {
      count: this.#count,
      mean: this.#sum / this.#count,
      p50: this.#quantile(0.5),
      p99: this.#quantile(0.99),
      min: this.#min,
      max: this.#max,
    };
  }

  /** The largest value of each slot in use and how many values it holds, ascending. */
  entries(): (readonly [us: number, count: number])[] {
    const entries: (readonly [number, number])[] = [];
    this.#slots.forEach((count, slot) => {
      if (count > 0) entries.push([this.#largest[slot] ?? 0, count]);
    });
    return entries;
  }

  #quantile(q: number): number {
    const rank = Math.ceil(q * this.#count);
    let seen = 0;
    for (let slot = 0; slot < this.#slots.length; slot++) {
      seen += this.#slots[slot] ?? 0;
      if (seen >= rank) return this.#largest[slot] ?? 0;
    }
    return this.#max;
  }
}

function slotOf(us: number): number {
  if (us < LINEAR) return us;
  if (us > 0x7fffffff) return slotOfLong(us);
  const power = 20 - Math.clz32(us);
  return LINEAR + power * SUB_SLOTS + (us >>> (power + 1)) - SUB_SLOTS;
}

/** Beyond 32 bits, more than half an hour. */
function slotOfLong(us: number): number {
  const exponent = Math.floor(Math.log2(us));
  const power = Math.min(exponent - 11, POWERS - 1);
  const sub = Math.min(Math.floor(us / 2 ** (power + 1)) - SUB_SLOTS, SUB_SLOTS - 1);
  return LINEAR + power * SUB_SLOTS + sub;
}
