/**
 * How long a message is under way. A model answers per message, so that jitter and regions can come
 * without the network knowing; models with chance take their own stream of the run's seed.
 */

/** One-way delays between validators. */
export interface LatencyModel {
  /** Delay of the next message, integer microseconds >= 1. */
  delayUs(from: number, to: number): number;
  /** The middle of what `delayUs` answers; draws nothing from the model's random stream. */
  typicalUs(from: number, to: number): number;
  /** The delay that nobody exceeds, faults apart: what timers should be set by. */
  readonly maxDelayUs: number;
}

/** The same delay on every link. */
export function fixedDelay(delayUs: number): LatencyModel {
  return { maxDelayUs: delayUs, delayUs: () => delayUs, typicalUs: () => delayUs };
}

/** A delay per link, from a table `delays[from][to]`. */
export function delayTable(delays: readonly (readonly number[])[]): LatencyModel {
  const size = delays.length;
  const flat = Float64Array.from(delays.flat());
  const delay = (from: number, to: number): number => flat[from * size + to] ?? 0;
  return { maxDelayUs: flat.reduce((max, us) => Math.max(max, us), 0), delayUs: delay, typicalUs: delay };
}
