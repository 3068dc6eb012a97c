/**
 * One run of a swarm, drawn from its seed: a network, chaos with at most f validators faulty, then
 * everything healed and quiet for as long as the protocol may need to converge. The same seed always
 * gives the same plan.
 */
import { createRandom, type Random } from '../../src/base/random.js';
import type { Fault } from '../faults/fault.js';
import type { SimulationStatus } from '../main.js';
import type { SimulationOptions } from '../options.js';
import { Committee } from '../protocol/committee.js';
import { between, faultIngredients, parts } from './ingredients.js';

const MS = 1_000;
const SIZES = [4, 4, 5, 6, 7, 7, 8, 10, 13] as const;

/** Blocks by which a validator may be behind: those on their way to it. */
const PIPELINE = 3;

/** A drawn run. */
export interface SwarmPlan {
  readonly options: SimulationOptions;
  /** Names of what was drawn, such as `fault: down from the start`. */
  readonly ingredients: readonly string[];
  /** When everything is healed. */
  readonly healUs: number;
}

/** The run that `seed` names. */
export function drawPlan(seed: number): SwarmPlan {
  const random = createRandom(seed, 'swarm');
  const ingredients: string[] = [];
  const validators = pick(random, SIZES);
  const maxDelayUs = between(random, 1 * MS, 40 * MS);
  const leaderWaitUs = between(random, 2 * maxDelayUs, 4 * maxDelayUs);
  const viewTimeoutUs = leaderWaitUs + 6 * maxDelayUs + between(random, 50 * MS, 300 * MS);
  const maxTimeoutUs = viewTimeoutUs * between(random, 1, 4);
  let options: SimulationOptions = {
    validators,
    seed,
    delayUs: maxDelayUs,
    viewTimeoutUs,
    leaderWaitUs,
    maxTimeoutUs,
    backoffFactor: 1 + random.float(),
    speed: 'max',
  };
  for (const [part, rows] of Object.entries(parts)) {
    const row = pick(random, rows);
    ingredients.push(`${part}: ${row.name}`);
    options = { ...options, ...row.settings(random.fork(part), { validators, maxDelayUs }) };
  }
  const healUs = between(random, 1_000 * MS, 6_000 * MS);
  const faults = drawFaults(
    random,
    { validators, healUs, viewTimeoutUs, mostFaulty: mostFaultyIn(options) },
    ingredients,
  );
  // A fault may go on for as long as it was drawn for, and a slow message still be under way.
  const quietUs = (validators + 5) * (maxTimeoutUs + leaderWaitUs + 6 * maxDelayUs) + 4 * viewTimeoutUs;
  return { options: { ...options, faults, durationUs: healUs + quietUs }, ingredients, healUs };
}

function drawFaults(
  random: Random,
  network: {
    readonly validators: number;
    readonly healUs: number;
    readonly viewTimeoutUs: number;
    readonly mostFaulty: number;
  },
  ingredients: string[],
): Fault[] {
  const { validators, healUs, viewTimeoutUs, mostFaulty } = network;
  const victims = random.int(mostFaulty + 1);
  const first = random.int(validators);
  // Neighbours in the rotation lose views together, spread ones lose more of them: both happen.
  const stride = random.int(2) === 0 ? 1 : Math.max(1, Math.floor(validators / Math.max(1, victims)));
  const faults: Fault[] = [];
  for (let victim = 0; victim < victims; victim++) {
    const validator = (first + victim * stride) % validators;
    for (let spell = between(random, 1, 2); spell > 0; spell--) {
      const row = pick(random, faultIngredients);
      ingredients.push(`fault: ${row.name}`);
      const window = { validator, untilUs: healUs, viewTimeoutUs };
      faults.push(...row.draw(random, window).map((fault) => ended(fault, healUs)));
    }
    faults.push({ kind: 'heal', validator, atUs: healUs });
  }
  return faults;
}

/** Victims keep their trouble over epochs, so that every set must bear them all. */
function mostFaultyIn({ validators, epochs }: SimulationOptions): number {
  const sets = epochs?.sets ?? [new Array<number>(validators).fill(1)];
  return Math.min(...sets.map((powers) => new Committee(powers).mostFaulty));
}

/** Chaos ends when everything is healed: no fault heals later by itself. */
function ended(fault: Fault, healUs: number): Fault {
  if (fault.kind === 'heal' || fault.durationUs === undefined) return fault;
  const longestUs = Math.max(1, healUs - (fault.atUs ?? 0));
  return { ...fault, durationUs: Math.min(fault.durationUs, longestUs) };
}

function pick<T>(random: Random, rows: readonly T[]): T {
  return rows[random.int(rows.length)] as T;
}

/** What is wrong at the end of a plan: whoever is down or has not caught up; undefined when nobody. */
export function convergenceProblem({ nodes }: SimulationStatus): string | undefined {
  const highest = nodes.reduce((height, node) => Math.max(height, node.height), 0);
  const behind = nodes.filter((node) => !node.alive || node.height < highest - PIPELINE);
  if (behind.length === 0) return undefined;
  const told = behind.map(({ validator, alive, height }) =>
    alive ? `${validator} has height ${height}` : `${validator} is down`,
  );
  return `not converged after everything was healed: ${told.join(', ')}; the highest is ${highest}`;
}
