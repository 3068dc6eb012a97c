/**
 * What a scenario is, what it is by default, and the command that runs it again. Pure.
 */
import { DEFAULT_START_US, type SimulationOptions } from '../options.js';
import { loadScenario, simulationOf } from '../scenario/load.js';
import { TransactionTrace } from '../workload/transaction-trace.js';
import {
  conditionsOf,
  underConditions,
  type NetworkConditions,
  type NetworkConditionsName,
} from './network-conditions.js';

/** What a run of the simulator listens to belongs to whoever runs it here. */
type Listening = 'hooksFor' | 'truth' | 'watch' | 'clock' | 'speed' | 'version';

/** A simulated network, as data: the simulator's options, all with defaults, and conditions by name. */
export interface ScenarioOptions extends Partial<Omit<SimulationOptions, Listening>> {
  /** The network; what the scenario says itself prevails, and its faults come on top. */
  readonly conditions?: NetworkConditionsName | NetworkConditions | undefined;
}

/**
 * The simulation of a scenario. By default: 4 validators, seed 1, 20 ms on every link, view timer 500 ms, a leader's
 * wait of two delays, 10 s of virtual time, as fast as the machine can, virtual time 0 at 2025-01-01.
 * @throws QuorumscopeError `simulator.options` for conditions of an unknown name
 */
export function simulationOptionsOf(scenario: ScenarioOptions, seed?: number): SimulationOptions {
  const { conditions, ...own } = scenario;
  const { validators = 4 } = own;
  const network = conditions === undefined ? {} : underConditions(conditionsOf(conditions), validators);
  const delayUs = own.delayUs ?? network.delayUs ?? 20_000;
  const isEndless = own.durationUs === undefined && own.maxViews === undefined;
  return {
    validators,
    viewTimeoutUs: 500_000,
    leaderWaitUs: 2 * delayUs,
    startUs: DEFAULT_START_US,
    ...(isEndless ? { durationUs: 10_000_000 } : {}),
    ...network,
    ...own,
    delayUs,
    seed: seed ?? own.seed ?? 1,
    faults: [...(network.faults ?? []), ...(own.faults ?? [])],
    speed: 'max',
  };
}

/**
 * The simulation that `quorumscope simulate NAME --seed SEED` runs, and that command.
 * @param nameOrPath of a bundled scenario, or of a file
 * @throws QuorumscopeError `simulator.scenario` when it is not there, or naming every problem of it
 */
export function bundledSimulation(
  nameOrPath: string,
  seed = 1,
): { readonly simulated: SimulationOptions; readonly replay: string } {
  const scenario = loadScenario(nameOrPath);
  const {
    scenario: name,
    expect: _expect,
    breaks: _breaks,
    sidecar: _sidecar,
    ...simulated
  } = simulationOf(scenario, seed);
  const isFile = /[/\\]|\.ya?ml$/.test(nameOrPath);
  const word = isFile ? `'${nameOrPath.replaceAll("'", String.raw`'\''`)}'` : name;
  return {
    simulated: { ...simulated, startUs: DEFAULT_START_US, speed: 'max' },
    replay: `quorumscope simulate ${word} --seed ${seed}`,
  };
}

/** What `quorumscope simulate` can be told; its words are those of the command line. */
const words = {
  protocol: { 'hotstuff2-chained': 'chained', 'hotstuff2-basic': 'basic', 'hotstuff3-chained': 'hotstuff3' },
  rotation: { round_robin: 'round-robin', hashed: 'hashed', reputation: 'reputation' },
} as const;

/** The largest seed that the command line takes. */
const MAX_SEED = 4_294_967_295;

const spoken = new Set([
  ...['validators', 'seed', 'durationUs', 'delayUs', 'viewTimeoutUs', 'leaderWaitUs', 'startUs', 'speed'],
  ...['protocol', 'rotation', 'pacemaker', 'workload', 'faults'],
]);

/**
 * The one-line command that runs the same again: `quorumscope simulate` where it can say all of it, else a line of
 * Node. Undefined where the options hold what a line cannot
 * (a latency model or a rotation of the caller's own, a trace).
 */
export function replayOf(options: SimulationOptions): string | undefined {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return asCommand(options, given) ?? asProgram(Object.fromEntries(given));
}

function asCommand(options: SimulationOptions, given: readonly [string, unknown][]): string | undefined {
  const { seed, durationUs, workload, startUs = DEFAULT_START_US, faults = [] } = options;
  if (durationUs === undefined || !given.every(([name]) => spoken.has(name))) return undefined;
  const { transactionsPerSecond = 0, ...moreLoad } = workload ?? {};
  const { rotation = 'round_robin', protocol = 'hotstuff2-chained', pacemaker = 'timeout' } = options;
  if (typeof rotation !== 'string' || !Object.hasOwn(words.rotation, rotation)) return undefined;
  if (Object.keys(moreLoad).length > 0 || !Number.isInteger(transactionsPerSecond)) return undefined;
  if (!(seed >= 0 && seed <= MAX_SEED) || !areInAnyOrder(faults)) return undefined;
  const said = [
    `--validators ${options.validators}`,
    `--seed ${seed}`,
    withDuration('--duration', durationUs),
    withDuration('--delay', options.delayUs),
    withDuration('--timeout', options.viewTimeoutUs),
    withDuration('--leader-wait', options.leaderWaitUs),
    protocol === 'hotstuff2-chained' ? '' : `--protocol ${words.protocol[protocol]}`,
    rotation === 'round_robin' ? '' : `--rotation ${words.rotation[rotation as keyof typeof words.rotation]}`,
    pacemaker === 'timeout' ? '' : `--pacemaker ${pacemaker}`,
    transactionsPerSecond === 0 ? '' : `--transactions ${transactionsPerSecond}`,
    startUs === DEFAULT_START_US ? '' : `--start ${startUs}`,
    ...faults.map(faultWord),
  ];
  if (said.includes(undefined)) return undefined;
  return `quorumscope simulate ${said.filter((word) => word !== '').join(' ')}`;
}

type Fault = NonNullable<SimulationOptions['faults']>[number];

/** The command line groups faults by kind: of two at one instant it may turn the order. */
function areInAnyOrder(faults: readonly Fault[]): boolean {
  return new Set(faults.map(({ atUs }) => atUs)).size === faults.length;
}

function faultWord(fault: Fault): string | undefined {
  const { kind, atUs = 0 } = fault;
  if (kind !== 'crash' && kind !== 'slow' && kind !== 'heal') return undefined;
  if (fault.validator === undefined || ('durationUs' in fault && fault.durationUs !== undefined))
    return undefined;
  const who = typeof fault.validator === 'number' ? `v${fault.validator}` : fault.validator;
  const at = withDuration(`--${kind} ${who}@`, atUs)?.replace('@ ', '@');
  return kind === 'slow' && at !== undefined ? withDuration(`${at}:`, fault.delayUs)?.replace(': ', ':') : at;
}

/** The option with its duration; undefined where the command line, which speaks of milliseconds, cannot say it. */
function withDuration(option: string, us: number): string | undefined {
  return us % 1_000 === 0 ? `${option} ${us / 1_000}ms` : undefined;
}

function asProgram(options: Record<string, unknown>): string | undefined {
  if (holdsCode(options)) return undefined;
  const { speed: _speed, ...scenario } = options;
  // One word for the shell, whatever the names in it.
  const data = JSON.stringify(scenario).replaceAll("'", String.raw`\u0027`);
  const program = `import { runScenario } from "quorumscope/testing"; console.log((await runScenario(${data})).result)`;
  return `node --input-type=module -e '${program}'`;
}

function holdsCode(value: unknown): boolean {
  if (typeof value === 'function' || value instanceof TransactionTrace) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsCode);
}
