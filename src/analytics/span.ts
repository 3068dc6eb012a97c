/**
 * Which stretch of time a question is about, and in which steps counters are followed over it. Input: two times; output:
 * whole steps. A span never reaches past what was asked: both ends are rounded down to whole steps.
 */
import { QuorumscopeError } from '../base/errors.js';
import { formatDuration } from '../promql/durations.js';

/** A stretch of time, in milliseconds since the epoch: after `fromMs`, up to and including `toMs`. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A range in whole steps. */
export interface Span extends TimeRange {
  readonly stepMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Up to which length which step is taken: never much more than a thousand of them. */
const steps: readonly (readonly [lengthMs: number, stepMs: number])[] = [
  [15 * MINUTE, SECOND],
  [HOUR, 5 * SECOND],
  [6 * HOUR, 30 * SECOND],
  [DAY, MINUTE],
  [7 * DAY, 10 * MINUTE],
  [31 * DAY, 30 * MINUTE],
  [92 * DAY, 2 * HOUR],
];
const LONGEST_MS = 3 * 366 * DAY;

/**
 * The whole steps within a range. The step follows from the length: 1 s up to 15 minutes, 5 s up to an hour, 30 s up to
 * six hours, a minute up to a day, 10 minutes up to a week, 30 minutes up to 31 days, 2 hours up to 92 days, else a day.
 * @throws QuorumscopeError `analytics.request` when no whole step fits, or the range is longer than three years
 */
export function spanOf({ fromMs, toMs }: TimeRange): Span {
  checkRange({ fromMs, toMs });
  const lengthMs = toMs - fromMs;
  const stepMs = steps.find(([longest]) => lengthMs <= longest)?.[1] ?? DAY;
  return wholeSteps({ fromMs, toMs }, stepMs);
}

/** The whole intervals within a range. @throws QuorumscopeError `analytics.request` when there is none */
export function wholeSteps(range: TimeRange, stepMs: number): Span {
  checkRange(range);
  const fromMs = Math.floor(range.fromMs / stepMs) * stepMs;
  const toMs = Math.floor(range.toMs / stepMs) * stepMs;
  if (toMs <= fromMs)
    throw badRequest(
      `the range is empty: ${shownRange(range)} holds no whole ${formatDuration(stepMs)}, ends being rounded down to whole steps`,
    );
  return { fromMs, toMs, stepMs };
}

/** The length as PromQL writes it. */
export function lengthOf({ fromMs, toMs }: TimeRange): string {
  return formatDuration(toMs - fromMs);
}

/** A request that cannot be answered as it stands. */
export function badRequest(what: string, details: Record<string, unknown> = {}): QuorumscopeError {
  return new QuorumscopeError('analytics.request', 'input', what, { details });
}

/** Both ends as people read them. */
export function shownRange({ fromMs, toMs }: TimeRange): string {
  return `${shownTime(fromMs)} to ${shownTime(toMs)}`;
}

function checkRange(range: TimeRange): void {
  const { fromMs, toMs } = range;
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs) || Math.abs(fromMs) > 8e15 || Math.abs(toMs) > 8e15)
    throw badRequest(
      `fromMs and toMs are times in milliseconds since the epoch; found ${fromMs} and ${toMs}`,
    );
  if (toMs <= fromMs) throw badRequest(`the range is empty: toMs is not after fromMs (${shownRange(range)})`);
  if (toMs - fromMs > LONGEST_MS)
    throw badRequest('the range is longer than three years; ask for less at once');
}

function shownTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
