/**
 * Tells another thread of the board: the numbers as they are, and of the series only what has changed since
 * the last time. Both ends are here: `BoardCopier` where the board is, `CopyReader` where it is read.
 *
 * Invariant: a metric whose view is the same object has the same series in the same slots, so that its number
 * stands for it.
 */
import type { FamilyView, Snapshot } from '../metrics/board.js';
import type { MetricDefinition } from '../metrics/definition.js';
import {
  ownDistribution,
  readSnapshot,
  type ExponentialReading,
  type MetricsSnapshot,
  type PlacedSeries,
} from './snapshot.js';

/** A metric with its series as they are now. */
export interface FamilyCopy {
  readonly number: number;
  readonly definition: MetricDefinition;
  /** Those of all series, one after the other. */
  readonly labelValues: readonly string[];
  readonly slots: Float64Array;
}

/** What is sent; plain data. */
export interface BoardCopy {
  readonly values: Float64Array;
  /** Every metric, by number, in order. */
  readonly families: readonly number[];
  /** Those that the reader has not been told of. */
  readonly news: readonly FamilyCopy[];
  /** Of summaries, by first slot. */
  readonly distributions: ReadonlyMap<number, ExponentialReading>;
}

/** Where the board is. One for each reader. */
export class BoardCopier {
  readonly #numbers = new WeakMap<FamilyView, number>();
  #last = 0;

  copy({ values, families }: Snapshot): BoardCopy {
    const news: FamilyCopy[] = [];
    const distributions = new Map<number, ExponentialReading>();
    const numbers = families.map((view) => {
      if (view.definition.kind === 'summary')
        for (const series of view.series) distributions.set(series.slot, ownDistribution(series));
      const known = this.#numbers.get(view);
      if (known !== undefined) return known;
      const number = ++this.#last;
      this.#numbers.set(view, number);
      news.push(copyOf(view, number));
      return number;
    });
    return { values, families: numbers, news, distributions };
  }
}

function copyOf({ definition, series }: FamilyView, number: number): FamilyCopy {
  return {
    number,
    definition,
    labelValues: series.flatMap(({ labelValues }) => labelValues),
    slots: Float64Array.from(series, ({ slot }) => slot),
  };
}

interface KnownFamily {
  readonly definition: MetricDefinition;
  readonly series: readonly PlacedSeries[];
}

/** Where the copy is read. */
export class CopyReader {
  #known = new Map<number, KnownFamily>();

  /** @param copy of those that one copier has made, each in turn */
  read({ values, families, news, distributions }: BoardCopy, takenAtUs: number): MetricsSnapshot {
    for (const family of news) this.#known.set(family.number, familyOf(family));
    // What is not named is gone for good.
    this.#known = new Map(families.map((number) => [number, this.#known.get(number)!]));
    const board = { values, families: [...this.#known.values()] };
    return readSnapshot(board, takenAtUs, ({ slot }) => distributions.get(slot)!);
  }
}

function familyOf({ definition, labelValues, slots }: FamilyCopy): KnownFamily {
  const width = definition.labels.length;
  const series = Array.from(slots, (slot, i) => ({
    labelValues: labelValues.slice(i * width, (i + 1) * width),
    slot,
  }));
  return { definition, series };
}
