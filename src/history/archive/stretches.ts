/**
 * A long range of the archive, a quarter of an hour at a time: what every export reads by, so that memory is that of a
 * stretch however long the range is. Samples leave without stale markers, packed into two columns for many series, which
 * go from thread to thread without being copied.
 */
import { METRIC_NAME } from '../../promql/labels.js';
import type { LabelMatcher } from '../../promql/matchers.js';
import { firstAfter, isStale, type Series } from '../../promql/series.js';
import type { ArchiveReader } from './archive-reader.js';

/** After the first time, up to the second; milliseconds since the epoch. */
export interface Stretch {
  readonly afterMs: number;
  readonly toMs: number;
}

/** Some series of one stretch. */
export interface PackedSeries {
  readonly series: readonly PackedHead[];
  /** Of all of them, one after the other. Microseconds since the epoch. */
  readonly timesUs: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

/** One of them, and which samples are its own. */
export interface PackedHead {
  readonly name: string;
  /** Without the name, sorted. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly from: number;
  readonly to: number;
}

const STRETCH_MS = 900_000;
/** Samples in a pack, from which on no series is added. */
const PACK_SAMPLES = 16_384;

/** The stretches of a range, in order. */
export function* stretchesOf({ afterMs, toMs }: Stretch): Generator<Stretch> {
  for (let at = afterMs; at < toMs; at += STRETCH_MS)
    yield { afterMs: at, toMs: Math.min(toMs, at + STRETCH_MS) };
}

/** The samples of one stretch, no others. */
export async function readStretch(
  reader: ArchiveReader,
  matchers: readonly LabelMatcher[],
  { afterMs, toMs }: Stretch,
  signal?: AbortSignal,
): Promise<Series[]> {
  const found = await reader.select({ matchers, fromMs: afterMs + 1, toMs }, signal);
  return found.map(({ labels, times, values }) => {
    const from = firstAfter(times, afterMs, 0, times.length);
    const to = firstAfter(times, toMs, from, times.length);
    return { labels, times: times.subarray(from, to), values: values.subarray(from, to) };
  });
}

/** Everything of a range, stretch by stretch; a series comes once in each stretch in which it has samples. */
export async function* packedRange(
  reader: ArchiveReader,
  matchers: readonly LabelMatcher[],
  range: Stretch,
  signal?: AbortSignal,
): AsyncGenerator<PackedSeries> {
  const firstMs = await reader.firstMs();
  if (firstMs === undefined) return;
  const afterMs = Math.max(range.afterMs, firstMs - 1);
  for (const stretch of stretchesOf({ afterMs, toMs: range.toMs })) {
    signal?.throwIfAborted();
    yield* packed(await readStretch(reader, matchers, stretch, signal));
  }
}

function* packed(found: readonly Series[]): Generator<PackedSeries> {
  let few: Series[] = [];
  let samples = 0;
  for (const series of found) {
    few.push(series);
    samples += series.times.length;
    if (samples < PACK_SAMPLES) continue;
    yield pack(few, samples);
    few = [];
    samples = 0;
  }
  if (samples > 0) yield pack(few, samples);
}

function pack(few: readonly Series[], most: number): PackedSeries {
  const timesUs = new Float64Array(most);
  const packedValues = new Float64Array(most);
  const series: PackedHead[] = [];
  let at = 0;
  for (const { labels, times, values } of few) {
    const from = at;
    for (let i = 0; i < times.length; i++) {
      if (isStale(values, i)) continue;
      timesUs[at] = times[i]! * 1000;
      packedValues[at++] = values[i]!;
    }
    if (at === from) continue;
    const own = labels.entries().filter(([name]) => name !== METRIC_NAME);
    series.push({ name: labels.get(METRIC_NAME), labels: own, from, to: at });
  }
  return { series, timesUs, values: packedValues };
}
