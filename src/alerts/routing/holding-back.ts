/** Until when a notification must wait: for a receiver that asked for it, or for the rate limit. */
import type { Decision } from './decide.js';
import type { Outlet } from './group.js';
import type { NotifierMeter } from './meter.js';
import type { Policy } from './policy.js';

/** 0 or a time that has passed: it need not wait. Forgets of the outlet what is older than the window. */
export function heldUntil(
  outlet: Outlet,
  { firing }: Decision,
  { rateLimit }: Policy,
  nowUs: number,
  meter: NotifierMeter,
): number {
  if (outlet.pausedUntilUs > nowUs) {
    meter.delayed(outlet, 'busy');
    return outlet.pausedUntilUs;
  }
  // Ends are never held back: whoever was woken may sleep again.
  if (rateLimit === undefined || firing.length === 0) return 0;
  const { count, windowUs } = rateLimit;
  while (outlet.recent.length > 0 && outlet.recent[0]! + windowUs <= nowUs) outlet.recent.shift();
  if (outlet.recent.length < count) return 0;
  meter.delayed(outlet, 'rate_limit');
  return outlet.recent[0]! + windowUs;
}
