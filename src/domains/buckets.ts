/**
 * Histogram bounds, one set per use, so that panels and quantiles of one kind compare. Each says why;
 * a series costs one slot per bound, so that none is finer than the decision it serves.
 */

/** Views, stages, commits, seconds. */
export const latencyBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 30, 60,
] as const;

/** Signatures, message handling, storage, seconds. */
export const workBuckets = [
  0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
] as const;

/** Sync, snapshots, instances, seconds. */
export const longBuckets = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400] as const;

/** Small counts. */
export const countBuckets = [1, 2, 3, 4, 5, 7, 10, 15, 20, 50, 100, 200] as const;

/** Counts that span magnitudes. */
export const volumeBuckets = [0, 1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000] as const;

/** Sizes in bytes. */
export const byteBuckets = [
  256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
] as const;

/** Shares of a whole. */
export const ratioBuckets = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.6667, 0.75, 0.8, 0.9, 0.95, 1] as const;

/** Fuel of a call or block. */
export const fuelBuckets = [1e2, 5e2, 1e3, 5e3, 1e4, 5e4, 1e5, 5e5, 1e6, 5e6, 1e7, 1e8, 1e9] as const;

/** The sets by name, with the reason for their bounds; docs/METRICS.md prints them. */
export const bucketSets: Readonly<
  Record<string, { readonly bounds: readonly number[]; readonly why: string }>
> = {
  latency: {
    bounds: latencyBuckets,
    why: 'Healthy views lie between 5 ms (one machine) and a second (continents); a view that ended by its timer, backed off, reaches a minute.',
  },
  work: {
    bounds: workBuckets,
    why: 'A cached read takes 10 us, a verified aggregate some milliseconds, a stalled device a second.',
  },
  long: { bounds: longBuckets, why: 'What takes from a moment to a day.' },
  count: {
    bounds: countBuckets,
    why: 'Views per commit, signers: counts, where bounds in seconds would mean nothing. Quorums of up to 7 validators have a bound each.',
  },
  volume: { bounds: volumeBuckets, why: 'Counts that span magnitudes; 0 tells empty blocks.' },
  bytes: { bounds: byteBuckets, why: 'Powers of four from 256 B to 64 MiB.' },
  ratio: { bounds: ratioBuckets, why: 'Two thirds is an edge, because quorums turn on it.' },
  fuel: {
    bounds: fuelBuckets,
    why: 'Decades, with halves in the middle, since units of fuel differ from chain to chain.',
  },
};
