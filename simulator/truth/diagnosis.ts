/**
 * The judgement of one view in which timers expired, by the definitions of docs/CAUSES.md and in their order of
 * precedence, from everything that happened and every fault that lasted. Pure.
 *
 * A class of snags is the cause when the votes that it cost would have made a quorum with those that counted; where
 * no class alone would have, the first one that there is.
 */
import type { Cause } from '../../src/index.js';
import { Fate, type Round } from './passage.js';
import { voteSnag, type Snag, type Surroundings } from './snag.js';
import type { ViewRecord } from './view-record.js';

/** A cause and who is to blame, by position, ascending. */
export interface Finding {
  readonly cause: Cause;
  readonly culprits: readonly number[];
}

/** What became of a view, and why. */
export interface Judgement extends Finding {
  readonly outcome: 'failed' | 'lagged';
  /** Of whose timer expired, those with another cause of their own. */
  readonly own: ReadonlyMap<number, Finding>;
}

/** What the diagnosis looks at. */
export interface Scene extends Surroundings {
  /** How long a leader without the last certificate waits. */
  readonly leaderWaitUs: number;
}

/** Snags in the order of precedence of their causes. */
const causeOf: readonly (readonly [Snag['kind'], Cause])[] = [
  ['refused', 'proposal_invalid'],
  ['cut', 'partition'],
  ['withheld', 'leader_silent'],
  ['late', 'leader_slow'],
  ['collector', 'collector_silent'],
  ['missing', 'votes_missing'],
  ['voter_late', 'votes_late'],
  ['lost', 'message_loss'],
  ['slack', 'timer_too_small'],
  ['odd', 'unknown'],
];

/** Judges a view in which at least one timer expired. */
export function judge(record: ViewRecord, scene: Scene): Judgement {
  if (record.carriedOnBy.size === 0)
    return { outcome: 'failed', ...failure(record, scene), own: ownOf(record, scene) };
  const findings = new Map([...record.timedOutUs.keys()].map((one) => [one, lag(record, one, scene)]));
  const finding = commonest([...findings.values()]);
  const own = new Map([...findings].filter(([, one]) => !isSame(one, finding)));
  return { outcome: 'lagged', ...finding, own };
}

/** Why a view failed. */
function failure(record: ViewRecord, scene: Scene): Finding {
  const { leader, rounds } = record;
  if (record.blocks.size > 1) return blame('equivocation', leader);
  const parted = partition(record, scene);
  if (parted !== undefined) return parted;
  for (const [index, round] of rounds.entries()) {
    if (!round.broadcast.wasSent)
      return index === 0 ? silence(record, scene) : blame(unpassed(record, leader, scene), leader);
    const stopped = roundFailure(record, round, record.collectorOf(index), scene);
    if (stopped !== undefined) return stopped;
  }
  return unpassedOn(record, scene);
}

/**
 * Nothing left the leader: it was kept away by cut links that are whole again, or by whoever kept from it that the
 * view began, or is to blame itself.
 */
function silence(record: ViewRecord, scene: Scene): Finding {
  const { history, horizonUs } = scene;
  const { leader, beganUs, firstTimeoutUs } = record;
  const before = history.sides(beganUs - horizonUs, firstTimeoutUs).at(-1);
  const isUp = !history.had('down', leader, beganUs, firstTimeoutUs);
  const wasCutOff = before?.smaller.includes(leader) === true;
  const enteredUs = record.enteredUs.get(leader) ?? Infinity;
  if (isUp && wasCutOff && enteredUs > before.fromUs) return { cause: 'partition', culprits: before.smaller };
  const isAbsent = enteredUs > firstTimeoutUs && record.epoch > 0;
  return (isAbsent ? aftermath(record, scene) : undefined) ?? blame('leader_silent', leader);
}

/** Cut links left no quorum connected, or leader or collector on another side. */
function partition(record: ViewRecord, scene: Scene): Finding | undefined {
  const { history } = scene;
  const { leader, collector, beganUs, firstTimeoutUs } = record;
  const isUp = (validator: number): boolean => !history.had('down', validator, beganUs, firstTimeoutUs);
  for (const { main, smaller, fromUs, toUs } of history.sides(beganUs, firstTimeoutUs)) {
    const lasted = Math.min(toUs, firstTimeoutUs) - Math.max(fromUs, beganUs);
    if (2 * lasted < firstTimeoutUs - beganUs) continue;
    if (main === undefined) return { cause: 'partition', culprits: smaller };
    const outside = (validator: number): boolean => !main.has(validator) && isUp(validator);
    if (outside(leader) || (outside(collector) && record.rounds[0]?.broadcast.wasSent === true))
      return { cause: 'partition', culprits: smaller };
  }
  return undefined;
}

/** Why a round ended without the votes of a quorum; undefined when they were counted. */
function roundFailure(
  record: ViewRecord,
  round: Round,
  collector: number,
  scene: Scene,
): Finding | undefined {
  const { committee } = record;
  const snags = new Map<number, Snag>();
  let counted = 0;
  for (let validator = 0; validator < committee.size; validator++) {
    const snag = voteSnag(record, round, collector, validator, scene);
    if (snag === undefined) counted += committee.powerOf(validator);
    else if (committee.powerOf(validator) > 0) snags.set(validator, snag);
  }
  if (counted >= committee.quorumPower || round.certified !== undefined) return undefined;
  const powerOf = (kind: Snag['kind']): number =>
    [...snags].reduce((sum, [one, snag]) => sum + (snag.kind === kind ? committee.powerOf(one) : 0), 0);
  // Who voted did their part: only a quorum of votes makes the collector to blame.
  const voted = counted + powerOf('collector');
  if (voted >= committee.quorumPower) return blame('collector_silent', collector);
  const present = causeOf.filter(([kind]) => kind !== 'collector' && powerOf(kind) > 0);
  const enough = present.find(([kind]) => voted + powerOf(kind) >= committee.quorumPower);
  const [kind, cause] = enough ?? present[0] ?? (['odd', 'unknown'] as const);
  if (kind === 'slack' || kind === 'odd') return aftermath(record, scene) ?? { cause, culprits: [] };
  return { cause, culprits: culpritsOf(kind, cause, record, round, snags, scene) };
}

function culpritsOf(
  kind: Snag['kind'],
  cause: Cause,
  record: ViewRecord,
  round: Round,
  snags: ReadonlyMap<number, Snag>,
  scene: Scene,
): readonly number[] {
  if (cause === 'proposal_invalid') return [record.leader];
  if (cause === 'partition')
    return cutOff(record, [...round.broadcast.cutSenders, ...round.votes.cutSenders], scene);
  const named = [...snags.values()].filter((snag) => snag.kind === kind).map((snag) => snag.by);
  return ascending(named.filter((one) => one !== undefined));
}

/** The smaller side, or those whose messages met a cut link where nobody is cut off both ways. */
function cutOff(
  record: ViewRecord,
  senders: readonly number[],
  { history, horizonUs }: Scene,
): readonly number[] {
  const sides = history.sides(record.beganUs - horizonUs, record.firstTimeoutUs);
  const last = sides.at(-1);
  if (last !== undefined) return last.smaller;
  return history.setApart(record.beganUs - horizonUs, record.firstTimeoutUs) ?? ascending(senders);
}

/** A certificate was, or could have been, and nobody else got it in time. */
function unpassedOn(record: ViewRecord, scene: Scene): Finding {
  const { history } = scene;
  const { committee, collector, passing } = record;
  if (!passing.wasSent) {
    const formedUs = record.rounds.at(-1)?.certified?.atUs ?? record.firstTimeoutUs;
    if (formedUs > record.stoppedUs(collector)) return late(record, formedUs, scene);
    return blame(unpassed(record, collector, scene), collector);
  }
  const met = { cut: 0, lost: 0, notSent: 0 };
  let reached = committee.powerOf(collector);
  for (let validator = 0; validator < committee.size; validator++) {
    if (validator === collector) continue;
    const power = committee.powerOf(validator);
    const fate = passing.fate(validator);
    if (fate === Fate.cut) met.cut += power;
    else if (fate === Fate.lost) met.lost += power;
    else if (fate === Fate.notSent) met.notSent += power;
    else if (!history.isDown(validator, passing.arrivesUs(validator))) reached += power;
  }
  if (met.cut > 0 && met.cut >= Math.max(met.lost, met.notSent))
    return { cause: 'partition', culprits: cutOff(record, [...passing.cutSenders], scene) };
  if (met.notSent > 0 && met.notSent >= met.lost) return blame('certificate_withheld', collector);
  if (met.lost > 0 && reached < committee.quorumPower) return { cause: 'message_loss', culprits: [] };
  return late(record, passing.firstSentUs, scene);
}

/** What it is called that nothing left `holder`, which had what was due. */
function unpassed(record: ViewRecord, holder: number, { history }: Scene): Cause {
  const isGone =
    history.had('down', holder, record.beganUs, record.firstTimeoutUs) ||
    history.wasHeldUp(holder, record.beganUs, record.firstTimeoutUs);
  return isGone ? 'collector_silent' : 'certificate_withheld';
}

/**
 * Everything happened, too late: the longest of the three stretches whose actor was held up is to blame, else
 * messages that came late by chance, else the timer.
 */
function late(record: ViewRecord, passedUs: number, scene: Scene): Finding {
  const { history, horizonUs } = scene;
  const { beganUs, firstTimeoutUs } = record;
  const [longest] = stretches(record, passedUs, scene).sort((a, b) => b.us - a.us);
  if (longest !== undefined) return longest.finding;
  if (history.wasDisturbed(beganUs - horizonUs, firstTimeoutUs))
    return { cause: 'message_loss', culprits: [] };
  return aftermath(record, scene) ?? { cause: 'timer_too_small', culprits: [] };
}

/**
 * Nobody stopped this view, but a fault, which may be over, had put the validators out of step: some were in other
 * views when the proposal came. Undefined when there was none.
 */
function aftermath(record: ViewRecord, { history, horizonUs }: Scene): Finding | undefined {
  const { committee, leader, collector, beganUs, firstTimeoutUs } = record;
  const fromUs = beganUs - horizonUs;
  const disturbs = (one: number): boolean =>
    history.had('down', one, fromUs, firstTimeoutUs) ||
    history.had('deviant', one, fromUs, firstTimeoutUs) ||
    history.wasHeldUp(one, fromUs, firstTimeoutUs);
  const sides = history.sides(fromUs, firstTimeoutUs).at(-1);
  if (sides !== undefined) return { cause: 'partition', culprits: sides.smaller };
  const apart = history.setApart(fromUs, firstTimeoutUs);
  if (apart !== undefined) return { cause: 'partition', culprits: apart };
  if (disturbs(leader)) return blame('leader_slow', leader);
  if (disturbs(collector)) return blame('collector_silent', collector);
  const others = Array.from({ length: committee.size }, (_, one) => one).filter(disturbs);
  if (others.length > 0) return { cause: 'votes_late', culprits: others };
  return history.wasDisturbed(fromUs, firstTimeoutUs) ? { cause: 'message_loss', culprits: [] } : undefined;
}

/** How long each part took whose actor was held up, by a fault or by its own machine. */
function stretches(record: ViewRecord, passedUs: number, scene: Scene): { us: number; finding: Finding }[] {
  const { history, horizonUs, leaderWaitUs } = scene;
  const { committee, leader, collector, beganUs, firstTimeoutUs, passing } = record;
  const [first] = record.rounds;
  const last = record.rounds.at(-1);
  if (first === undefined || last === undefined) return [];
  const powerOf = (validator: number): number => committee.powerOf(validator);
  const proposedUs = first.broadcast.reachedUs(powerOf, committee.quorumPower);
  const votedUs = last.certified?.atUs ?? Infinity;
  // A disk has its bad moments without any fault.
  const dwellsUs = (firstTimeoutUs - beganUs) / 4;
  const isHeldUp = (one: number, fromUs: number, toUs: number): boolean =>
    history.wasHeldUp(one, beganUs, firstTimeoutUs) ||
    history.had('down', one, beganUs - horizonUs, firstTimeoutUs) ||
    (scene.machinesTakeTime && Math.min(toUs, firstTimeoutUs) - fromUs > dwellsUs);
  const found: { us: number; finding: Finding }[] = [];
  const enteredUs = (record.enteredUs.get(leader) ?? Infinity) + leaderWaitUs;
  if (isHeldUp(leader, enteredUs, first.broadcast.firstSentUs))
    found.push({ us: proposedUs - beganUs, finding: blame('leader_slow', leader) });
  const voters = record.rounds.flatMap(({ countedUs, broadcast, castUs, certified }) =>
    [...countedUs]
      .filter(([one, atUs]) => atUs <= (certified?.atUs ?? Infinity) && one !== leader && one !== collector)
      .filter(([one]) => isHeldUp(one, broadcast.arrivesUs(one), castUs.get(one) ?? Infinity))
      .map(([one]) => one),
  );
  if (voters.length > 0)
    found.push({ us: votedUs - proposedUs, finding: { cause: 'votes_late', culprits: ascending(voters) } });
  if (isHeldUp(collector, votedUs, passing.firstSentUs))
    found.push({
      us: Math.max(passedUs, firstTimeoutUs) - Math.min(votedUs, passedUs),
      finding: blame('collector_silent', collector),
    });
  return found;
}

/** Why the timer of one validator expired in a view that was certified and went on. */
function lag(record: ViewRecord, validator: number, scene: Scene): Finding {
  const { history, horizonUs } = scene;
  const { passing, collector, beganUs } = record;
  const timedOutUs = record.timedOutUs.get(validator) ?? record.firstTimeoutUs;
  const enteredUs = record.enteredUs.get(validator) ?? beganUs;
  if (history.had('strain', validator, enteredUs, timedOutUs)) return blame('local_stall', validator);
  const fate = passing.fate(validator);
  const cut = (): Finding => ({
    cause: 'partition',
    culprits: cutOff(record, [...passing.cutSenders], scene),
  });
  if (validator !== collector && fate === Fate.cut) return cut();
  const since = enteredUs - horizonUs;
  if (history.had('down', validator, since, timedOutUs)) return blame('sync_lag', validator);
  if (scene.wasSyncing(validator, enteredUs, timedOutUs)) {
    // It catches up after a partition or a loss as well as after a restart.
    return blame('sync_lag', validator);
  }
  if (validator !== collector && fate === Fate.lost) return { cause: 'message_loss', culprits: [] };
  const formedUs = record.rounds.at(-1)?.certified?.atUs ?? Infinity;
  if (validator !== collector && fate === Fate.notSent && formedUs < timedOutUs) {
    if (history.had('deviant', collector, beganUs, timedOutUs))
      return blame('certificate_withheld', collector);
    if (history.had('down', collector, beganUs, timedOutUs)) return blame('collector_silent', collector);
  }
  const { leader } = record;
  const own = record.rounds[0]?.broadcast;
  if (own?.fate(validator) === Fate.cut) return cut();
  if (record.blocks.size > 1) return blame('equivocation', leader);
  const finding = late(record, passing.wasSent ? passing.arrivesUs(validator) : Infinity, scene);
  // Who is slow itself loses step with the others, ahead as well as behind.
  const isOutOfStep =
    history.wasHeldUp(validator, since, timedOutUs) ||
    4 * scene.longestSyncUs(validator, since, timedOutUs) > timedOutUs - enteredUs;
  if (finding.cause === 'timer_too_small' && isOutOfStep) return blame('local_stall', validator);
  // The others waited for it; it waited for its own disk.
  const isAlone = finding.cause === 'votes_late' && finding.culprits.every((one) => one === validator);
  if (isAlone && !history.wasHeldUp(validator, beganUs, timedOutUs)) return blame('local_stall', validator);
  return finding;
}

/** In a failed view, those who would not have got on anyhow: cut off, while the cause is another. */
function ownOf(record: ViewRecord, scene: Scene): ReadonlyMap<number, Finding> {
  const own = new Map<number, Finding>();
  const { cause } = failure(record, scene);
  for (const { main, smaller } of cause === 'partition'
    ? []
    : scene.history.sides(record.beganUs, record.firstTimeoutUs))
    if (main !== undefined)
      for (const validator of smaller)
        if (record.timedOutUs.has(validator)) own.set(validator, { cause: 'partition', culprits: smaller });
  return own;
}

function commonest(findings: readonly Finding[]): Finding {
  const rank = ({ cause }: Finding): number => causeOf.findIndex(([, name]) => name === cause);
  const times = (one: Finding): number => findings.filter((other) => isSame(one, other)).length;
  const [first] = [...findings].sort((a, b) => times(b) - times(a) || rank(a) - rank(b));
  return first ?? { cause: 'unknown', culprits: [] };
}

function isSame(a: Finding, b: Finding): boolean {
  return a.cause === b.cause && a.culprits.join() === b.culprits.join();
}

function blame(cause: Cause, culprit: number): Finding {
  return { cause, culprits: [culprit] };
}

function ascending(validators: readonly number[]): number[] {
  return [...new Set(validators)].sort((a, b) => a - b);
}
