/**
 * What Alertmanager's file has no words for: escalation, cooldown, rate limit, maintenance. Plain settings, complete.
 */
import type { TimeInterval } from './time-interval.js';

/** Somebody else is told when nobody has acknowledged for a while. */
export interface Escalation {
  readonly receiver: string;
  /** Since the first who was told; above 0. */
  readonly afterUs: number;
  /** Whose alerts escalate; empty is everybody's. */
  readonly from: readonly string[];
}

/** All of it. */
export interface Policy {
  readonly escalations: readonly Escalation[];
  /** An alert that comes back within so long after its end is no news; 0 is none. */
  readonly cooldownUs: number;
  /** Most notifications of firing alerts to one channel; more of them wait. */
  readonly rateLimit: { readonly count: number; readonly windowUs: number } | undefined;
  /** Times at which nobody is told of new alerts. */
  readonly maintenance: readonly TimeInterval[];
}

/** Nothing beyond Alertmanager. */
export const plainPolicy: Policy = { escalations: [], cooldownUs: 0, rateLimit: undefined, maintenance: [] };
