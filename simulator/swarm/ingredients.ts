/**
 * What a swarm draws from, as data: a new protocol, delay, load, machine or fault takes part when its
 * row stands here, and then appears in the coverage table by itself.
 *
 * Every draw takes its chance from the given stream only, so that a seed names a run.
 */
import type { Random } from '../../src/base/random.js';
import type { Fault } from '../faults/fault.js';
import { delayTable } from '../network/latency.js';
import type { SimulationOptions } from '../options.js';

const MS = 1_000;

/** What is known when an ingredient is drawn. */
export interface Dish {
  readonly validators: number;
  /** The delay that no link exceeds. */
  readonly maxDelayUs: number;
}

/** One way to set a part of a network up. */
interface Ingredient {
  readonly name: string;
  settings(random: Random, dish: Dish): Partial<SimulationOptions>;
}

/** When faults may happen, and to whom. */
export interface FaultWindow {
  readonly validator: number;
  readonly untilUs: number;
  /** The first view timer. */
  readonly viewTimeoutUs: number;
}

/** One way to make a validator suffer; all ends at `untilUs` at the latest. */
interface FaultIngredient {
  readonly name: string;
  draw(random: Random, window: FaultWindow): readonly Fault[];
}

/** An integer from `low` to `high`. */
export function between(random: Random, low: number, high: number): number {
  return low + random.int(high - low + 1);
}

/** A set that up to a third, or more where they are few, is missing from. */
function withoutSome(random: Random, validators: number, power: number): number[] {
  const set = new Array<number>(validators).fill(1);
  set[random.int(validators)] = power;
  const left = random.int(Math.floor(validators / 3) + 1);
  for (let position = 0; position < left; position++) set[random.int(validators)] = 0;
  return set;
}

function crashAt(random: Random, { validator, untilUs }: FaultWindow, longestUs: number): Fault {
  const atUs = random.int(untilUs);
  return { kind: 'crash', validator, atUs, durationUs: between(random, 1, longestUs) };
}

/** Parts of a network, one row of each drawn for every run. */
export const parts: Readonly<Record<string, readonly Ingredient[]>> = {
  protocol: [
    { name: 'chained, timeout pacemaker', settings: () => ({ pacemaker: 'timeout' }) },
    { name: 'chained, epoch pacemaker', settings: () => ({ pacemaker: 'epoch' }) },
    { name: 'basic, timeout pacemaker', settings: () => ({ protocol: 'hotstuff2-basic' }) },
    {
      name: 'basic with decide, epoch pacemaker',
      settings: () => ({ protocol: 'hotstuff2-basic', vote2To: 'leader', pacemaker: 'epoch' }),
    },
    { name: 'three-phase, timeout pacemaker', settings: () => ({ protocol: 'hotstuff3-chained' }) },
  ],
  delays: [
    { name: 'equal on all links', settings: (_, { maxDelayUs }) => ({ delayUs: maxDelayUs }) },
    {
      name: 'different on every link',
      settings: (random, { validators, maxDelayUs }) => {
        const row = (): number[] =>
          Array.from({ length: validators }, () => between(random, Math.ceil(maxDelayUs / 10), maxDelayUs));
        return { latency: delayTable(Array.from({ length: validators }, row)) };
      },
    },
  ],
  epochs: [
    { name: 'one validator set', settings: () => ({}) },
    {
      name: 'validators leave and come back',
      settings: (random, { validators }) => ({
        epochs: {
          blocks: between(random, 1, 30),
          sets: Array.from({ length: between(random, 2, 4) }, () => withoutSome(random, validators, 1)),
          repeat: true,
        },
      }),
    },
    {
      name: 'power moves',
      settings: (random, { validators }) => ({
        epochs: {
          blocks: between(random, 5, 50),
          sets: Array.from({ length: 3 }, () => withoutSome(random, validators, between(random, 1, 2))),
        },
      }),
    },
  ],
  load: [
    { name: 'empty blocks', settings: () => ({}) },
    {
      name: 'transactions',
      settings: (random) => ({ workload: { transactionsPerSecond: between(random, 1, 100) } }),
    },
    {
      name: 'more than the mempool holds',
      settings: () => ({
        workload: { transactionsPerSecond: 400, blockTransactions: 4, mempoolCapacity: 50 },
      }),
    },
  ],
  machines: [
    { name: 'ideal', settings: () => ({}) },
    {
      name: 'modelled',
      settings: () => ({ hardware: { fsync: 'measured', processor: 'modelled' } }),
    },
  ],
};

/** What may happen to a validator. */
export const faultIngredients: readonly FaultIngredient[] = [
  { name: 'crash for a while', draw: (random, window) => [crashAt(random, window, 2_000 * MS)] },
  {
    name: 'crash again and again',
    draw: (random, window) => Array.from({ length: 6 }, () => crashAt(random, window, 300 * MS)),
  },
  { name: 'crash for a moment', draw: (random, window) => [crashAt(random, window, 100)] },
  {
    name: 'down from the start',
    draw: (_, { validator }) => [{ kind: 'crash', validator, atUs: 0 }],
  },
  {
    name: 'lies by certificates of an old validator set',
    draw: (random, { validator, untilUs }) => [
      { kind: 'byzantine', behaviour: 'stale_epoch_signers', validator, atUs: random.int(untilUs) },
    ],
  },
  {
    name: 'slow, within the timer',
    draw: (random, { validator, untilUs, viewTimeoutUs }) => [
      { kind: 'slow', validator, atUs: random.int(untilUs), delayUs: between(random, 1, viewTimeoutUs / 4) },
    ],
  },
  {
    name: 'slow, beyond the timer',
    draw: (random, { validator, untilUs, viewTimeoutUs }) => [
      {
        kind: 'slow',
        validator,
        atUs: random.int(untilUs),
        delayUs: between(random, viewTimeoutUs, 3 * viewTimeoutUs),
      },
    ],
  },
];
