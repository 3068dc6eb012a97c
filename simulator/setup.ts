/**
 * What follows from a run's options alone: what its replicas are told, how long a view of its protocol
 * takes, and the run's name. Pure.
 */
import { createHash } from 'node:crypto';
import type { NodeWorld } from './node/world.js';
import type { SimulationOptions } from './options.js';
import type { Committee } from './protocol/committee.js';
import type { ProtocolName, ReplicaConfig } from './protocol/replica.js';

/** The certificates of how many views from a block's own on make it final. */
export const COMMIT_DEPTH: Readonly<Record<ProtocolName, number>> = {
  'hotstuff2-basic': 1,
  'hotstuff2-chained': 2,
  'hotstuff3-chained': 3,
};

/** What every replica is told, its position left out. */
export function replicaConfigOf(
  options: SimulationOptions,
  committee: Committee,
  rotation: ReplicaConfig['rotation'],
): Omit<ReplicaConfig, 'self'> {
  const { viewTimeoutUs } = options;
  return {
    protocol: options.protocol ?? 'hotstuff2-chained',
    committee,
    rotation,
    vote2To: options.vote2To,
    negativeControls: options.negativeControls,
    pacemaker: options.pacemaker ?? 'timeout',
    timers: {
      viewTimeoutUs,
      backoffFactor: options.backoffFactor ?? 1.5,
      maxTimeoutUs: options.maxTimeoutUs ?? 8 * viewTimeoutUs,
    },
    leaderWaitUs: options.leaderWaitUs,
  };
}

/**
 * The longest from the first entry of a view to that of the next, each by a certificate; undefined where
 * more than the links takes time. Chained: proposal and vote. Basic: prepare and vote2 too, and the
 * decision's way to the next leader where the view's own leader collects.
 */
export function responsiveUs(
  { hardware, network, replicaConfig }: Pick<NodeWorld, 'hardware' | 'network' | 'replicaConfig'>,
  maxDelayUs: number,
): number | undefined {
  const { fsync, processor } = hardware;
  const isIdeal = fsync === 'instant' && processor === 'free' && network.uplinkBytesPerSecond === undefined;
  if (!isIdeal) return undefined;
  if (replicaConfig.protocol !== 'hotstuff2-basic') return 2 * maxDelayUs;
  return (replicaConfig.vote2To === 'leader' ? 5 : 4) * maxDelayUs;
}

/** Names a run by its options: what is data in them, hashed. */
export function runId(options: SimulationOptions): string {
  const { hooksFor: _hooks, truth: _truth, watch: _watch, clock: _clock, speed: _speed, ...data } = options;
  return createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
}
