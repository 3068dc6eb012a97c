/**
 * What the words of `simulate` make of the network to run: a scenario's settings with what was said beside it, or the
 * defaults. Pure but for reading the scenario.
 */
import {
  loadScenario,
  simulationOf,
  simulationProblems,
  statedFaults,
  type Scenario,
  type ScenarioRun,
  type SimulationOptions,
} from '../../simulator/main.js';
import { drawPlan } from '../../simulator/swarm/plan.js';
import { QuorumscopeError } from '../base/errors.js';
import { collectSimulateOptions, loadKeys, type SimulateOptions } from './simulate-options.js';
import { flagOf, refuseAll, type RawOptions } from './simulate-words.js';

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

/**
 * The words of the command with the network that they describe.
 * @throws QuorumscopeError `config.invalid`, `simulator.scenario` naming every problem: of the words, of the file, and of
 * what they make together
 */
export function planOf(
  raw: RawOptions,
  scenario?: string,
): { readonly options: SimulateOptions; readonly network: Network } {
  const { options, problems } = collectSimulateOptions(raw, scenario);
  const said: string[] = [...problems];
  let found: Scenario | undefined;
  try {
    if (scenario !== undefined && options.swarmRun === undefined) found = loadScenario(scenario);
  } catch (error) {
    if (!(error instanceof QuorumscopeError) || problems.length === 0) throw error;
    said.push(
      ...error.message
        .trimEnd()
        .split('\n')
        .filter((line) => line.trim() !== ''),
    );
    refuseAll(said);
  }
  const { network, problems: misfits } = networkOf(options, found, problems);
  refuseAll([...said, ...misfits]);
  return { options, network };
}

/** The network, and what does not fit together in it, but for what is known to be wrong by itself. */
function networkOf(
  options: SimulateOptions,
  scenario: Scenario | undefined,
  known: readonly string[],
): { readonly network: Network; readonly problems: readonly string[] } {
  const { speed } = options;
  if (options.swarmRun !== undefined)
    return {
      network: { options: { ...drawPlan(options.swarmRun).options, speed }, sidecar: [] },
      problems: [],
    };
  const { run, sidecar } =
    scenario === undefined ? { run: undefined, sidecar: [] } : runOf(scenario, options.seed);
  const own = ownNetwork(options);
  const settings = run === undefined ? own : { ...run, ...overrides(own, run, options), speed };
  const isWrong = (key: string): boolean => known.some((line) => line.startsWith(`${flagOf(key)}:`));
  // Whoever is named is there, where it is not known how many there are.
  const peopled = isWrong('validators') ? { ...settings, validators: 10_000 } : settings;
  const { faults, problems } = statedFaults(options.stated, peopled);
  const whole = { ...settings, faults: [...(settings.faults ?? []), ...options.faults, ...faults] };
  const misfits = optionMisfits(
    { ...peopled, faults: [...(settings.faults ?? []), ...options.faults] },
    // One wrong option makes others wrong: each is told once, and lists of powers are not held against a wrong size.
    (key) => isWrong(key) || (isWrong('validators') && ['powers', 'epochs'].includes(key)),
  ).map((line) => inWords(line, settings.faults?.length ?? 0, options.faults));
  return {
    network: { options: whole, sidecar },
    problems: [...problems.map((problem) => `--fault: ${problem}`), ...misfits],
  };
}

/** A problem of a fault that `--crash`, `--slow` or `--heal` stated, in these words. */
function inWords(line: string, before: number, faults: SimulateOptions['faults']): string {
  const [start, at] = /^faults\[(\d+)\]\./.exec(line) ?? [];
  const fault = faults[Number(at ?? Number.NaN) - before];
  return start === undefined || fault === undefined ? line : `--${fault.kind}: ${line.slice(start.length)}`;
}

function runOf(scenario: Scenario, seed: number) {
  const { scenario: _name, expect: _expect, breaks: _breaks, sidecar, ...run } = simulationOf(scenario, seed);
  return { run, sidecar };
}

/** What the simulator has against the options, in the words of the command line. */
function optionMisfits(settings: SimulationOptions, isTold: (key: string) => boolean): string[] {
  const keyOf = new Map(Object.entries(overridden).map(([key, option]) => [String(option), key]));
  return simulationProblems(settings).flatMap(({ path, found, expected }) => {
    const [first = '', ...rest] = path.split('.');
    const key = keyOf.get(first);
    if (key !== undefined && isTold(key)) return [];
    const place = key === undefined ? path : [flagOf(key), ...rest].join('.');
    return [`${place}: found ${JSON.stringify(found)}, expected ${expected}`];
  });
}

/** The network that the options describe by themselves. */
function ownNetwork(options: SimulateOptions): SimulationOptions {
  const { transactions, workload } = options;
  const hasLoad = transactions > 0 || workload.trace !== undefined;
  const rate = transactions > 0 ? { transactionsPerSecond: transactions } : {};
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
    workload: hasLoad ? { ...rate, ...workload } : undefined,
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

/** What was said beside a scenario; the rest stays the scenario's. */
function overrides(
  own: SimulationOptions,
  run: SimulationOptions,
  { given, network, workload: said }: SimulateOptions,
): Partial<SimulationOptions> {
  const changes = Object.entries(overridden).filter(([key]) => given.has(key));
  const changed = Object.fromEntries(changes.map(([, setting]) => [setting, own[setting]]));
  const { delay, ...rest } = run.network ?? {};
  const kept = given.has('delay') || delay === undefined ? rest : { ...rest, delay };
  // A rate and a trace each say all of the load.
  const isAnew = given.has('transactions') || said.trace !== undefined;
  const workload = isAnew ? own.workload : run.workload && { ...run.workload, ...said };
  return {
    ...changed,
    network: { ...kept, ...network },
    ...(isAnew || loadKeys.some((key) => given.has(key)) ? { workload } : {}),
  };
}
