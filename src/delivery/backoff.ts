/**
 * How long to wait before an attempt is repeated: doubling from the first wait to the longest, with
 * jitter so that many sidecars do not return at once, and never less than the receiver asked for.
 */
import type { Random } from '../base/random.js';

/** Bounds of the waits, microseconds. */
export interface BackoffLimits {
  readonly firstUs: number;
  readonly longestUs: number;
}

/** A second at first, a minute at most. */
export const usualBackoff: BackoffLimits = { firstUs: 1_000_000, longestUs: 60_000_000 };

/**
 * The wait after `failures` (>= 1) failed attempts in a row, microseconds: between half of and the whole
 * doubled wait. `askedUs` is the receiver's wish; it is honoured up to ten times the longest wait.
 */
export function backoffUs(
  failures: number,
  limits: BackoffLimits,
  random: Random,
  askedUs: number | undefined,
): number {
  const doubled = Math.min(limits.longestUs, limits.firstUs * 2 ** Math.min(failures - 1, 40));
  const jittered = Math.round(doubled * (0.5 + random.float() / 2));
  return Math.max(jittered, Math.min(askedUs ?? 0, 10 * limits.longestUs));
}

/**
 * The wait that a `Retry-After` header asks for, microseconds: seconds or an HTTP date (RFC 9110,
 * 10.2.3). Undefined when it is absent, malformed or in the past.
 */
export function retryAfterUs(header: string | undefined, nowUs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000_000;
  const atMs = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  const waitUs = atMs * 1000 - nowUs;
  return waitUs > 0 ? waitUs : undefined;
}
