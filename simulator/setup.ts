/**
 * What follows from a run's options alone: what its replicas are told, how long a view of its protocol
 * takes, and the run's name. Pure.
 */
import { createHash } from 'node:crypto';
import type { NodeWorld } from './node/world.js';
import type { SimulationOptions } from './options.js';
import { Committee } from './protocol/committee.js';
import { BlockEpochs, type EpochSchedule, type EpochSet } from './protocol/epoch.js';
import type { ReplicaConfig } from './protocol/replica.js';
import { chooseRotation } from './protocol/rotation-choice.js';

/** What every replica is told, its position left out. */
export function replicaConfigOf(
  options: SimulationOptions,
  committee: Committee,
  rotation: ReplicaConfig['rotation'],
  schedule: EpochSchedule | undefined,
): Omit<ReplicaConfig, 'self'> {
  const { viewTimeoutUs } = options;
  return {
    protocol: options.protocol ?? 'hotstuff2-chained',
    committee,
    rotation,
    schedule,
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

/** The first, or only, validator set. */
export function committeeOf(
  { validators, powers, epochs }: SimulationOptions,
  quorumPower?: number,
): Committee {
  return new Committee(epochs?.sets[0] ?? powers ?? new Array<number>(validators).fill(1), quorumPower);
}

/** The sets of the epochs as they are; undefined where the set never changes. */
export function epochsOf({ epochs, rotation, seed }: SimulationOptions): EpochSchedule | undefined {
  if (epochs === undefined) return undefined;
  const { blocks, sets, repeat = false } = epochs;
  return new BlockEpochs(blocks, (epoch) => {
    const at = repeat ? epoch % sets.length : Math.min(epoch, sets.length - 1);
    const committee = new Committee(sets[at] ?? []);
    return { committee, rotation: chooseRotation(rotation, committee, seed) };
  });
}

/** The sets as validators believe that they are: they differ in negative controls only. */
export function believedEpochs(
  truth: EpochSchedule | undefined,
  { epochs, negativeControls = {} }: SimulationOptions,
): EpochSchedule | undefined {
  const { quorumPower, oldQuorum = false } = negativeControls;
  if (truth === undefined || epochs === undefined || (quorumPower === undefined && !oldQuorum)) return truth;
  return new BlockEpochs(epochs.blocks, (epoch) => {
    const { committee, rotation }: EpochSet = truth.of(epoch);
    const power = oldQuorum ? truth.of(Math.max(0, epoch - 1)).committee.quorumPower : quorumPower;
    return { committee: new Committee(committee.powers, power), rotation };
  });
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
