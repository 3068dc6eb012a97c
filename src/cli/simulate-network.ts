/**
 * What the words of `simulate` make of the network to run: a scenario's settings with what was said beside it, or the
 * defaults. Pure but for reading the scenario.
 */
import {
  loadScenario,
  simulationOf,
  statedFaults,
  type ScenarioRun,
  type SimulationOptions,
} from '../../simulator/main.js';
import { drawPlan } from '../../simulator/swarm/plan.js';
import { QuorumscopeError } from '../base/errors.js';
import type { SimulateOptions } from './simulate-options.js';

const protocols = {
  chained: 'hotstuff2-chained',
  basic: 'hotstuff2-basic',
  hotstuff3: 'hotstuff3-chained',
} as const;

const rotations = {
  'round-robin': 'round_robin',
  weighted: 'weighted',
  hashed: 'hashed',
  reputation: 'reputation',
} as const;

const collectors = { 'next-leader': 'next_leader', leader: 'leader' } as const;

const modelledMachines = { fsync: 'measured', processor: 'modelled' } as const;

/** What to run. */
export interface Network {
  readonly options: SimulationOptions;
  /** Events that are lost on their way, by the scenario. */
  readonly sidecar: ScenarioRun['sidecar'];
}

/** @throws QuorumscopeError `simulator.scenario`, `config.invalid` naming every problem of the faults */
export function networkOf(options: SimulateOptions): Network {
  const { speed, scenario } = options;
  if (options.swarmRun !== undefined)
    return { options: { ...drawPlan(options.swarmRun).options, speed }, sidecar: [] };
  if (scenario === undefined) return { options: withFaults(ownNetwork(options), options), sidecar: [] };
  const {
    scenario: _name,
    expect: _expect,
    breaks: _breaks,
    sidecar,
    ...run
  } = simulationOf(loadScenario(scenario), options.seed);
  return {
    options: withFaults({ ...run, ...overrides(ownNetwork(options), run, options), speed }, options),
    sidecar,
  };
}

/** The network that the options describe by themselves. */
function ownNetwork(options: SimulateOptions): SimulationOptions {
  const { transactions, blockTransactions, mempoolCapacity } = options;
  return {
    validators: options.validators,
    powers: options.powers,
    epochs: options.epochs,
    seed: options.seed,
    delayUs: options.delayUs,
    network: Object.keys(options.network).length === 0 ? undefined : options.network,
    viewTimeoutUs: options.timeoutUs,
    leaderWaitUs: options.leaderWaitUs,
    backoffFactor: options.backoff,
    maxTimeoutUs: options.maxTimeoutUs,
    protocol: protocols[options.protocol],
    vote2To: options.vote2To === undefined ? undefined : collectors[options.vote2To],
    rotation: rotations[options.rotation],
    pacemaker: options.pacemaker,
    hardware: options.machines === 'modelled' ? modelledMachines : undefined,
    speed: options.speed,
    durationUs: options.durationUs,
    maxViews: options.views,
    workload:
      transactions > 0
        ? { transactionsPerSecond: transactions, blockTransactions, mempoolCapacity }
        : undefined,
  };
}

/** Which settings an option overrides. */
const overridden: Readonly<Record<string, keyof SimulationOptions>> = {
  validators: 'validators',
  powers: 'powers',
  epochs: 'epochs',
  delay: 'delayUs',
  timeout: 'viewTimeoutUs',
  leaderWait: 'leaderWaitUs',
  backoff: 'backoffFactor',
  maxTimeout: 'maxTimeoutUs',
  protocol: 'protocol',
  vote2To: 'vote2To',
  rotation: 'rotation',
  pacemaker: 'pacemaker',
  machines: 'hardware',
  duration: 'durationUs',
  views: 'maxViews',
};

const workloadKeys = ['transactions', 'blockTransactions', 'mempoolCapacity'];

/** What was said beside a scenario; the rest stays the scenario's. */
function overrides(
  own: SimulationOptions,
  run: SimulationOptions,
  { given, network, blockTransactions, mempoolCapacity }: SimulateOptions,
): Partial<SimulationOptions> {
  const said = Object.entries(overridden).filter(([key]) => given.has(key));
  const changed = Object.fromEntries(said.map(([, setting]) => [setting, own[setting]]));
  const { delay, ...rest } = run.network ?? {};
  const kept = given.has('delay') || delay === undefined ? rest : { ...rest, delay };
  const counts = {
    ...(blockTransactions === undefined ? {} : { blockTransactions }),
    ...(mempoolCapacity === undefined ? {} : { mempoolCapacity }),
  };
  const workload = given.has('transactions') ? own.workload : run.workload && { ...run.workload, ...counts };
  return {
    ...changed,
    network: { ...kept, ...network },
    ...(workloadKeys.some((key) => given.has(key)) ? { workload } : {}),
  };
}

function withFaults(settings: SimulationOptions, options: SimulateOptions): SimulationOptions {
  const { faults, problems } = statedFaults(options.stated, settings);
  if (problems.length > 0) {
    const lines = problems.map((problem) => `  --fault: ${problem}`);
    const message = `simulate cannot run like this:\n\n${lines.join('\n')}\n`;
    throw new QuorumscopeError('config.invalid', 'configuration', message, { details: { problems } });
  }
  return { ...settings, faults: [...(settings.faults ?? []), ...options.faults, ...faults] };
}
