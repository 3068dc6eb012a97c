/**
 * The document that a run ends with. Everything in it is a function of options and seed, except
 * `speed`, which is about the machine that ran it.
 */
import type { Violation } from '../checkers/violation.js';
import type { DistributionSummary } from '../core/histogram.js';
import type { CountByType } from '../network/network.js';

/** What a simulation did. Times are virtual microseconds. */
export interface SimulationResult {
  readonly run: {
    /** Names this run: the same options and seed have the same id. */
    readonly id: string;
    readonly seed: number;
    readonly version: string;
    readonly protocol: string;
    readonly pacemaker: string;
    readonly validators: number;
    readonly quorum: number;
    readonly virtual_us: number;
  };
  /** Distinct views of the run: entered by at least one validator, timed out at at least one. */
  readonly views: { readonly entered: number; readonly timed_out: number };
  readonly blocks: {
    readonly proposed: number;
    /** Distinct blocks committed: the length of the chain. */
    readonly committed: number;
    /** Times that the chain became longer, by however many blocks. */
    readonly commit_events: number;
    /** Blocks that each validator has, by position. */
    readonly per_node: readonly number[];
    /** Mean views from a block's own to the one that its commit opens; absent without a commit. */
    readonly interval_views: number | undefined;
  };
  /** Network messages; a message to oneself is none. sent = delivered + dropped + in_flight. */
  readonly messages: {
    readonly sent: number;
    readonly delivered: number;
    /** At receivers that were down, and on the way. */
    readonly dropped: number;
    readonly in_flight: number;
    /** Of `dropped`: lost on the way, or on a link that was cut. */
    readonly lost: number;
    /** Of `sent`: second copies that the network made. */
    readonly duplicated: number;
    /** Sent, by type. */
    readonly by_type: CountByType;
    readonly delivered_by_type: CountByType;
  };
  readonly latency_us: {
    /** From the first entry of a view to the first entry of the next. */
    readonly view_period: DistributionSummary;
    /** From proposal to commit, once per block and validator; catching up is left out. */
    readonly commit: DistributionSummary;
    /** From proposal to the first commit anywhere. */
    readonly first_commit: DistributionSummary;
  };
  readonly safety: { readonly total: number; readonly violations: readonly Violation[] };
  readonly liveness: { readonly total: number; readonly violations: readonly Violation[] };
  readonly speed: { readonly wall_ms: number; readonly delivered_per_s: number };
  /** SHA-256 over the ordered events (encoding: core/digest). */
  readonly digest: string;
}
