/**
 * Samples of many series as snapshots, one for each time, so that what is exported from history looks as what the same
 * exporters push: the encoders are theirs. Buckets, sums and counts stand for themselves, as in a scrape. Pure.
 */
import type { MetricReading, MetricsSnapshot, SeriesReading } from '../export/snapshot.js';
import { METRIC_NAME } from '../promql/labels.js';
import { isStale, type Series } from '../promql/series.js';

/** Metrics whose name ends so only rise. */
const RISING = /_(total|bucket|sum|count)$/;

/** A series and how far it was read. */
interface Reading {
  readonly series: Series;
  readonly labelValues: readonly string[];
  at: number;
}

interface Family {
  readonly name: string;
  readonly labelNames: readonly string[];
  readonly readings: Reading[];
}

/** The snapshots of the times at which anything has a sample, in order. */
export function* snapshotsOf(series: readonly Series[]): Generator<MetricsSnapshot> {
  const families = familiesOf(series);
  for (const timeMs of timesOf(series)) {
    const metrics: MetricReading[] = [];
    for (const { name, labelNames, readings } of families) {
      const found = readings.flatMap((reading) => sampleAt(reading, timeMs));
      if (found.length === 0) continue;
      const kind = RISING.test(name) ? 'counter' : 'gauge';
      metrics.push({ name, kind, help: '', unit: undefined, labelNames, series: found });
    }
    if (metrics.length > 0) yield { takenAtUs: timeMs * 1000, metrics };
  }
}

function sampleAt(reading: Reading, timeMs: number): SeriesReading[] {
  const { series, labelValues, at } = reading;
  if (series.times[at] !== timeMs) return [];
  reading.at++;
  return isStale(series.values, at) ? [] : [{ labelValues, value: series.values[at]! }];
}

function familiesOf(series: readonly Series[]): Family[] {
  const families = new Map<string, Family>();
  for (const one of series) {
    const own = one.labels.entries().filter(([name]) => name !== METRIC_NAME);
    const labelNames = own.map(([name]) => name);
    const name = one.labels.get(METRIC_NAME);
    const key = `${name} ${labelNames.join(',')}`;
    let family = families.get(key);
    if (family === undefined) families.set(key, (family = { name, labelNames, readings: [] }));
    family.readings.push({ series: one, labelValues: own.map(([, value]) => value), at: 0 });
  }
  return [...families.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function timesOf(series: readonly Series[]): number[] {
  const times = new Set<number>();
  let before: Float64Array | undefined;
  for (const one of series) {
    if (one.times !== before) for (const time of one.times) times.add(time);
    before = one.times;
  }
  return [...times].sort((a, b) => a - b);
}
