/**
 * Which level of the archive answers a question: the coarsest that gives what the samples themselves would give.
 *
 *   newest sample at multiples of a minute (hour)               last of each minute (hour): the same, to the bit
 *   min, max, last, sum over ranges of whole minutes (hours)    the same; a sum in another order of adding
 *   rate, increase over at least 60 stretches, beyond two days  as a Prometheus that scrapes once a minute (hour) would
 *   everything else                                             the samples
 */
import type { EvaluationGrid, SelectRequest } from '../../promql/series.js';
import { DAY_MS, resolutionMs, type Level } from './layout.js';
import type { Aspect } from './segment.js';

/** A level and what to read of it. */
export interface Reading {
  readonly level: Level;
  readonly aspect: Aspect;
}

const EXACT: Reading = { level: 'samples', aspect: 'last' };

/** Functions that need one number of each stretch. */
const ASPECTS: Readonly<Record<string, Aspect>> = {
  min_over_time: 'min',
  max_over_time: 'max',
  sum_over_time: 'sum',
  last_over_time: 'last',
};
const RATES: readonly string[] = ['rate', 'increase'];
const STRETCHES_OF_RATE = 60;
const EXACT_RATES_MS = 2 * DAY_MS;

/** What to read for a request. */
export function readingOf(request: SelectRequest): Reading {
  const { grid, fromMs, toMs } = request.whole ?? request;
  if (grid === undefined) return EXACT;
  for (const level of ['hours', 'minutes'] as const) {
    const aspect = aspectAt(grid, resolutionMs[level], toMs - fromMs);
    if (aspect !== undefined) return { level, aspect };
  }
  return EXACT;
}

function aspectAt(
  { startMs, stepMs, rangeMs, func }: EvaluationGrid,
  resolution: number,
  spanMs: number,
): Aspect | undefined {
  if (startMs % resolution !== 0 || stepMs % resolution !== 0) return undefined;
  if (rangeMs === 0) return 'last';
  if (func === undefined || rangeMs % resolution !== 0) return undefined;
  if (RATES.includes(func))
    return rangeMs >= STRETCHES_OF_RATE * resolution && spanMs > EXACT_RATES_MS ? 'last' : undefined;
  return ASPECTS[func];
}
