/**
 * The scenario runner: a simulated network from data and a seed, into a collector, with everything that a
 * test may want to hold against it: result, events, metrics, broken rules, and the truth about faults.
 */
import { VERSION, type SidecarStatus } from '../../src/index.js';
import {
  createSimulation,
  type NodeIdentity,
  type SimulatedNodeHooks,
  type SimulationResult,
  type TruthLine,
} from '../main.js';
import type { RecordedEvent } from './event-log.js';
import { expectationFailed } from './failure.js';
import type { Losses } from './losses.js';
import type { Readings } from './readings.js';
import {
  bundledSimulation,
  replayOf,
  simulationOptionsOf,
  type ScenarioOptions,
} from './scenario-options.js';
import {
  createReplayableCollector,
  type TestCollector,
  type TestCollectorOptions,
} from './test-collector.js';
import { TruthCounter, type ValidatorCounts } from './truth-counts.js';

/** How a scenario is heard. */
export interface ScenarioRunOptions extends TestCollectorOptions {
  /** Wraps the hooks of each process start, to stand between nodes and collector; nothing by default. */
  readonly through?: ((hooks: SimulatedNodeHooks, identity: NodeIdentity) => SimulatedNodeHooks) | undefined;
}

/** One rule that was broken. */
export type Violation = SimulationResult['safety']['violations'][number];

/** What a scenario came to. */
export interface ScenarioRun {
  /** The document that `quorumscope simulate --json` prints. */
  readonly result: SimulationResult;
  /** What heard the nodes; settled, and every node disconnected. */
  readonly collector: TestCollector;
  readonly metrics: Readings;
  readonly status: SidecarStatus;
  readonly losses: Losses;
  /** The events of all nodes in the order of their statement, the newest ones where there are too many. */
  readonly events: readonly RecordedEvent[];
  /** Broken rules, safety before liveness, the first ten of each. */
  readonly violations: readonly Violation[];
  /** What no event says: begin and end of every fault, true causes of failed views, forbidden deeds, broken rules. */
  readonly truth: readonly TruthLine[];
  /** What each validator did, by position, counted at the source. */
  readonly counts: readonly Readonly<ValidatorCounts>[];
  /** The one-line command that runs the same again. */
  readonly replay: string;
}

/**
 * Runs a scenario to its end, at full speed: the same scenario and seed give the same run.
 * @param scenario data, or the name of a bundled scenario (`simulate --list`), or the path of a scenario file
 * @param seed prevails over the scenario's own
 * @param options of the collector that hears all nodes
 * @throws QuorumscopeError `simulator.options`, `simulator.scenario` naming every problem of the scenario
 */
export async function runScenario(
  scenario: ScenarioOptions | string,
  seed?: number,
  options: ScenarioRunOptions = {},
): Promise<ScenarioRun> {
  const { through = (hooks) => hooks, ...hearing } = options;
  const { simulated, replay } =
    typeof scenario === 'string' ? bundledSimulation(scenario, seed) : ownSimulation(scenario, seed);
  const collector = createReplayableCollector(hearing, replay);
  const truth: TruthLine[] = [];
  const counter = new TruthCounter();
  const simulation = createSimulation({
    ...simulated,
    version: VERSION,
    hooksFor: (identity) => through(collector.hooksFor(identity), identity),
    truth: (line) => truth.push(line),
    watch: counter,
  });
  const result = await simulation.run();
  await collector.settled();
  const { safety, liveness } = result;
  return {
    result,
    collector,
    metrics: collector.metrics(),
    status: collector.status(),
    losses: collector.losses(),
    get events() {
      return collector.events();
    },
    violations: [...safety.violations, ...liveness.violations],
    truth,
    counts: counter.counts(simulated.validators),
    replay,
  };
}

function ownSimulation(scenario: ScenarioOptions, seed?: number): ReturnType<typeof bundledSimulation> {
  const simulated = simulationOptionsOf(scenario, seed);
  const replay = replayOf(simulated) ?? `runScenario with the same scenario and seed ${simulated.seed}`;
  return { simulated, replay };
}

/**
 * That no rule of safety or liveness was broken.
 * @throws QuorumscopeError `testing.expectation` with the first ten broken rules
 */
export function assertNoViolations(run: Pick<ScenarioRun, 'result' | 'replay'>): void {
  const { safety, liveness } = run.result;
  const total = safety.total + liveness.total;
  if (total === 0) return;
  const shown = [...safety.violations, ...liveness.violations]
    .slice(0, 10)
    .map(({ rule, meaning, at_us, detail }) => `${rule} at ${at_us / 1e6} s: ${meaning} (${detail})`);
  throw expectationFailed({
    what: `${safety.total} safety and ${liveness.total} liveness violations`,
    found: shown.join('\n'),
    expected: 'no broken rule',
    replay: run.replay,
  });
}
