/**
 * Finds the classic histograms among rows: those that are the same but for the bucket's upper bound in
 * `le`. Depends on labels alone.
 */
import { keyOfOthers, METRIC_NAME, type Labels } from './labels.js';

/** The label that holds the upper bound of a bucket. */
export const BUCKET = 'le';

/** The buckets of one histogram: rows in order of their bounds. */
export interface BucketSet {
  readonly rows: readonly number[];
  readonly bounds: readonly number[];
  readonly metric: string;
}

/** The histograms among some rows. */
export interface BucketSets {
  readonly sets: readonly BucketSet[];
  readonly labels: readonly Labels[];
  /** Rows without a usable bound. */
  readonly bad: readonly number[];
}

/** The histograms, in the order of their first row. */
export function findBuckets(labels: readonly Labels[]): BucketSets {
  const members = new Map<string, { row: number; bound: number }[]>();
  const bad: number[] = [];
  labels.forEach((label, row) => {
    const bound = parseBound(label.get(BUCKET));
    if (bound === undefined) {
      bad.push(row);
      return;
    }
    const key = keyOfOthers(label, [BUCKET]);
    const known = members.get(key);
    if (known === undefined) members.set(key, [{ row, bound }]);
    else known.push({ row, bound });
  });
  const sets: BucketSet[] = [];
  const names: Labels[] = [];
  for (const rows of members.values()) {
    rows.sort((a, b) => (a.bound < b.bound ? -1 : a.bound > b.bound ? 1 : 0));
    const first = labels[rows[0]!.row]!;
    sets.push({
      rows: rows.map(({ row }) => row),
      bounds: rows.map(({ bound }) => bound),
      metric: first.get(METRIC_NAME),
    });
    names.push(first.with(BUCKET, ''));
  }
  return { sets, labels: names, bad };
}

function parseBound(text: string): number | undefined {
  if (/^[+-]?(inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  return /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(text) ? Number(text) : undefined;
}
