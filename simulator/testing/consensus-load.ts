/**
 * Consensus traffic as load: a simulated network states its events into a collector, or through whatever hooks
 * the caller makes, at full speed or at a rate.
 */
import { attachFeed, WallClock, type Clock } from '../../src/index.js';
import { createHooks } from '../../src/hooks.js';
import {
  createSimulation,
  type NodeIdentity,
  type SimulatedNodeHooks,
  type SimulationOptions,
  type SimulationResult,
} from '../main.js';
import { replayOf, simulationOptionsOf, type ScenarioOptions } from './scenario-options.js';
import type { TestCollector } from './test-collector.js';

/** How fast the load comes: as fast as the machine can, so many times real time, or so many events a second. */
export type LoadPace = 'full' | { readonly timesRealTime: number } | { readonly eventsPerSecond: number };

/** The traffic of a network. */
export interface ConsensusLoad extends ScenarioOptions {
  /** `full` by default. Events and their stamps are the same at any pace. */
  readonly pace?: LoadPace | undefined;
  /** How many of the validators speak, the first ones; all by default. */
  readonly speaking?: number | undefined;
}

/** What was stated. */
export interface LoadReport {
  readonly result: SimulationResult;
  /** Events stated through hooks that tell (those of `createHooks` do). */
  readonly events: number;
  readonly wallSeconds: number;
  readonly eventsPerSecond: number;
  readonly replay: string | undefined;
}

/** Where the events go: a collector, or hooks that the caller makes for each process start of a node. */
export type LoadTarget =
  Pick<TestCollector, 'hooksFor' | 'settled'> | ((identity: NodeIdentity) => SimulatedNodeHooks);

/**
 * Simulates consensus load; resolves when all of it was stated and, of a collector, is in the metrics.
 * @throws QuorumscopeError `simulator.options` naming every problem of the load
 */
export async function simulateConsensusLoad(
  target: LoadTarget,
  load: ConsensusLoad = {},
): Promise<LoadReport> {
  const { pace = 'full', speaking = Number.POSITIVE_INFINITY, ...scenario } = load;
  const simulated = simulationOptionsOf(scenario);
  const hooksFor = typeof target === 'function' ? target : target.hooksFor;
  const meter = new EventMeter();
  const simulation = createSimulation({
    ...simulated,
    ...(await pacing(pace, simulated, speaking)),
    hooksFor: (identity) =>
      identity.index < speaking ? meter.heard(hooksFor(identity)) : silentHooks(identity),
  });
  const beganMs = performance.now();
  const result = await simulation.run();
  if (typeof target !== 'function') await target.settled();
  const wallSeconds = (performance.now() - beganMs) / 1000;
  const events = meter.events;
  return { result, events, wallSeconds, eventsPerSecond: events / wallSeconds, replay: replayOf(simulated) };
}

/** Hooks that nobody hears: a call costs a branch. */
function silentHooks({ node, chain }: NodeIdentity): SimulatedNodeHooks {
  return createHooks({ node, chain });
}

/** Counts what hooks say they have stated. */
class EventMeter {
  readonly #stats: (() => { readonly emitted: Readonly<Record<string, number>> })[] = [];

  heard(hooks: SimulatedNodeHooks): SimulatedNodeHooks {
    const { stats } = hooks as Partial<ReturnType<typeof createHooks>>;
    if (stats !== undefined) this.#stats.push(stats);
    return hooks;
  }

  get events(): number {
    const counts = this.#stats.flatMap((stats) => Object.values(stats().emitted));
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

async function pacing(
  pace: LoadPace,
  simulated: SimulationOptions,
  speaking: number,
): Promise<Pick<SimulationOptions, 'speed' | 'clock'>> {
  if (pace === 'full') return { speed: 'max' };
  const factor =
    'timesRealTime' in pace
      ? pace.timesRealTime
      : pace.eventsPerSecond / (await eventsPerVirtualSecond(simulated, speaking));
  return { speed: 'realtime', clock: new ScaledClock(factor) };
}

/** What the same network states in a second of its own time: a run of it that nobody hears. */
async function eventsPerVirtualSecond(simulated: SimulationOptions, speaking: number): Promise<number> {
  const meter = new EventMeter();
  const deaf = { write: () => undefined, end: () => undefined };
  const simulation = createSimulation({
    ...simulated,
    hooksFor: (identity) => {
      const hooks = createHooks({ node: identity.node, chain: identity.chain, clock: identity.clock });
      if (identity.index < speaking) attachFeed(hooks, deaf);
      return meter.heard(hooks);
    },
  });
  const { run } = await simulation.run();
  return meter.events / (run.virtual_us / 1e6);
}

/** The machine's clock, so many times as fast. */
class ScaledClock implements Clock {
  readonly #wall = new WallClock();
  readonly #factor: number;

  constructor(factor: number) {
    this.#factor = factor;
  }

  nowUs(): number {
    return Math.floor(this.#wall.nowUs() * this.#factor);
  }

  monoUs(): number {
    return this.#wall.monoUs() * this.#factor;
  }

  every(intervalUs: number, action: () => void): ReturnType<Clock['every']> {
    return this.#wall.every(intervalUs / this.#factor, action);
  }

  after(delayUs: number, action: () => void): ReturnType<Clock['after']> {
    return this.#wall.after(delayUs / this.#factor, action);
  }
}
