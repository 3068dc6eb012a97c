/**
 * What a simulation can be told, checked with all problems at once, and its defaults. Times are
 * integer microseconds. Same options and same seed give the same run.
 */
import type { Clock } from '../src/base/clock.js';
import { QuorumscopeError } from '../src/base/errors.js';
import type { Fault } from './faults/fault.js';
import { faultProblems } from './faults/fault-problems.js';
import type { LatencyModel } from './network/latency.js';
import { networkProblems, type NetworkOptions } from './network/network-options.js';
import type { Hardware } from './node/hardware.js';
import type { HooksFor } from './node/identity.js';
import {
  protocolNames,
  type PacemakerKind,
  type ProtocolName,
  type ReplicaDefects,
  type Vote2Collector,
} from './protocol/replica.js';
import { rotationNames, type Rotation, type RotationName } from './protocol/rotation.js';
import type { RunWatch } from './report/run-watch.js';
import type { TruthLine } from './truth/truth-line.js';
import { workloadProblems, type WorkloadOptions } from './workload/workload.js';

/** Deliberate defects, which show that the checkers can fail. Never set them for anything else. */
export interface NegativeControls extends ReplicaDefects {
  /** Power that validators believe a certificate needs. */
  readonly quorumPower?: number | undefined;
  /** After a change of the set validators go on to count by the quorum of the set before. */
  readonly oldQuorum?: boolean | undefined;
  /** Restarted validators have lost lock and last voted view. */
  readonly amnesia?: boolean | undefined;
}

/** Changes of the validator set at heights agreed beforehand. */
export interface EpochOptions {
  /** Blocks of an epoch; the set changes after the last one is final. */
  readonly blocks: number;
  /** The set of each epoch: voting power by position, 0 for who is not of the set and only follows. */
  readonly sets: readonly (readonly number[])[];
  /** After the last set: begin again with the first; by default the last one stays, epoch by epoch. */
  readonly repeat?: boolean | undefined;
}

/** How a simulation is set up. */
export interface SimulationOptions {
  /** Number of validators, 2 to 10,000. */
  readonly validators: number;
  /** Voting power by position, integers from 1 to 1,000; 1 each by default. */
  readonly powers?: readonly number[] | undefined;
  /** Epochs with sets of their own; without them the set never changes. */
  readonly epochs?: EpochOptions | undefined;
  /** Where all chance comes from; an integer. */
  readonly seed: number;
  /** One-way delay of every link, microseconds >= 1. */
  readonly delayUs: number;
  /** Delays other than the same everywhere; replaces `delayUs`. */
  readonly latency?: LatencyModel | undefined;
  /** Chance, regions, bandwidth and lasting disturbances of the network; ideal by default. */
  readonly network?: NetworkOptions | undefined;
  /** The first view timer, microseconds. */
  readonly viewTimeoutUs: number;
  /** W: how long a leader without the last view's certificate collects locks. */
  readonly leaderWaitUs: number;
  /** What each consecutive failed view multiplies the timer by; 1.5 by default. */
  readonly backoffFactor?: number | undefined;
  /** Where the timer stops growing; 8 times the first timer by default. */
  readonly maxTimeoutUs?: number | undefined;
  /** Which protocol the validators run; `hotstuff2-chained` by default. */
  readonly protocol?: ProtocolName | undefined;
  /** Who collects the second votes of the basic form; `next_leader` by default. */
  readonly vote2To?: Vote2Collector | undefined;
  /** `timeout`: a certificate per failed view (default); `epoch`: Lewis-Pye epochs of f + 1 views. */
  readonly pacemaker?: PacemakerKind | undefined;
  /** Who leads: round robin by default, another by name, or one of the caller's own. */
  readonly rotation?: Rotation | RotationName | undefined;
  /** Virtual time to run; without it, and without `maxViews`, the run goes on until `stop`. */
  readonly durationUs?: number | undefined;
  /** Ends the run when a validator enters a view above this. */
  readonly maxViews?: number | undefined;
  /** Wall time of virtual time 0, microseconds since the Unix epoch; by default now in real time, else 2025-01-01. */
  readonly startUs?: number | undefined;
  readonly speed: 'max' | 'realtime';
  /** Load; blocks are empty without it. */
  readonly workload?: WorkloadOptions | undefined;
  /** The machines; ideal by default, so that closed forms are exact. */
  readonly hardware?: Partial<Hardware> | undefined;
  /** Faults known beforehand, `atUs` from the start of the run. */
  readonly faults?: readonly Fault[] | undefined;
  /** Makes the hooks of each process run; without it the simulation is silent. */
  readonly hooksFor?: HooksFor | undefined;
  /** Hears faults, the true cause of each failed view, deeds and broken rules; the event stream never says them. */
  readonly truth?: ((line: TruthLine) => void) | undefined;
  /** Hears what the replicas state, for pictures and coverage; changes nothing. */
  readonly watch?: RunWatch | undefined;
  /** Name of the chain; `simulated` by default. */
  readonly chain?: string | undefined;
  /** Version of the software, for results and `process.started`. */
  readonly version?: string | undefined;
  /** The clock that real time is read from; the machine's by default. */
  readonly clock?: Clock | undefined;
  readonly negativeControls?: NegativeControls | undefined;
}

/** Start of virtual time unless told otherwise: 2025-01-01T00:00:00Z. */
export const DEFAULT_START_US = 1_735_689_600_000_000;

/** One thing wrong with the options. */
export interface OptionProblem {
  readonly path: string;
  readonly found: unknown;
  readonly expected: string;
}

/** All that is wrong with `options`; empty when it is fine. */
export function simulationProblems(options: SimulationOptions): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const check = (path: string, found: unknown, ok: boolean, expected: string): void => {
    if (!ok) problems.push({ path, found, expected });
  };
  const us = (path: string, found: number | undefined, least: number): void => {
    const ok = found === undefined || (Number.isSafeInteger(found) && found >= least);
    check(path, found, ok, `an integer of microseconds, at least ${least}`);
  };
  const { validators, seed } = options;
  check(
    'validators',
    validators,
    Number.isInteger(validators) && validators >= 2 && validators <= 10_000,
    'an integer from 2 to 10,000',
  );
  const { protocol = 'hotstuff2-chained' } = options;
  check('protocol', protocol, protocolNames.includes(protocol), `one of ${protocolNames.join(', ')}`);
  const { powers, rotation = 'round_robin' } = options;
  const isPower = (power: number): boolean => Number.isInteger(power) && power >= 1 && power <= 1_000;
  const arePowers = powers === undefined || (powers.length === validators && powers.every(isPower));
  check('powers', powers, arePowers, `${validators} integers from 1 to 1,000`);
  const known = typeof rotation !== 'string' || rotationNames.includes(rotation);
  check('rotation', rotation, known, `one of ${rotationNames.join(', ')}`);
  if (options.epochs !== undefined) {
    const { blocks, sets } = options.epochs;
    check('epochs.blocks', blocks, Number.isInteger(blocks) && blocks >= 1, 'an integer of at least 1');
    const isSet = (set: readonly number[]): boolean =>
      set.length === validators && set.every((power) => power === 0 || isPower(power)) && hasTwo(set);
    const expected = `one or more lists of ${validators} integers from 0 to 1,000, two or more above 0`;
    check('epochs.sets', sets, sets.length > 0 && sets.every(isSet), expected);
    check('powers', powers, powers === undefined, 'nothing, since epochs.sets says it');
    check('rotation', typeof rotation, typeof rotation === 'string', 'a name, since the set changes');
  }
  const { vote2To } = options;
  check(
    'vote2To',
    vote2To,
    vote2To === undefined || (protocol === 'hotstuff2-basic' && ['next_leader', 'leader'].includes(vote2To)),
    'next_leader or leader, and protocol hotstuff2-basic',
  );
  check('seed', seed, Number.isSafeInteger(seed), 'an integer');
  us('delayUs', options.delayUs, 1);
  us('viewTimeoutUs', options.viewTimeoutUs, 1);
  us('leaderWaitUs', options.leaderWaitUs, 0);
  us('maxTimeoutUs', options.maxTimeoutUs, options.viewTimeoutUs);
  us('durationUs', options.durationUs, 1);
  us('startUs', options.startUs, 0);
  const { backoffFactor = 1, maxViews = 1, workload } = options;
  check('backoffFactor', backoffFactor, backoffFactor >= 1 && backoffFactor <= 10, 'a number from 1 to 10');
  check('maxViews', maxViews, Number.isSafeInteger(maxViews) && maxViews >= 1, 'an integer of at least 1');
  for (const problem of workload === undefined ? [] : workloadProblems(workload))
    problems.push({ ...problem, path: `workload.${problem.path}` });
  for (const problem of options.network === undefined ? [] : networkProblems(options.network))
    problems.push({ ...problem, path: `network.${problem.path}` });
  options.faults?.forEach((fault, index) => {
    for (const problem of faultProblems(fault, validators))
      problems.push({ ...problem, path: `faults[${index}].${problem.path}` });
  });
  return problems;
}

function hasTwo(set: readonly number[]): boolean {
  return set.filter((power) => power > 0).length >= 2;
}

/** @throws QuorumscopeError `simulator.options` naming every problem */
export function checkOptions(options: SimulationOptions): void {
  refuse('the simulation cannot be set up', simulationProblems(options));
}

/** @throws QuorumscopeError `simulator.options` unless `problems` is empty */
export function refuse(what: string, problems: readonly OptionProblem[]): void {
  if (problems.length === 0) return;
  const listed = problems.map(
    ({ path, found, expected }) => `${path}: found ${JSON.stringify(found)}, expected ${expected}`,
  );
  // One stays on the line; more are read more easily below each other.
  const text = listed.length === 1 ? `${what}: ${listed[0]}` : `${what}:\n\n  ${listed.join('\n  ')}\n`;
  throw new QuorumscopeError('simulator.options', 'configuration', text, { details: { problems } });
}
