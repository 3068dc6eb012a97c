/**
 * What became of the lines that a collector received. Where everything is processed,
 * received = processed + duplicate + unknown + dropped + invalid.
 */
import type { Readings } from './readings.js';

/** Counts over all streams, since the collector was made. */
export interface Losses {
  /** Lines received, good or bad. */
  readonly received: number;
  readonly processed: number;
  /** Events whose number was seen before. */
  readonly duplicate: number;
  /** Lines of a type that this version does not know. */
  readonly unknown: number;
  /** Events dropped because the pipeline's queue was full. */
  readonly dropped: number;
  /** Lines refused: no JSON, a field absent or of the wrong kind, no `hello` before. */
  readonly invalid: number;
  /** Events that the numbering shows to be absent. */
  readonly missing: number;
  /** Events that the node's own hooks could not encode or had no room for. */
  readonly droppedAtSource: number;
}

const counters = {
  received: 'quorumscope_events_received_total',
  processed: 'quorumscope_events_processed_total',
  duplicate: 'quorumscope_events_duplicate_total',
  unknown: 'quorumscope_events_unknown_total',
  dropped: 'quorumscope_events_dropped_total',
  invalid: 'quorumscope_events_invalid_total',
  missing: 'quorumscope_events_missing_total',
  droppedAtSource: 'quorumscope_source_dropped_events_total',
} as const satisfies Record<keyof Losses, string>;

/** The counts on a board. */
export function lossesOf(metrics: Readings): Losses {
  const losses: Record<string, number> = {};
  for (const [loss, name] of Object.entries(counters)) losses[loss] = metrics.sum(name);
  return losses as unknown as Losses;
}

/** One sentence for each kind of loss that occurred; empty where every event became a metric. */
export function lossProblems(losses: Losses): string[] {
  const { received, processed, ...lost } = losses;
  const problems = Object.entries(lost)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} events ${kind}: found ${count}, expected 0`);
  const { duplicate, unknown, dropped, invalid } = lost;
  const decided = processed + duplicate + unknown + dropped + invalid;
  if (decided !== received)
    problems.push(
      `accounting: found ${received} received and ${decided} accounted for, expected them to agree`,
    );
  return problems;
}
