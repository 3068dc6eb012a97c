/**
 * Where samples come from: a port that is handed in. Columns are read in place and never written, so a
 * source may hand out its own arrays or views of them.
 *
 * A stale marker ends a series: one bit pattern among the NaNs. Copying typed arrays keeps it; arithmetic
 * and JSON do not, and an engine may change it when a number is read and stored one by one. So it is only
 * ever written and tested through the bits.
 */
import type { Labels } from './labels.js';
import type { LabelMatcher } from './matchers.js';

/** One series. The same series has the same `labels` object each time it is handed out. */
export interface Series {
  readonly labels: Labels;
  /** Milliseconds since the epoch, strictly rising. Series sampled together share one column, which is quicker. */
  readonly times: Float64Array;
  /** As many as `times`. */
  readonly values: Float64Array;
  /**
   * Every index whose value is smaller than the one before it, ascending. Only of columns without any NaN, by sources
   * that know it anyhow: then nobody needs to walk a column to look for either.
   */
  readonly falls?: readonly number[] | undefined;
}

/** When samples will be looked at, so that a source may hand out fewer that give the same answer. */
export interface EvaluationGrid {
  /** First time, offset taken off; milliseconds since the epoch. */
  readonly startMs: number;
  /** Between the times; 0 where there is only one. */
  readonly stepMs: number;
  /** How far each look reaches back; 0 where only the newest sample counts. */
  readonly rangeMs: number;
  /** The function that is given the range. */
  readonly func: string | undefined;
}

/** What to look for. */
export interface SelectRequest {
  readonly matchers: readonly LabelMatcher[];
  /** Samples at or after this time are needed; earlier ones may be handed out too. */
  readonly fromMs: number;
  /** Samples at or before this time are needed; later ones may be handed out too. */
  readonly toMs: number;
  /** Where it is known, all that matters is how the samples look from these times. */
  readonly grid?: EvaluationGrid;
  /**
   * Where this asks for a part of what another request would: that request. A source that chooses what to read by a
   * request chooses by this one, so that parts fit together.
   */
  readonly whole?: SelectRequest;
}

/** Hands out series. */
export interface SeriesSource {
  /** Every series that passes all matchers; each label set once. May reject: the query then fails with the message. */
  select(request: SelectRequest, signal: AbortSignal): Promise<readonly Series[]> | readonly Series[];
}

const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 0x00000002;
const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Writes a stale marker. */
export function writeStale(values: Float64Array, index: number): void {
  const bits = bitsAt(values, index);
  bits[LITTLE_ENDIAN ? 1 : 0] = STALE_HIGH;
  bits[LITTLE_ENDIAN ? 0 : 1] = STALE_LOW;
}

/** Whether a stale marker stands at `index`; any other NaN is an ordinary value. */
export function isStale(values: Float64Array, index: number): boolean {
  if (!Number.isNaN(values[index]!)) return false;
  const bits = bitsAt(values, index);
  return bits[LITTLE_ENDIAN ? 1 : 0] === STALE_HIGH && bits[LITTLE_ENDIAN ? 0 : 1] === STALE_LOW;
}

function bitsAt(values: Float64Array, index: number): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset + index * 8, 2);
}

/** The first index in `times[from..end)` whose time is after `timeMs`, or `end`. */
export function firstAfter(times: Float64Array, timeMs: number, from: number, end: number): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same, for a time not far ahead: looks 1, 2, 4, ... samples on before it searches. */
export function advanceAfter(times: Float64Array, timeMs: number, from: number): number {
  const { length } = times;
  let step = 1;
  let low = from;
  while (low + step <= length && times[low + step - 1]! <= timeMs) {
    low += step;
    step *= 2;
  }
  return firstAfter(times, timeMs, low, Math.min(length, low + step));
}
