/**
 * What a histogram has grown by since it was last heard, as buckets to spread. Explicit bounds or exponential ones; of the
 * latter the coarser scale of the two counts, as their model allows. Pure.
 */
import type { ExponentialBuckets, ExponentialPoint, HistogramPoint } from './requests.js';
import type { Bucket } from './spread.js';

/** A histogram as it stands: counts by bucket, and the edges that they have. */
export interface Standing {
  readonly sum: number | undefined;
  readonly count: number;
  /** Of explicit bounds: empty keys, by position. Of exponential ones: by sign and index. */
  readonly counts: ReadonlyMap<string, number>;
  readonly edges: { readonly bounds: readonly number[] } | { readonly scale: number };
}

/** A point as it stands; undefined where its parts do not fit together. */
export function standingOf(point: HistogramPoint): Standing | undefined {
  const { bucketCounts = [], explicitBounds: bounds = [], sum, count = 0 } = point;
  const ascends = bounds.every((bound, i) => Number.isFinite(bound) && (i === 0 || bound > bounds[i - 1]!));
  if (!ascends) return undefined;
  // Without buckets there is but one, of everything.
  const given = bucketCounts.length === 0 ? [count] : bucketCounts;
  if (given.length !== (bucketCounts.length === 0 ? 1 : bounds.length + 1)) return undefined;
  const counts = new Map(given.map((one, i) => [String(i), Number(one)]));
  return { sum, count: Number(count), counts, edges: { bounds: bucketCounts.length === 0 ? [] : bounds } };
}

/** An exponential point as it stands; undefined where its scale is none. */
export function exponentialStandingOf(point: ExponentialPoint): Standing | undefined {
  const { scale = 0, zeroCount = 0, positive, negative, sum, count = 0 } = point;
  if (scale < -10 || scale > 20) return undefined;
  const counts = new Map<string, number>();
  if (Number(zeroCount) > 0) counts.set('0', Number(zeroCount));
  add(counts, '+', positive);
  add(counts, '-', negative);
  return { sum, count: Number(count), counts, edges: { scale } };
}

function add(
  counts: Map<string, number>,
  sign: string,
  { offset = 0, bucketCounts = [] }: ExponentialBuckets = {},
): void {
  for (const [i, count] of bucketCounts.entries())
    if (Number(count) > 0) counts.set(`${sign}${offset + i}`, Number(count));
}

/** The buckets as they stand. */
export function bucketsOf({ counts, edges }: Standing): Bucket[] {
  return [...counts].map(([key, count]) => ({ ...edgesOf(key, edges), count }));
}

/** What was added since `before`; undefined where it began anew, so that all of `now` was added. */
export function growthOf(now: Standing, before: Standing): Standing | undefined {
  if (now.count < before.count) return undefined;
  const [a, b] = alike(now, before);
  if (a === undefined || b === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const [key, count] of a.counts) {
    const added = count - (b.counts.get(key) ?? 0);
    if (added < 0) return undefined;
    if (added > 0) counts.set(key, added);
  }
  for (const [key, count] of b.counts) if (count > 0 && !a.counts.has(key)) return undefined;
  const sum = a.sum === undefined || b.sum === undefined ? undefined : a.sum - b.sum;
  return { sum, count: a.count - b.count, counts, edges: a.edges };
}

/** Both over the same edges. */
function alike(now: Standing, before: Standing): readonly [Standing?, Standing?] {
  if ('scale' in now.edges && 'scale' in before.edges) {
    const scale = Math.min(now.edges.scale, before.edges.scale);
    return [coarser(now, scale), coarser(before, scale)];
  }
  const isSame = JSON.stringify(now.edges) === JSON.stringify(before.edges);
  return isSame ? [now, before] : [];
}

function coarser(standing: Standing, scale: number): Standing {
  const by = 'scale' in standing.edges ? standing.edges.scale - scale : 0;
  if (by === 0) return standing;
  const counts = new Map<string, number>();
  for (const [key, count] of standing.counts) {
    const merged = key === '0' ? key : `${key[0]!}${Math.floor(Number(key.slice(1)) / 2 ** by)}`;
    counts.set(merged, (counts.get(merged) ?? 0) + count);
  }
  return { ...standing, counts, edges: { scale } };
}

function edgesOf(key: string, edges: Standing['edges']): { low: number; high: number } {
  if ('bounds' in edges) {
    const at = Number(key);
    return {
      low: edges.bounds[at - 1] ?? Number.NEGATIVE_INFINITY,
      high: edges.bounds[at] ?? Number.POSITIVE_INFINITY,
    };
  }
  if (key === '0') return { low: 0, high: 0 };
  const index = Number(key.slice(1));
  const low = 2 ** (index * 2 ** -edges.scale);
  const high = 2 ** ((index + 1) * 2 ** -edges.scale);
  return key.startsWith('+') ? { low, high } : { low: -high, high: -low };
}
