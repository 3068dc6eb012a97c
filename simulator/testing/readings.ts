/**
 * The board by name and labels: a copy of all series at one moment, for tests to ask. It never changes
 * afterwards, and asking changes nothing.
 */
import type { FamilyView, Snapshot } from '../../src/index.js';

type SeriesView = FamilyView['series'][number];

/** One series at one moment. */
export interface Reading {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labels: Readonly<Record<string, string>>;
  /** Counters and gauges: the value. Histograms and summaries: the number of observations. */
  readonly value: number;
  /** Histograms and summaries: the sum of what was observed, in the unit of the name. */
  readonly sum?: number;
  /** Histograms: cumulative counts by upper bound, the last one `Infinity`. */
  readonly buckets?: readonly { readonly le: number; readonly count: number }[];
  /** Summaries: values by quantile, NaN while nothing was observed. */
  readonly quantiles?: readonly { readonly quantile: number; readonly value: number }[];
}

/** Label values that a series must have; those not named may be anything. */
export type LabelFilter = Readonly<Record<string, string>>;

/** All series at one moment. */
export class Readings {
  readonly #byName: ReadonlyMap<string, readonly Reading[]>;

  constructor(readings: readonly Reading[]) {
    const byName = new Map<string, Reading[]>();
    for (const reading of readings) {
      const known = byName.get(reading.name);
      if (known) known.push(reading);
      else byName.set(reading.name, [reading]);
    }
    this.#byName = byName;
  }

  /** Names of the metrics that have series, in the order of their first use. */
  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** Every series. */
  all(): readonly Reading[] {
    return [...this.#byName.values()].flat();
  }

  /** The series of a metric whose labels are these, and perhaps more. */
  find(name: string, labels: LabelFilter = {}): readonly Reading[] {
    const wanted = Object.entries(labels);
    return (this.#byName.get(name) ?? []).filter((reading) =>
      wanted.every(([label, value]) => reading.labels[label] === value),
    );
  }

  /** The sum of the values of `find`: how many in all. 0 where there is no such series. */
  sum(name: string, labels: LabelFilter = {}): number {
    return this.find(name, labels).reduce((sum, { value }) => sum + value, 0);
  }

  /** The value of the one series of `find`; undefined where there is none, or more than one. */
  value(name: string, labels: LabelFilter = {}): number | undefined {
    const found = this.find(name, labels);
    return found.length === 1 ? found[0]!.value : undefined;
  }
}

/** The readings of a copy of the board. */
export function readingsOf({ families, values }: Snapshot): Readings {
  return new Readings(families.flatMap(({ series }) => series.map((one) => readingOf(one, values))));
}

function readingOf({ definition, labelValues, slot, width }: SeriesView, values: Float64Array): Reading {
  const { name, kind, bounds = [], quantiles = [] } = definition;
  const labels = Object.fromEntries(definition.labels.map((label, i) => [label, labelValues[i] ?? '']));
  const own = values.subarray(slot, slot + width);
  const at = (index: number): number => own[index] ?? Number.NaN;
  if (kind === 'histogram') {
    let count = 0;
    const buckets = [...bounds, Number.POSITIVE_INFINITY].map((le, i) => ({ le, count: (count += at(i)) }));
    return { name, kind, labels, value: count, sum: at(width - 1), buckets };
  }
  if (kind === 'summary') {
    const measured = quantiles.map((quantile, i) => ({ quantile, value: at(i) }));
    const after = quantiles.length;
    return { name, kind, labels, value: at(after + 1), sum: at(after), quantiles: measured };
  }
  return { name, kind, labels, value: at(0) };
}

/** A series as one writes it: `name{label="value"}`. */
export function showSeries(name: string, labels: LabelFilter): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}
