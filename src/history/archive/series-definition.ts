/** A series as the archive knows it: a number that stays its own over restarts, its labels, and how it is rolled up. */
import type { Labels } from '../../promql/labels.js';

/** `counter` only rises and is rolled up to its last value; `gauge` also to its least, greatest, sum and count. */
export type SeriesKind = 'counter' | 'gauge';

/** One series. */
export interface SeriesDefinition {
  /** From 0 on, never used twice in a folder. */
  readonly id: number;
  /** With the metric's name and the labels of the target. */
  readonly labels: Labels;
  readonly kind: SeriesKind;
}
