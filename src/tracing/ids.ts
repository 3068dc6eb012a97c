/**
 * Ids of traces and spans, derived and never drawn: sidecars that never talk give one view one trace, and
 * what is sent twice is the same span. Whether a healthy view is kept hangs on its trace id alone, so
 * that all sidecars with the same share keep the same views, and one with a greater share keeps them too.
 *
 * Pure functions; no id is ever all zeros, which OpenTelemetry forbids.
 */
import { hash } from 'node:crypto';

const TRACE_DIGITS = 32;
const SPAN_DIGITS = 16;
/** Hexadecimal digits that decide sampling: the last 56 bits, as in OpenTelemetry's consistent sampling. */
const RANDOM_DIGITS = 14;

/** The trace of a view: 32 hexadecimal digits of a SHA-256. A chain without epochs is in epoch 0. */
export function traceIdOf(chain: string, epoch: number | undefined, view: number): string {
  return cut(`${chain}\n${epoch ?? 0}\n${view}`, TRACE_DIGITS);
}

/** The trace of a transaction: another text than any view's, since that has three lines. */
export function transactionTraceIdOf(chain: string, transaction: string): string {
  return cut(`${chain}\ntransaction ${transaction}`, TRACE_DIGITS);
}

/**
 * A span of a trace: 16 hexadecimal digits.
 * @param validator its id in the set, or the node's name where it has none
 * @param key the span's name; a second span of that name adds what tells it apart
 */
export function spanIdOf(traceId: string, validator: string, key: string): string {
  return cut(`${traceId}\n${validator}\n${key}`, SPAN_DIGITS);
}

/** Whether a healthy view is among the `share` (0 to 1) of views that are kept. */
export function isSampled(traceId: string, share: number): boolean {
  if (share >= 1) return true;
  return Number.parseInt(traceId.slice(-RANDOM_DIGITS), 16) / 16 ** RANDOM_DIGITS >= 1 - share;
}

function cut(text: string, digits: number): string {
  const id = hash('sha256', text, 'hex').slice(0, digits);
  return /^0+$/.test(id) ? `${id.slice(1)}1` : id;
}
