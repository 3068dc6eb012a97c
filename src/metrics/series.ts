/**
 * A series and the handles that record into it. A handle is an index into the flat store: recording is
 * one add, without allocation, hashing or lookup. Handles are the only writers.
 *
 * Life of a series: live (readers see it) -> retired (readers no longer see it; its handle may still
 * be written, harmlessly) -> released (its slots may be given to another series).
 */
import type { MetricDefinition } from './definition.js';
import type { BucketIndex } from './bucket-index.js';
import type { ExponentialHistogram } from './exponential-histogram.js';
import type { Slots } from './slots.js';

/** What a reader may know of a series. */
export interface Series {
  readonly definition: MetricDefinition;
  /** One value per label name of the definition. */
  readonly labelValues: readonly string[];
  /** First slot. Counter and gauge: 1 slot. Histogram: a slot per bound, one for +Inf, one for the sum;
   * bucket slots are not cumulative. Summary: a slot per quantile, then sum, then count. */
  readonly slot: number;
  readonly width: number;
}

/** What a handle may ask of whoever made it. `retire` and `release` come at most once per handle. */
export interface SeriesOwner {
  readonly slots: Slots;
  /** A value was refused: negative for a counter, not finite for a histogram. */
  refuseValue(definition: MetricDefinition): void;
  /** A live gauge became present or absent. */
  setPresent(handle: Handle, present: boolean): void;
  retire(handle: Handle): void;
  release(handle: Handle): void;
}

/** How many slots a series of this definition takes. */
export function widthOf(definition: MetricDefinition): number {
  if (definition.kind === 'histogram') return (definition.bounds?.length ?? 0) + 2;
  if (definition.kind === 'summary') return (definition.quantiles?.length ?? 0) + 2;
  return 1;
}

/** What all handles share. */
export abstract class Handle implements Series {
  readonly definition: MetricDefinition;
  readonly labelValues: readonly string[];
  readonly slot: number;
  readonly width: number;
  protected readonly owner: SeriesOwner;
  protected readonly slots: Slots;
  #life: 'live' | 'retired' | 'released' = 'live';

  constructor(
    owner: SeriesOwner,
    definition: MetricDefinition,
    labelValues: readonly string[],
    slot: number,
  ) {
    this.owner = owner;
    this.slots = owner.slots;
    this.definition = definition;
    this.labelValues = labelValues;
    this.slot = slot;
    this.width = widthOf(definition);
  }

  /** False once it was retired or released. */
  get isLive(): boolean {
    return this.#life === 'live';
  }

  /** Takes the series out of every reader's sight. Asking the family again gives a new series. */
  retire(): void {
    if (this.#life !== 'live') return;
    this.#life = 'retired';
    this.owner.retire(this);
  }

  /** Retires the series and promises never to use this handle again, so that its slots can be reused. */
  release(): void {
    this.retire();
    if (this.#life === 'released') return;
    this.#life = 'released';
    this.owner.release(this);
  }
}

/** A bound counter. */
export class Counter extends Handle {
  /** Adds `amount` (finite, >= 0); anything else is refused and counted. */
  add(amount = 1): void {
    if (amount >= 0 && amount <= Number.MAX_VALUE) this.slots.values[this.slot]! += amount;
    else this.owner.refuseValue(this.definition);
  }

  /**
   * Moves the counter to a cumulative `total` that its source keeps. A lower total than before is a
   * reset of the source: what it has counted since is added.
   */
  follow(total: number, before: number): void {
    this.add(total >= before ? total - before : total);
  }

  get value(): number {
    return this.slots.values[this.slot]!;
  }
}

/** A bound gauge; absent until it is set. */
export class Gauge extends Handle {
  #present = false;

  set(value: number): void {
    this.slots.values[this.slot] = value;
    if (!this.#present) this.#show(true);
  }

  /** Moves the gauge by `delta`; an absent one counts from 0. */
  add(delta: number): void {
    this.slots.values[this.slot]! += delta;
    if (!this.#present) this.#show(true);
  }

  /** Makes the series absent: its input is missing. Setting it again brings it back. */
  clear(): void {
    if (this.#present) this.#show(false);
    this.slots.values[this.slot] = 0;
  }

  /** The value, or undefined while absent. */
  get value(): number | undefined {
    return this.#present ? this.slots.values[this.slot]! : undefined;
  }

  #show(present: boolean): void {
    this.#present = present;
    if (this.isLive) this.owner.setPresent(this, present);
  }
}

/** A bound histogram over classic buckets. */
export class Histogram extends Handle {
  readonly #buckets: BucketIndex;

  /** @param buckets the definition's bounds, one index for all series of the metric */
  constructor(
    owner: SeriesOwner,
    definition: MetricDefinition,
    labelValues: readonly string[],
    slot: number,
    buckets: BucketIndex,
  ) {
    super(owner, definition, labelValues, slot);
    this.#buckets = buckets;
  }

  /**
   * Records `value`, which stands for `weight` (> 0) observations. A bound belongs to the bucket
   * that it closes. What is not finite is refused and counted.
   */
  observe(value: number, weight = 1): void {
    if (value - value !== 0 || !isWeight(weight)) return this.owner.refuseValue(this.definition);
    const buckets = this.#buckets;
    const bucket = this.slot + buckets.locate(value);
    const values = this.slots.values;
    values[bucket]! += weight;
    values[this.slot + buckets.bounds.length + 1]! += value * weight;
  }

  /** Number of observations so far. */
  get count(): number {
    let count = 0;
    for (let i = 0; i < this.width - 1; i++) count += this.slots.values[this.slot + i]!;
    return count;
  }

  get sum(): number {
    return this.slots.values[this.slot + this.width - 1]!;
  }
}

/** A bound summary: quantiles from an exponential histogram, written to its slots when readers come. */
export class Summary extends Handle {
  readonly sketch: ExponentialHistogram;
  #shownCount = -1;

  constructor(
    owner: SeriesOwner,
    definition: MetricDefinition,
    labelValues: readonly string[],
    slot: number,
    sketch: ExponentialHistogram,
  ) {
    super(owner, definition, labelValues, slot);
    this.sketch = sketch;
  }

  /** Records `value`, which stands for `weight` (> 0) observations. What is not finite is refused and counted. */
  observe(value: number, weight = 1): void {
    if (value - value !== 0 || !isWeight(weight)) return this.owner.refuseValue(this.definition);
    this.sketch.add(value, weight);
  }

  /** Writes quantiles (NaN while empty), sum and count into the slots. The board calls it before it is read. */
  refresh(): void {
    if (this.sketch.count === this.#shownCount) return;
    this.#shownCount = this.sketch.count;
    const quantiles = this.definition.quantiles ?? [];
    const { values } = this.slots;
    for (let i = 0; i < quantiles.length; i++) values[this.slot + i] = this.sketch.quantile(quantiles[i]!);
    values[this.slot + quantiles.length] = this.sketch.sum;
    values[this.slot + quantiles.length + 1] = this.sketch.count;
  }
}

function isWeight(weight: number): boolean {
  return weight > 0 && weight <= Number.MAX_SAFE_INTEGER;
}
