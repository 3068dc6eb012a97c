/**
 * The document that a run ends with. Everything in it is a function of options and seed, except
 * `speed`, which is about the machine that ran it.
 */
import type { Violation, ViolationLog } from '../checkers/violation.js';
import type { DistributionSummary } from '../core/histogram.js';
import type { CountByType } from '../network/network.js';
import type { NodeWorld } from '../node/world.js';
import type { SimulationOptions } from '../options.js';
import { runId } from '../setup.js';

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

/** What the result is made of besides the world. */
interface ResultParts {
  readonly options: SimulationOptions;
  readonly version: string;
  readonly safety: ViolationLog;
  readonly liveness: ViolationLog;
  readonly wallMs: number;
}

/** The parts of a world that its result tells of. */
type ReportedWorld = Pick<
  NodeWorld,
  'nowUs' | 'network' | 'committee' | 'digest' | 'tally' | 'replicaConfig'
>;

/** What has come of a run so far. */
export function resultOf(world: ReportedWorld, parts: ResultParts): SimulationResult {
  const { options, version, safety, liveness, wallMs } = parts;
  const { tally } = world;
  const { validators, seed } = options;
  const counts = world.network.counts();
  return {
    run: {
      id: runId(options),
      seed,
      version: version,
      protocol: world.replicaConfig.protocol,
      pacemaker: world.replicaConfig.pacemaker,
      validators,
      quorum: world.committee.quorumPower,
      virtual_us: world.nowUs,
    },
    views: { entered: tally.viewsEntered, timed_out: tally.viewsTimedOut },
    blocks: {
      proposed: tally.blocksProposed,
      committed: tally.chainHeight,
      commit_events: tally.commitEvents,
      per_node: [...tally.committedBy],
      interval_views: tally.intervalViews.mean,
    },
    messages: {
      sent: counts.sent,
      delivered: counts.delivered,
      dropped: counts.dropped,
      in_flight: counts.underWay,
      lost: counts.lost,
      duplicated: counts.duplicated,
      by_type: counts.sentByType,
      delivered_by_type: counts.deliveredByType,
    },
    latency_us: {
      view_period: tally.viewPeriod.summary(),
      commit: tally.commit.summary(),
      first_commit: tally.firstCommit.summary(),
    },
    safety: { total: safety.total, violations: safety.kept },
    liveness: { total: liveness.total, violations: liveness.kept },
    speed: {
      wall_ms: wallMs,
      delivered_per_s: wallMs > 0 ? counts.delivered / (wallMs / 1000) : 0,
    },
    digest: world.digest.hex(),
  };
}
