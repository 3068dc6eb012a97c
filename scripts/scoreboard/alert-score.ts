/**
 * The score of the alerts of one observer in one run: whether the truth bears them out, whether the right one is named,
 * how long it took to tell somebody, and how often. Plain numbers and lists of them, so that scores of many runs
 * add up and survive JSON.
 */
import { isFaultLine, type ResolvedExpectation, type ScenarioRun } from '../../simulator/main.js';
import type { AlertVantage, Raised } from './alert-vantage.js';
import { borneOut, lastingFaults, namedBy, viewsBefore, type Condition, type Truths } from './alert-truth.js';
import type { Observed } from './observed-run.js';

/** Faults that follow each other so closely are one incident: shipped rules go on firing for so long. */
const SAME_INCIDENT_US = 60_000_000;
const PAGE = 'page';

/** Sums, over one run or many. */
export interface AlertScore {
  runs: number;
  views: number;
  /** Alerts that began to fire, by name. */
  raised: Record<string, number>;
  /** Those that nothing in the truth bears out, by name. */
  spurious: Record<string, number>;
  /** Alerts that name somebody, and those of them that name one to blame. */
  named: number;
  namedRight: number;
  /** Alerts whose scope is that of what happened. */
  scopeRight: number;
  required: number;
  found: number;
  forbidden: number;
  /** From what happened to the notification. */
  toldMs: number[];
  /** From the moment at which the rule began to fire. */
  firedMs: number[];
  /** Alerts that somebody was told of and whose cause ended within the run, and those of them that were told to be over. */
  ended: number;
  resolved: number;
  /** From the end of the cause to that notification. */
  resolvedMs: number[];
  /** Groups that were paged in an incident, how often, and those that were paged once. */
  groups: number;
  pages: number;
  pagedOnce: number;
}

/** What came of one observer. */
export interface ScoredAlerts {
  readonly score: AlertScore;
  /** In words: spurious ones, missed and forbidden ones, groups that were paged twice. */
  readonly complaints: readonly string[];
}

/** Nothing yet. */
export function noAlertScore(): AlertScore {
  return {
    runs: 0,
    views: 0,
    raised: {},
    spurious: {},
    named: 0,
    namedRight: 0,
    scopeRight: 0,
    required: 0,
    found: 0,
    forbidden: 0,
    toldMs: [],
    firedMs: [],
    ended: 0,
    resolved: 0,
    resolvedMs: [],
    groups: 0,
    pages: 0,
    pagedOnce: 0,
  };
}

/** Adds `score` to `sum`. */
export function addAlerts(sum: AlertScore, score: AlertScore): void {
  for (const key of Object.keys(sum) as (keyof AlertScore)[]) {
    const value = score[key];
    if (typeof value === 'number') (sum[key] as number) += value;
    else if (Array.isArray(value)) (sum[key] as number[]).push(...value);
    else
      for (const [name, count] of Object.entries(value))
        addTo(sum[key] as Record<string, number>, name, count);
  }
}

/** Alerts of all names together. */
export function countOf(byName: Readonly<Record<string, number>>): number {
  return Object.values(byName).reduce((sum, count) => sum + count, 0);
}

/** Scores what `vantage` was told of a run. @param only position of the one attached node; undefined: all */
export function scoreAlerts(
  vantage: AlertVantage,
  { truth, views, endUs }: Observed,
  run: ScenarioRun,
  only: number | undefined,
): ScoredAlerts {
  const score = { ...noAlertScore(), runs: 1, views };
  const truths = { lines: truth, conditions: conditionsOf(run), startUs: 0, endUs };
  const complaints: string[] = [];
  for (const raised of vantage.raised) {
    const words = noteRaised(score, raised, truths, run, only);
    if (words !== undefined) complaints.push(words);
  }
  complaints.push(...notePages(score, vantage, truths), ...noteExpected(score, vantage, run, only));
  const from = only === undefined ? 'all' : `node-${only}`;
  return {
    score,
    complaints: complaints.map((words) => `${run.scenario} seed ${run.seed} ${from}: ${words}`),
  };
}

function noteRaised(
  score: AlertScore,
  { labels, startsAtUs, toldAtUs, overAtUs }: Raised,
  truths: Truths & { readonly endUs: number },
  { validators }: ScenarioRun,
  only: number | undefined,
): string | undefined {
  const name = labels['alertname'] ?? '';
  addTo(score.raised, name, 1);
  const named = namedBy(labels);
  const found = borneOut(labels, startsAtUs, truths);
  if (named !== undefined) score.named++;
  if (found === undefined) {
    addTo(score.spurious, name, 1);
    return `spurious ${name} ${named ?? labels['cause'] ?? ''}`;
  }
  if (named !== undefined) score.namedRight++;
  if (isScopeRight(labels, startsAtUs, truths, validators, only)) score.scopeRight++;
  if (toldAtUs === undefined) return undefined;
  score.toldMs.push(Math.max(0, toldAtUs - found.sinceUs) / 1_000);
  // Rules may look a millisecond ahead, so that they see what has just changed.
  score.firedMs.push(Math.max(0, toldAtUs - startsAtUs) / 1_000);
  if (found.endedUs === undefined || found.endedUs > truths.endUs) return undefined;
  score.ended++;
  if (overAtUs === undefined) return undefined;
  score.resolved++;
  score.resolvedMs.push(Math.max(0, overAtUs - found.endedUs) / 1_000);
  return undefined;
}

/** `self`: of an attached node. `peer`: of another. `network`: what happened is not one validator's doing. */
function isScopeRight(
  labels: Raised['labels'],
  atUs: number,
  { lines, conditions }: Truths,
  validators: number,
  only: number | undefined,
): boolean {
  const named = namedBy(labels);
  const isOwn = (one: string): boolean => only === undefined || one === `validator-${only}`;
  const faulty = new Set(
    lastingFaults(lines)
      .filter(({ fromUs }) => fromUs <= atUs)
      .flatMap(({ line }) => (line.validators.length > 0 ? line.validators : [line.validator])),
  );
  if (labels['scope'] === 'self')
    return named === undefined
      ? only === undefined || [...faulty].some(isOwn) || conditions.size > 0
      : isOwn(named);
  if (labels['scope'] === 'peer')
    return named === undefined ? [...faulty].some((one) => !isOwn(one)) : !isOwn(named);
  const tolerated = Math.floor((validators - 1) / 3);
  const isShared = viewsBefore(lines, atUs).some((line) => line.culprits.length !== 1);
  const isBroken = lines.some((line) => !isFaultLine(line) && line.type === 'violation');
  return isShared || isBroken || conditions.has('loss') || faulty.has('network') || faulty.size >= tolerated;
}

function notePages(score: AlertScore, { told }: AlertVantage, { lines }: Truths): string[] {
  const incidents = incidentsOf(lines);
  const pages = new Map<string, { readonly group: string; count: number }>();
  for (const { receiver, isFiring, reason, groupKey, atUs } of told) {
    if (receiver !== PAGE || !isFiring || (reason !== 'first' && reason !== 'new_alerts')) continue;
    const incident = incidents.findLastIndex((fromUs) => fromUs <= atUs);
    const key = `${incident} ${groupKey}`;
    const page = pages.get(key) ?? { group: groupKey, count: 0 };
    page.count++;
    pages.set(key, page);
  }
  for (const { count } of pages.values()) {
    score.groups++;
    score.pages += count;
    if (count === 1) score.pagedOnce++;
  }
  return [...pages.values()]
    .filter(({ count }) => count > 1)
    .map(({ group, count }) => `paged ${count} times: ${group.replace(/^.*:(?=\{)/, '')}`);
}

/** When each incident began. */
function incidentsOf(lines: Truths['lines']): number[] {
  const begins: number[] = [];
  let untilUs = -Infinity;
  for (const fault of lastingFaults(lines).sort((a, b) => a.fromUs - b.fromUs)) {
    if (fault.fromUs > untilUs + SAME_INCIDENT_US) begins.push(fault.fromUs);
    untilUs = Math.max(untilUs, fault.untilUs);
  }
  return begins;
}

function noteExpected(
  score: AlertScore,
  { raised }: AlertVantage,
  { expect }: ScenarioRun,
  only: number | undefined,
): string[] {
  const complaints: string[] = [];
  const isMeant = ({ vantage }: ResolvedExpectation): boolean => only === undefined || vantage === 'any';
  for (const one of expect.required.filter(isMeant)) {
    if (!('alert' in one)) continue;
    score.required++;
    const named = new Set(
      raised.filter((alert) => isOf(alert, one.alert)).map(({ labels }) => namedBy(labels)),
    );
    const { culprits } = one;
    const isFound =
      named.size > 0 &&
      (culprits === undefined ||
        (culprits.length === named.size && culprits.every((name) => named.has(name))));
    if (isFound) score.found++;
    else
      complaints.push(
        `missed ${one.alert} ${culprits?.join('+') ?? ''}${named.size > 0 ? `, named ${[...named].join('+')}` : ''}`,
      );
  }
  for (const one of expect.forbidden) {
    if (!('alert' in one)) continue;
    for (const alert of raised.filter((raisedOne) => isOf(raisedOne, one.alert))) {
      score.forbidden++;
      complaints.push(`forbidden ${alert.labels['alertname']}`);
    }
  }
  return complaints;
}

function isOf({ labels }: Raised, pattern: string): boolean {
  const name = labels['alertname'] ?? '';
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function conditionsOf({ epochs, sidecar, network }: ScenarioRun): ReadonlySet<Condition> {
  const found = new Set<Condition>();
  if (epochs !== undefined) found.add('set_changes');
  if (sidecar.length > 0) found.add('sidecar_faults');
  if ((network?.loss ?? 0) > 0) found.add('loss');
  return found;
}

function addTo(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count;
}
