/**
 * Many small runs, each drawn from a seed of its own: run i of a swarm has the swarm's seed plus i, so
 * that one number replays it. It stops at the first broken rule, or at the first run that does not
 * converge after everything was healed.
 */
import { createHash } from 'node:crypto';
import { createSimulation, type SimulationResult } from '../main.js';
import type { SimulationOptions } from '../options.js';
import { Coverage, type Reached } from './coverage.js';
import { faultIngredients, parts } from './ingredients.js';
import { convergenceProblem, drawPlan } from './plan.js';

export type { Reached } from './coverage.js';

/** What to run. */
export interface SwarmOptions {
  readonly runs: number;
  /** Seed of the first run. */
  readonly seed: number;
  /** Heard after each run. */
  readonly progress?: (done: number) => void;
  /** Asked before each run. */
  readonly isStopped?: () => boolean;
  readonly version?: string;
  /** Changes every drawn run: for showing that a swarm finds what is broken. */
  readonly alter?: (options: SimulationOptions) => SimulationOptions;
}

/** The run that ended a swarm early. */
export interface SwarmFailure {
  readonly seed: number;
  readonly result: SimulationResult;
  /** Set where validators did not converge. */
  readonly convergence: string | undefined;
}

/** What a swarm did. */
export interface SwarmResult {
  readonly seed: number;
  /** Runs that were finished, the failed one included. */
  readonly runs: number;
  readonly virtual_us: number;
  readonly delivered: number;
  readonly failure: SwarmFailure | undefined;
  readonly coverage: {
    readonly rules: readonly Reached[];
    readonly branches: readonly Reached[];
    /** In how many runs each ingredient took part. */
    readonly ingredients: readonly Reached[];
  };
  /** SHA-256 over the digests of the runs, in order. */
  readonly digest: string;
}

/** Runs a swarm to its end or its first failure. */
export async function runSwarm(options: SwarmOptions): Promise<SwarmResult> {
  const { runs, seed } = options;
  const coverage = new Coverage();
  const taken = new Map<string, number>();
  const hash = createHash('sha256');
  let done = 0;
  let virtualUs = 0;
  let delivered = 0;
  let failure: SwarmFailure | undefined;
  while (done < runs && failure === undefined && options.isStopped?.() !== true) {
    const plan = drawPlan(seed + done);
    for (const name of new Set(plan.ingredients)) taken.set(name, (taken.get(name) ?? 0) + 1);
    coverage.begin();
    const drawn = options.alter?.(plan.options) ?? plan.options;
    const simulation = createSimulation({ ...drawn, watch: coverage, version: options.version });
    const result = await simulation.run();
    const convergence = convergenceProblem(simulation.status());
    hash.update(result.digest);
    virtualUs += result.run.virtual_us;
    delivered += result.messages.delivered;
    if (result.safety.total + result.liveness.total > 0 || convergence !== undefined)
      failure = { seed: seed + done, result, convergence };
    done++;
    options.progress?.(done);
  }
  const ingredients = ingredientNames().map((name) => ({ name, times: taken.get(name) ?? 0 }));
  return {
    seed,
    runs: done,
    virtual_us: virtualUs,
    delivered,
    failure,
    coverage: { rules: coverage.rules(), branches: coverage.branches(), ingredients },
    digest: hash.digest('hex'),
  };
}

function ingredientNames(): string[] {
  const ofParts = Object.entries(parts).flatMap(([part, rows]) => rows.map(({ name }) => `${part}: ${name}`));
  return [...ofParts, ...faultIngredients.map(({ name }) => `fault: ${name}`)];
}
