/**
 * Reads the board for the archive: every series as it appears to a query, with its number, and its value now. What a
 * series is called and which slots it takes is worked out when the board's layout changes, and not again until then.
 */
import type { Board } from '../../metrics/board.js';
import type { MetricDefinition } from '../../metrics/definition.js';
import type { Series } from '../../metrics/series.js';
import type { Labels } from '../../promql/labels.js';
import { partsOf, type Part } from '../parts.js';
import { scrapedLabels, type Target } from '../target.js';
import type { Row } from './row-codec.js';
import type { SeriesDefinition, SeriesKind } from './series-definition.js';
import type { SeriesIds } from './series-ids.js';

/** A series that is not on the board, and its value now. */
export interface OtherValue {
  /** As a query sees them. */
  readonly labels: Labels;
  readonly value: number;
}

/** What is sampled, and where numbers come from. */
export interface BoardSamplerOptions {
  readonly board: Board;
  readonly target: Target;
  readonly ids: SeriesIds;
  /** Gauges besides the board; what is not finite is left out. */
  readonly others?: (() => Iterable<OtherValue>) | undefined;
  /** Told of every series that has not been archived before. */
  readonly made: (definition: SeriesDefinition) => void;
}

interface Place {
  readonly id: number;
  /** First slot and the one behind the last whose values add up. */
  readonly from: number;
  readonly to: number;
}

/** New series between two turns. */
const FRESH_A_TURN = 100;

/** Gives rows. */
export class BoardSampler {
  readonly #options: BoardSamplerOptions;
  /** A series never changes its place. */
  readonly #places = new WeakMap<Series, readonly Place[]>();
  #layout = -1;
  #ids = new Int32Array(0);
  #from = new Int32Array(0);
  #to = new Int32Array(0);
  /** The ids of the last row that had others beside the board's. */
  #merged: { readonly of: Int32Array; readonly ids: Int32Array } | undefined;

  constructor(options: BoardSamplerOptions) {
    this.#options = options;
  }

  /**
   * Finds out what new series are called, some at a time; `turn` lets others run in between. Without it `sample` does the
   * same at once, which takes long where thousands of series are new.
   */
  async prepare(turn: () => Promise<void>): Promise<void> {
    const { board } = this.#options;
    if (board.layout === this.#layout) return;
    let fresh = 0;
    for (const { series } of board.families()) {
      for (const one of series) {
        if (this.#places.has(one)) continue;
        const places = this.#placesOf(one);
        this.#places.set(one, places);
        fresh += places.length;
        if (fresh < FRESH_A_TURN) continue;
        fresh = 0;
        await turn();
      }
    }
  }

  /** The values of all series now. The list of ids is the same object while the series are the same. */
  sample(timeMs: number): Row {
    const { board } = this.#options;
    board.refresh();
    if (board.layout !== this.#layout) this.#follow();
    const { values: slots } = board.slots;
    const values = new Float64Array(this.#ids.length);
    for (let i = 0; i < values.length; i++) {
      const from = this.#from[i]!;
      const to = this.#to[i]!;
      let sum = from < 0 ? 1 : slots[from]!;
      for (let slot = from + 1; slot < to; slot++) sum += slots[slot]!;
      values[i] = sum;
    }
    return this.#withOthers({ timeMs, ids: this.#ids, values });
  }

  #withOthers({ timeMs, ids, values }: Row): Row {
    const others = new Map<number, number>();
    for (const { labels, value } of this.#options.others?.() ?? [])
      if (Number.isFinite(value)) others.set(this.#idOf(labels, 'gauge'), value);
    if (others.size === 0) return { timeMs, ids, values };
    // What the board has counts: a series of another source that bears its labels is not told apart.
    const sorted = [...others.keys()].sort((a, b) => a - b);
    const merged = new Int32Array(ids.length + sorted.length);
    const all = new Float64Array(merged.length);
    let length = 0;
    for (let i = 0, j = 0; i < ids.length || j < sorted.length; length++) {
      const own = ids[i] ?? Infinity;
      const other = sorted[j] ?? Infinity;
      merged[length] = Math.min(own, other);
      all[length] = own <= other ? values[i]! : others.get(other)!;
      if (own <= other) i++;
      if (other <= own) j++;
    }
    const before = this.#merged;
    const found = merged.subarray(0, length);
    // The same object for the same series, which spares the encoder a comparison.
    const isSame =
      before?.of === ids && before.ids.length === length && before.ids.every((id, i) => id === found[i]);
    this.#merged = isSame ? before : { of: ids, ids: found };
    return { timeMs, ids: this.#merged.ids, values: all.subarray(0, length) };
  }

  #follow(): void {
    const { board, target } = this.#options;
    this.#layout = board.layout;
    const places: Place[] = [];
    let hasUp = false;
    for (const { definition, series } of board.families()) {
      hasUp ||= definition.name === 'up';
      for (const one of series) {
        let own = this.#places.get(one);
        if (own === undefined) this.#places.set(one, (own = this.#placesOf(one)));
        places.push(...own);
      }
    }
    // Our own `up` has no slot; it is 1.
    if (!hasUp) places.push({ id: this.#idOf(scrapedLabels(target, 'up', []), 'gauge'), from: -1, to: 0 });
    places.sort((a, b) => a.id - b.id);
    this.#ids = Int32Array.from(places, ({ id }) => id);
    this.#from = Int32Array.from(places, ({ from }) => from);
    this.#to = Int32Array.from(places, ({ to }) => to);
  }

  #placesOf({ definition, slot, labelValues }: Series): Place[] {
    const { target } = this.#options;
    const own = definition.labels.map((label, i): [string, string] => [label, labelValues[i]!]);
    return partsOf(definition).map((part) => ({
      id: this.#idOf(scrapedLabels(target, part.name, [...own, ...part.extra]), kindOf(definition, part)),
      from: slot + part.from,
      to: slot + part.to,
    }));
  }

  #idOf(labels: SeriesDefinition['labels'], kind: SeriesKind): number {
    return this.#options.ids.of(labels, kind, this.#options.made).id;
  }
}

function kindOf({ kind }: MetricDefinition, part: Part): SeriesKind {
  if (kind === 'gauge') return 'gauge';
  return part.extra.some(([name]) => name === 'quantile') ? 'gauge' : 'counter';
}
