/**
 * The series of one metric: opens them within the budget, shares `other` beyond it, and keeps the list
 * that readers see.
 *
 * Beyond the budget counters, histograms and summaries fold: whoever asks gets a handle of his own
 * on the slots of the series `other`, which lives until the last of these handles has retired. So
 * nobody can take it away from the others. `chain_id` and `node_id` are kept while there is room for
 * that, and folded too when there is not. Gauges cannot share and are refused.
 */
import { BucketIndex } from './bucket-index.js';
import { nodeLabels, type MetricDefinition } from './definition.js';
import { ExponentialHistogram } from './exponential-histogram.js';
import { Family, OTHER } from './family.js';
import { wellFormed, type Interner } from './interner.js';
import {
  Counter,
  Gauge,
  Histogram,
  Summary,
  widthOf,
  type Handle,
  type Series,
  type SeriesOwner,
} from './series.js';
import { Slots } from './slots.js';

/** One metric with its live series, as readers see it. Never changed: a change gives a new one. */
export interface FamilyView {
  readonly definition: MetricDefinition;
  readonly series: readonly Series[];
}

/** What a shelf asks of the board. */
export interface ShelfHost {
  readonly slots: Slots;
  readonly interner: Interner;
  /** Whether the budget in all has room for one more series of its own, or one more folded one. */
  hasRoom(isFolded: boolean): boolean;
  /** The number of live series changed by `by`. */
  count(by: number): void;
  /** What readers see has changed. */
  changed(): void;
  folded(definition: MetricDefinition): void;
  refused(definition: MetricDefinition): void;
  invalid(definition: MetricDefinition): void;
}

/** A series that several handles write. */
interface Shared {
  readonly series: Handle;
  /** Handles that are live. */
  live: number;
  /** Handles that were not released. */
  held: number;
}

/** All series of one metric. */
export class Shelf implements SeriesOwner {
  readonly slots: Slots;
  readonly definition: MetricDefinition;
  readonly family: Family<Handle>;
  readonly #host: ShelfHost;
  readonly #limit: number;
  readonly #buckets: BucketIndex;
  readonly #visible = new Set<Handle>();
  readonly #shared = new Map<string, Shared>();
  #view: FamilyView | undefined;
  #count = 0;

  /** @param limit most series of this metric, folded ones apart */
  constructor(host: ShelfHost, definition: MetricDefinition, limit: number) {
    this.slots = host.slots;
    this.definition = definition;
    this.family = new Family<Handle>(definition, (labelValues) => this.#create(labelValues));
    this.#host = host;
    this.#limit = limit;
    this.#buckets = new BucketIndex(definition.bounds ?? []);
  }

  /** What readers see, or undefined without a series; the same object until it changes. */
  view(): FamilyView | undefined {
    if (this.#visible.size === 0) return undefined;
    this.#view ??= Object.freeze({ definition: this.definition, series: Object.freeze([...this.#visible]) });
    return this.#view;
  }

  /** Brings derived slots up to date. */
  refresh(): void {
    if (this.definition.kind !== 'summary') return;
    for (const handle of this.#visible) (handle as Summary).refresh();
  }

  refuseValue(definition: MetricDefinition): void {
    this.#host.invalid(definition);
  }

  setPresent(handle: Handle, present: boolean): void {
    if (present) this.#visible.add(handle);
    else this.#visible.delete(handle);
    this.#changed();
  }

  retire(handle: Handle): void {
    this.family.forget(handle);
    for (const value of handle.labelValues) this.#host.interner.release(value);
    this.#count--;
    this.#host.count(-1);
    if (this.#visible.delete(handle)) this.#changed();
  }

  release(handle: Handle): void {
    this.slots.release(handle.slot, handle.width);
  }

  #create(asked: readonly string[]): Handle {
    const labelValues = asked.map(wellFormed);
    if (!equal(asked, labelValues)) return this.family.at(...labelValues);
    const folded = this.#fold(labelValues);
    if (this.definition.kind !== 'gauge' && equal(folded, labelValues)) return this.#share(folded);
    const own = this.#count - this.#shared.size;
    if (own < this.#limit && this.#host.hasRoom(false)) return this.#open(labelValues);
    if (this.definition.kind === 'gauge') {
      this.#host.refused(this.definition);
      const unseen = this.#newHandle(this.#unseen(), labelValues, 0);
      unseen.retire();
      return unseen;
    }
    this.#host.folded(this.definition);
    return this.#share(folded);
  }

  /** `other` for every label but the node's own; for those too where nothing else is left to fold. */
  #fold(labelValues: readonly string[]): string[] {
    const { labels } = this.definition;
    const isNodeOnly = labels.every(isNodeLabel);
    return labelValues.map((value, i) => (isNodeLabel(labels[i]!) && !isNodeOnly ? value : OTHER));
  }

  #share(asked: readonly string[]): Handle {
    const keepsNode =
      this.#shared.has(keyOf(asked)) || (this.#shared.size < this.#limit && this.#host.hasRoom(true));
    const labelValues = keepsNode ? asked : asked.map(() => OTHER);
    const key = keyOf(labelValues);
    let shared = this.#shared.get(key);
    if (!shared) {
      shared = { series: this.#open(labelValues), live: 0, held: 0 };
      this.#shared.set(key, shared);
    }
    shared.live++;
    shared.held++;
    return this.#newHandle(
      this.#sharing(shared, key),
      shared.series.labelValues,
      shared.series.slot,
      shared.series,
    );
  }

  /** The owner of a handle on a shared series: the series goes with the last of them. */
  #sharing(shared: Shared, key: string): SeriesOwner {
    return {
      slots: this.slots,
      refuseValue: (definition) => this.refuseValue(definition),
      setPresent: () => undefined,
      retire: (handle) => {
        this.family.forget(handle);
        if (--shared.live > 0) return;
        this.#shared.delete(key);
        shared.series.retire();
      },
      release: () => {
        if (--shared.held === 0) shared.series.release();
      },
    };
  }

  /** The owner of a gauge that is retired from birth: what a refused label set records into. */
  #unseen(): SeriesOwner {
    const ignore = (): void => undefined;
    return { slots: new Slots(1), refuseValue: ignore, setPresent: ignore, retire: ignore, release: ignore };
  }

  #open(labelValues: readonly string[]): Handle {
    const interned = Object.freeze(labelValues.map((value) => this.#host.interner.acquire(value)));
    const handle = this.#newHandle(this, interned, this.slots.allocate(widthOf(this.definition)));
    this.#count++;
    this.#host.count(1);
    if (this.definition.kind !== 'gauge') this.setPresent(handle, true);
    return handle;
  }

  #newHandle(owner: SeriesOwner, labelValues: readonly string[], slot: number, twin?: Handle): Handle {
    const { definition } = this;
    switch (definition.kind) {
      case 'counter':
        return new Counter(owner, definition, labelValues, slot);
      case 'gauge':
        return new Gauge(owner, definition, labelValues, slot);
      case 'histogram':
        return new Histogram(owner, definition, labelValues, slot, this.#buckets);
      case 'summary': {
        const sketch = twin instanceof Summary ? twin.sketch : new ExponentialHistogram();
        return new Summary(owner, definition, labelValues, slot, sketch);
      }
    }
  }

  #changed(): void {
    this.#view = undefined;
    this.#host.changed();
  }
}

function isNodeLabel(label: string): boolean {
  return nodeLabels.some((own) => own === label);
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.every((value, i) => value === b[i]);
}

function keyOf(labelValues: readonly string[]): string {
  return JSON.stringify(labelValues);
}
