/**
 * Conditions of the network as data: how long messages take, what is lost, who cannot reach whom and when.
 * Presets have names; a test may change a copy of one or write its own.
 */
import { QuorumscopeError } from '../../src/base/errors.js';
import type { Fault, SimulationOptions } from '../main.js';

/** A split of the validators into two sides that do not reach each other. */
export interface Split {
  /** Share of the validators, 0 to 1, on the smaller side: the last ones by position, at least one. */
  readonly share: number;
  /** `both` (default): neither side reaches the other. `out`: the smaller side is heard no more, but still hears. */
  readonly direction?: 'both' | 'out';
  /** When it begins, microseconds from the start of the run. */
  readonly atUs: number;
  /** When it heals, microseconds from its begin; never by default. */
  readonly durationUs?: number;
}

/** A network to run in. Everything absent is as the scenario has it. */
export interface NetworkConditions {
  /** One sentence. */
  readonly about: string;
  /** One-way delay of every link, microseconds. */
  readonly delayUs?: number;
  /** The first view timer and the leader's wait that suit such delays, microseconds. */
  readonly viewTimeoutUs?: number;
  readonly leaderWaitUs?: number;
  /** Chance, regions, bandwidth, loss, duplicates, reordering. */
  readonly network?: NonNullable<SimulationOptions['network']>;
  readonly splits?: readonly Split[];
}

/** The presets. */
export const networkConditions = {
  ideal: { about: 'Every message arrives once, after 20 ms.', delayUs: 20_000 },
  lan: {
    about: 'One data centre: 0.5 ms, with some jitter.',
    delayUs: 500,
    viewTimeoutUs: 50_000,
    leaderWaitUs: 2_000,
    network: { jitterUs: 200 },
  },
  wan: {
    about: 'One continent: 25 ms and an exponential tail of 10 ms on top.',
    viewTimeoutUs: 1_000_000,
    leaderWaitUs: 150_000,
    network: { delay: { kind: 'exponential', floorUs: 25_000, meanUs: 10_000 } },
  },
  world: {
    about: 'Eight regions of the world, validators round robin.',
    viewTimeoutUs: 2_000_000,
    leaderWaitUs: 400_000,
    network: { delay: { kind: 'aws' } },
  },
  jittery: {
    about: '20 ms and up to 60 ms more, differently for each message.',
    delayUs: 20_000,
    viewTimeoutUs: 1_000_000,
    leaderWaitUs: 160_000,
    network: { jitterUs: 60_000 },
  },
  lossy: {
    about: '2 % of the messages never arrive.',
    delayUs: 20_000,
    network: { loss: 0.02 },
  },
  resending: {
    about: '2 % of the messages are lost and sent again, as TCP does: they come at least 200 ms late.',
    delayUs: 20_000,
    viewTimeoutUs: 1_000_000,
    network: { loss: 0.02, transport: 'stream' },
  },
  duplicating: {
    about: '5 % of the messages arrive twice.',
    delayUs: 20_000,
    network: { duplicate: 0.05 },
  },
  reordering: {
    about: '10 % of the messages are held back by up to 50 ms, so that later ones overtake them.',
    delayUs: 20_000,
    network: { reorder: 0.1, reorderUs: 50_000 },
  },
  congested: {
    about: 'Uplinks of 2 Mbit/s, which large proposals have to queue for.',
    delayUs: 20_000,
    viewTimeoutUs: 2_000_000,
    network: { uplinkBitsPerSecond: 2_000_000 },
  },
  minority_split: {
    about: 'A quarter of the validators is cut off from 2 s to 4 s; the others go on.',
    delayUs: 20_000,
    splits: [{ share: 0.25, atUs: 2_000_000, durationUs: 2_000_000 }],
  },
  even_split: {
    about: 'Two halves, neither a quorum, from 2 s to 4 s: nothing commits until it heals.',
    delayUs: 20_000,
    splits: [{ share: 0.5, atUs: 2_000_000, durationUs: 2_000_000 }],
  },
  mute_minority: {
    about: 'A quarter of the validators is not heard from 2 s to 4 s, though it hears the others.',
    delayUs: 20_000,
    splits: [{ share: 0.25, direction: 'out', atUs: 2_000_000, durationUs: 2_000_000 }],
  },
} as const satisfies Record<string, NetworkConditions>;

/** Name of a preset. */
export type NetworkConditionsName = keyof typeof networkConditions;

/** A preset by name, or conditions as they are. @throws QuorumscopeError `simulator.options` for another name */
export function conditionsOf(conditions: NetworkConditionsName | NetworkConditions): NetworkConditions {
  if (typeof conditions !== 'string') return conditions;
  const known: Readonly<Record<string, NetworkConditions>> = networkConditions;
  const preset = Object.hasOwn(known, conditions) ? known[conditions] : undefined;
  if (preset !== undefined) return preset;
  const names = Object.keys(networkConditions).join(', ');
  const message = `network conditions: found ${JSON.stringify(conditions)}, expected one of ${names}`;
  throw new QuorumscopeError('simulator.options', 'configuration', message);
}

/** What the conditions make of a simulation of `validators`; what they do not say is left out. */
export function underConditions(
  { delayUs, viewTimeoutUs, leaderWaitUs, network, splits = [] }: NetworkConditions,
  validators: number,
): Partial<SimulationOptions> {
  return {
    ...(delayUs === undefined ? {} : { delayUs }),
    ...(viewTimeoutUs === undefined ? {} : { viewTimeoutUs }),
    ...(leaderWaitUs === undefined ? {} : { leaderWaitUs }),
    ...(network === undefined ? {} : { network }),
    ...(splits.length === 0 ? {} : { faults: splits.map((split) => faultOf(split, validators)) }),
  };
}

function faultOf({ share, direction = 'both', atUs, durationUs }: Split, validators: number): Fault {
  const size = Math.min(validators - 1, Math.max(1, Math.floor(share * validators)));
  const everybody = Array.from({ length: validators }, (_, position) => position);
  const cut = everybody.slice(-size);
  const rest = everybody.slice(0, -size);
  const timed = { atUs, durationUs };
  return direction === 'both'
    ? { kind: 'partition', groups: [rest, cut], ...timed }
    : { kind: 'one_way_partition', from: cut, to: rest, ...timed };
}
