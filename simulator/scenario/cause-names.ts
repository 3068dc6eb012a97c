/**
 * The causes of failed views by name, as expectations state them. The list itself is the sidecar's; this table fails
 * to compile when the two differ, and keeps the simulator from loading the sidecar for it.
 */
import type { Cause } from '../../src/index.js';

const table: Readonly<Record<Cause, true>> = {
  leader_silent: true,
  leader_slow: true,
  collector_silent: true,
  certificate_withheld: true,
  proposal_invalid: true,
  equivocation: true,
  votes_missing: true,
  votes_late: true,
  timer_too_small: true,
  partition: true,
  message_loss: true,
  local_stall: true,
  sync_lag: true,
  unknown: true,
};

/** Every cause. */
export const causes = Object.keys(table) as Cause[];
