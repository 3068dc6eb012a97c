/** Gives the teller of the truth the world that it tells about: what it asks of each part, and nothing else. */
import type { SimulationOptions } from '../options.js';
import type { Network } from '../network/network.js';
import type { Adversaries } from '../node/adversaries.js';
import type { SimulatedNode } from '../node/node.js';
import type { NodeWorld } from '../node/world.js';
import { TruthTeller } from './truth-teller.js';

/** The parts of a world that the truth is about; those that are made later are asked when it is told. */
interface ToldWorld extends NodeWorld {
  readonly network: Network;
  readonly adversaries: Adversaries;
  readonly nodes: readonly SimulatedNode[];
}

/** The teller of one run. */
export function truthTellerOf(
  world: ToldWorld,
  options: SimulationOptions,
  tell: NonNullable<SimulationOptions['truth']>,
): TruthTeller {
  const { replicaConfig, committee, startUs, hardware } = world;
  const { fsync, processor } = hardware;
  const { loss = 0, reorder = 0 } = options.network ?? {};
  const { rotation, protocol, pacemaker, vote2To, timers, leaderWaitUs } = replicaConfig;
  const { size } = committee;
  const about = {
    startUs,
    committee,
    rotation,
    protocol,
    pacemaker,
    vote2To,
    maxTimeoutUs: timers.maxTimeoutUs,
    leaderWaitUs,
    machinesTakeTime: fsync !== 'instant' || processor !== 'free',
    alwaysDisturbed: loss + reorder > 0,
    reaches: (slot: number, to: number) =>
      !world.network.conditions.isCut(slot % size, to) && world.adversaries.route(slot, to) !== undefined,
    name: (validator: number) => world.names.validator(validator),
    time: world,
    busyUntilUs: (validator: number) => world.nodes[validator]?.disk.busyUntilUs ?? 0,
    longestSyncUs: (validator: number, fromUs: number, toUs: number) =>
      world.nodes[validator]?.disk.longSyncs.longestUs(fromUs, toUs) ?? 0,
  };
  return new TruthTeller(about, tell);
}
