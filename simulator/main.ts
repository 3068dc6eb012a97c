/**
 * The room's face: a simulated HotStuff-2 network, reproducible from its seed. It speaks through the
 * hooks that the caller gives it, as any node would, and tells the truth about its faults on a
 * channel of its own. It reads no arguments, writes no files and opens no sockets.
 */
import type { Fault } from './faults/fault.js';
import type { SimulationOptions } from './options.js';
import type { SimulationResult } from './report/result.js';
import type { RunDistributions } from './report/page.js';
import { World } from './simulation.js';

export type { Fault } from './faults/fault.js';
export type { NodeIdentity, SimulatedNodeHooks } from './node/identity.js';
export { simulationProblems, type SimulationOptions } from './options.js';
export { RunPictures } from './report/pictures.js';
export { renderReport } from './report/page.js';
export { loadScenario, scenarioNames, simulationOf } from './scenario/load.js';
export { readFault } from './scenario/read.js';
export { statedFaults } from './scenario/resolve.js';
export type { StatedFault } from './scenario/fault-schema.js';
export { EventLoss, type SidecarFault } from './scenario/event-loss.js';
export type { ResolvedMetricExpectation } from './scenario/metric-expectation.js';
export type { ResolvedExpectation, ResolvedExpectations, ScenarioRun } from './scenario/resolve.js';
export type { Scenario } from './scenario/schema.js';
export { readTransactionTrace } from './workload/trace-file.js';
export { TransactionTrace, type TracedTransaction } from './workload/transaction-trace.js';
export type { SimulationResult } from './report/result.js';
export {
  deedNames,
  isFaultLine,
  type DeedLine,
  type FaultLine,
  type TruthLine,
  type ViewLine,
  type ViolationLine,
} from './truth/truth-line.js';

/** One node as it is now. */
export interface NodeStatus {
  readonly node: string;
  readonly validator: string;
  readonly alive: boolean;
  readonly syncing: boolean;
  /** Microseconds added to all that it sends. */
  readonly addedDelayUs: number;
  readonly view: number;
  /** Final height. */
  readonly height: number;
}

/** A simulation as it is now. */
export interface SimulationStatus {
  readonly virtualUs: number;
  readonly delivered: number;
  readonly nodes: readonly NodeStatus[];
}

/** A simulated network. */
export interface Simulation {
  /** Runs to the end, or until `stop`; to be called once. */
  run(): Promise<SimulationResult>;
  /**
   * Schedules a fault; now, when it does not say when.
   * @throws QuorumscopeError `simulator.options` naming every problem of the fault
   */
  inject(fault: Fault): void;
  /** Ends the run after the event that is being handled. */
  stop(): void;
  /** The distributions behind the result's summaries: values in microseconds, ascending, with their counts. */
  distributions(): RunDistributions;
  /** Looks at the network; changes nothing. */
  status(): SimulationStatus;
}

/**
 * Sets a simulated network up.
 * @throws QuorumscopeError `simulator.options` naming every problem of the options
 */
export function createSimulation(options: SimulationOptions): Simulation {
  const world = new World(options);
  return {
    run: () => world.run(),
    inject: (fault) => world.inject(fault),
    stop: () => world.stop(),
    distributions: () => ({
      viewPeriod: world.tally.viewPeriod.entries(),
      commit: world.tally.commit.entries(),
    }),
    status: () => statusOf(world),
  };
}

function statusOf(world: World): SimulationStatus {
  return {
    virtualUs: world.nowUs,
    delivered: world.network.counts().delivered,
    nodes: world.nodes.map((node) => ({
      node: world.names.node(node.index),
      validator: world.names.validator(node.index),
      alive: node.alive,
      syncing: node.process?.replica.syncing ?? false,
      addedDelayUs: world.network.addedDelayUs(node.index),
      view: node.view,
      height: node.disk.ledger.head.height,
    })),
  };
}
