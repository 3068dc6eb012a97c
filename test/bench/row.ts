/**
 * One line of the bench report: a measured goal of the design, ours beside its peers in the same
 * process run. Ratios count first; absolute numbers are medians on whatever machine this is.
 */

/** A peer's figure; `ratio` is how many times as long (or as much) it takes as ours. */
export interface Peer {
  readonly name: string;
  readonly value: string;
  readonly ratio: number;
}

/** One goal. */
export interface BenchRow {
  readonly what: string;
  readonly ours: string;
  readonly peers: readonly Peer[];
  /** What must hold, in words. */
  readonly floor: string;
  readonly holds: boolean;
}

/** A peer's figure beside ours, both in nanoseconds. */
export function peer(name: string, peerNs: number, oursNs: number): Peer {
  return { name, value: duration(peerNs), ratio: peerNs / oursNs };
}

/** Nanoseconds in the unit that reads best. */
export function duration(ns: number): string {
  if (ns < 1e3) return `${ns.toFixed(ns < 10 ? 1 : 0)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(1)} us`;
  return `${(ns / 1e6).toFixed(2)} ms`;
}
