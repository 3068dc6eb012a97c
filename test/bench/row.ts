/** One printed row of `npm run bench`: a measurement, what it is held against, and whether it holds. */

/** A published competitor measured in the same process run. */
export interface BenchPeer {
  readonly name: string;
  readonly value: string;
  /** How many times faster we are. */
  readonly ratio: number;
}

/** One row. */
export interface BenchRow {
  readonly what: string;
  readonly ours: string;
  readonly peers: readonly BenchPeer[];
  readonly floor: string;
  readonly holds: boolean;
}
