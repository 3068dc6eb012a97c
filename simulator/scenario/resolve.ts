/**
 * From a scenario and a seed to a simulation: who suffers, exactly when, and who must be named for it. The same
 * scenario and seed always give the same.
 */
import type { Cause } from '../../src/index.js';
import { createRandom, type Random } from '../../src/base/random.js';
import type { RuleName } from '../checkers/violation.js';
import type { Fault } from '../faults/fault.js';
import { faultProblems } from '../faults/fault-problems.js';
import type { DelayOptions, NetworkOptions } from '../network/network-options.js';
import type { SimulationOptions } from '../options.js';
import type { ProtocolName } from '../protocol/replica.js';
import type { TransactionTrace } from '../workload/transaction-trace.js';
import type { WorkloadOptions } from '../workload/workload.js';
import type { SidecarFault } from './event-loss.js';
import type { StatedFault } from './fault-schema.js';
import type { ResolvedMetricExpectation, StatedMetricExpectation } from './metric-expectation.js';
import { Picking } from './picking.js';
import { drawnUs, plannedFaults } from './planned-faults.js';
import type { Scenario, StatedExpectation, StatedSidecarFault } from './schema.js';
import type { Pick } from './words.js';

/** Something that must, or must not, be concluded. */
export type ResolvedExpectation = {
  /** Validator ids; undefined: whoever. */
  readonly culprits: readonly string[] | undefined;
  readonly vantage: 'all' | 'any';
} & ({ readonly cause: Cause | '*' } | { readonly finding: string } | { readonly alert: string });

/** What a run of a scenario is held to. */
export interface ResolvedExpectations {
  readonly required: readonly ResolvedExpectation[];
  readonly forbidden: readonly ResolvedExpectation[];
  readonly metrics: readonly ResolvedMetricExpectation[];
}

/** A scenario with a seed: what to run, and what must come of it. */
export type ScenarioRun = SimulationOptions & {
  readonly scenario: string;
  readonly expect: ResolvedExpectations;
  readonly sidecar: readonly SidecarFault[];
  /** Rules that must be seen broken; empty unless it is a control. */
  readonly breaks: readonly RuleName[];
};

/** One thing that does not fit, with the place in the scenario. */
export interface ResolveProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const DELAY_US = 20_000;
const TIMEOUT_US = 500_000;

/** Names of protocols in files and on the command line. */
export const protocolsByWord: Readonly<Record<NonNullable<Scenario['protocol']>, ProtocolName>> = {
  chained: 'hotstuff2-chained',
  basic: 'hotstuff2-basic',
  hotstuff3: 'hotstuff3-chained',
};

/** Resolves, and tells what does not fit; the run is whole where nothing is told. */
export function resolveScenario(
  scenario: Scenario,
  seed: number,
): { readonly run: ScenarioRun; readonly problems: readonly ResolveProblem[] } {
  const random = createRandom(seed, `scenario/${scenario.name}`);
  const validators = scenario.validators ?? 4;
  const network = settingsOf(scenario, seed);
  const shiftUs = scenario.shift === undefined ? 0 : drawnUs(scenario.shift, random.fork('shift'));
  const picking = new Picking({
    validators,
    random: random.fork('who'),
    shiftUs,
    leaderAt: leaderAt(network),
  });
  const problems: ResolveProblem[] = [];
  const at = <T>(path: ResolveProblem['path'], make: () => T): T => {
    const before = picking.problems.length;
    const made = make();
    for (const message of picking.problems.slice(before)) problems.push({ path, message });
    return made;
  };
  for (const [name, pick] of Object.entries(scenario.who ?? {}))
    at(['who', name], () => picking.name(name, pick));
  const times = random.fork('when');
  const faults = (scenario.faults ?? []).flatMap((stated, index) => {
    const path = ['faults', index];
    const planned = at(path, () => plannedFaults(stated, picking, times, shiftUs));
    const wrong = new Set(planned.flatMap((fault) => faultWords(fault, validators)));
    for (const message of wrong) problems.push({ path, message });
    return planned;
  });
  const sidecar = (scenario.sidecar ?? []).map((stated, index) =>
    at(['sidecar', index], () => sidecarFaultOf(stated, picking, times, shiftUs)),
  );
  const expectations = (key: 'required' | 'forbidden'): ResolvedExpectation[] =>
    (scenario.expect[key] ?? []).map((stated, index) =>
      at(['expect', key, index], () => expectationOf(stated, picking)),
    );
  const metrics = (scenario.expect.metrics ?? []).map((stated, index) =>
    at(['expect', 'metrics', index], () => metricOf(stated, picking)),
  );
  const expect = {
    required: expectations('required'),
    forbidden: expectations('forbidden'),
    metrics,
  };
  const breaks = (scenario.breaks ?? []) as RuleName[];
  if (scenario.duration === undefined && scenario.views === undefined)
    problems.push({ path: [], message: 'found neither duration nor views, expected one of them' });
  return { run: { ...network, faults, scenario: scenario.name, expect, sidecar, breaks }, problems };
}

/** Faults stated apart from a scenario, as on the command line, for a network with these settings. */
export function statedFaults(
  stated: readonly StatedFault[],
  settings: SimulationOptions,
): { readonly faults: readonly Fault[]; readonly problems: readonly string[] } {
  const { seed, validators } = settings;
  const random = createRandom(seed, 'stated faults');
  const picking = new Picking({
    validators,
    random: random.fork('who'),
    shiftUs: 0,
    leaderAt: leaderAt(settings),
  });
  const faults = stated.flatMap((one) => plannedFaults(one, picking, random, 0));
  const wrong = faults.flatMap((fault) =>
    faultWords(fault, validators).map((words) => `${fault.kind}.${words}`),
  );
  return { faults, problems: [...new Set([...picking.problems, ...wrong])] };
}

function faultWords(fault: Fault, validators: number): string[] {
  return faultProblems(fault, validators).map(
    ({ path, found, expected }) => `${path}: found ${JSON.stringify(found)}, expected ${expected}`,
  );
}

/** The network without its faults. */
function settingsOf(scenario: Scenario, seed: number): SimulationOptions {
  const { timers = {}, negative_controls: controls, workload, machines } = scenario;
  const { delay = DELAY_US } = scenario.network ?? {};
  const delayUs = typeof delay === 'number' ? delay : DELAY_US;
  return {
    validators: scenario.validators ?? 4,
    powers: scenario.powers,
    epochs: scenario.epochs,
    seed,
    delayUs,
    network: networkOf(scenario),
    viewTimeoutUs: timers.view ?? TIMEOUT_US,
    // Those who enter by the certificate are one delay behind the leader, their statuses another.
    leaderWaitUs: timers.leader_wait ?? 2 * delayUs,
    backoffFactor: timers.backoff,
    maxTimeoutUs: timers.max,
    protocol: protocolsByWord[scenario.protocol ?? 'chained'],
    vote2To: scenario.vote2_to,
    pacemaker: scenario.pacemaker,
    rotation: scenario.rotation,
    hardware: machines === 'modelled' ? { fsync: 'measured', processor: 'modelled' } : undefined,
    speed: 'max',
    durationUs: scenario.duration,
    maxViews: scenario.views,
    workload: workload && workloadOf(workload, scenario.trace),
    negativeControls: controls && {
      noLeaderWait: controls.no_leader_wait,
      lateVote2: controls.late_vote2,
      amnesia: controls.amnesia,
      quorumPower: controls.quorum_power,
    },
  };
}

function workloadOf(
  workload: NonNullable<Scenario['workload']>,
  trace: TransactionTrace | undefined,
): WorkloadOptions {
  const { bursts } = workload;
  return {
    transactionsPerSecond: workload.transactions_per_second,
    bursts: bursts && { onUs: bursts.on, offUs: bursts.off, quiet: bursts.quiet },
    trace,
    blockTransactions: workload.block_transactions,
    mempoolCapacity: workload.mempool_capacity,
    mempoolBytes: workload.mempool_bytes,
    mempoolPerSender: workload.mempool_per_sender,
    mempoolEviction: workload.mempool_eviction,
    mempoolExpiryUs: workload.mempool_expiry,
  };
}

function networkOf({ network }: Scenario): NetworkOptions | undefined {
  if (network === undefined) return undefined;
  return {
    delay: delayOf(network.delay ?? DELAY_US),
    jitterUs: network.jitter,
    uplinkBitsPerSecond: network.uplink_bits_per_second,
    loss: network.loss,
    transport: network.transport,
    duplicate: network.duplicate,
    reorder: network.reorder,
    reorderUs: network.reorder_by,
  };
}

function delayOf(delay: NonNullable<NonNullable<Scenario['network']>['delay']>): DelayOptions {
  if (typeof delay === 'number') return { kind: 'fixed', us: delay };
  if (delay === 'aws') return { kind: 'aws' };
  if ('normal' in delay)
    return { kind: 'normal', meanUs: delay.normal.mean, deviationUs: delay.normal.deviation };
  return { kind: 'exponential', floorUs: delay.exponential.floor, meanUs: delay.exponential.mean };
}

/** With equal delays and turns, views come as regularly as a clock until something goes wrong. */
function leaderAt(options: SimulationOptions): ((us: number) => number) | undefined {
  const { network = {}, rotation = 'round_robin', hardware, delayUs, validators } = options;
  const isRegular = (network.delay?.kind ?? 'fixed') === 'fixed' && (network.jitterUs ?? 0) === 0;
  if (!isRegular || rotation !== 'round_robin' || hardware !== undefined) return undefined;
  const delays = options.protocol !== 'hotstuff2-basic' ? 2 : options.vote2To === 'leader' ? 5 : 4;
  return (us) => (1 + Math.floor(us / (delays * delayUs))) % validators;
}

function idsOf(pick: Pick | undefined, picking: Picking): string[] | undefined {
  if (pick === undefined) return undefined;
  return [...picking.pick(pick)].sort((a, b) => a - b).map((position) => `validator-${position}`);
}

function expectationOf(stated: StatedExpectation, picking: Picking): ResolvedExpectation {
  const { culprits, vantage = 'all', ...what } = stated;
  return { ...what, culprits: idsOf(culprits, picking), vantage };
}

function metricOf(stated: StatedMetricExpectation, picking: Picking): ResolvedMetricExpectation {
  if ('never' in stated) return { kind: 'never', query: stated.never };
  return { kind: 'holds', query: stated.holds, culprits: idsOf(stated.culprits, picking) };
}

function sidecarFaultOf(
  stated: StatedSidecarFault,
  picking: Picking,
  random: Random,
  shiftUs: number,
): SidecarFault {
  const atUs = stated.at === undefined ? 0 : shiftUs + drawnUs(stated.at, random);
  if (stated.kind === 'restart') return { kind: 'restart', atUs };
  const lastsUs = stated.for === undefined ? Number.POSITIVE_INFINITY : drawnUs(stated.for, random);
  return {
    kind: 'event_loss',
    nodes: [...picking.pick(stated.nodes ?? 'all')].map((position) => `node-${position}`),
    ratio: stated.kind === 'event_loss' ? stated.ratio : 1,
    fromUs: atUs,
    untilUs: atUs + lastsUs,
  };
}
