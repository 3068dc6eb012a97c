/**
 * The score of one observer in one run: its verdicts and findings held against the truth. Plain numbers and lists of
 * them, so that scores of many runs add up and survive JSON. Only views that failed are scored for causes; a failed
 * verdict where the truth says otherwise counts against precision.
 */
import {
  isFaultLine,
  type ResolvedExpectations,
  type TruthLine,
  type ViewLine,
} from '../../simulator/main.js';
import type { FindingClass } from '../../src/domains/consensus/findings/finding.js';
import type { ViewVerdict } from '../../src/domains/consensus/verdict/view-verdict.js';
import { detections, forbiddenSaid, type Detection } from './expectations.js';
import { falselySilent, falseFindings } from './false-findings.js';
import type { Observed } from './observed-run.js';
import type { Vantage } from './vantage.js';

/** The last views of a run end with it: nobody can tell what would have become of them. */
const UNFINISHED = 3;

/** Sums, over one run or many. */
export interface Score {
  runs: number;
  views: number;
  /** Views that truly failed. */
  failed: number;
  /** Failed verdicts with a cause, of these and of others. */
  said: number;
  right: number;
  /** Culprits truly to blame, those named, and those named rightly. */
  culprits: number;
  named: number;
  namedRight: number;
  required: number;
  found: number;
  /** Conclusions that the scenario forbids. */
  forbidden: number;
  false: Record<FindingClass, number>;
  /** Validators that were said to take no part although nothing was wrong with them. */
  falselySilent: number;
  /** Findings, true or false. */
  findings: number;
  detectMs: number[];
  detectViews: number[];
  resolveMs: number[];
}

/** A verdict that was wrong, for whoever wants to know why. */
export interface Wrong {
  readonly scenario: string;
  readonly seed: number;
  readonly vantage: string;
  readonly view: number;
  readonly truth: string;
  readonly verdict: string;
  readonly grounds: readonly string[];
}

/** What one observer came to. */
export interface Scored {
  readonly score: Score;
  readonly wrong: readonly Wrong[];
  /** Required conclusions that were missed, forbidden ones that were drawn, false findings; in words. */
  readonly complaints: readonly string[];
}

/** Nothing yet. */
export function noScore(): Score {
  return {
    runs: 0,
    views: 0,
    failed: 0,
    said: 0,
    right: 0,
    culprits: 0,
    named: 0,
    namedRight: 0,
    required: 0,
    found: 0,
    forbidden: 0,
    false: { safety: 0, byzantine: 0, divergence: 0 },
    falselySilent: 0,
    findings: 0,
    detectMs: [],
    detectViews: [],
    resolveMs: [],
  };
}

/** Adds `score` to `sum`. */
export function add(sum: Score, score: Score): void {
  for (const key of Object.keys(sum) as (keyof Score)[]) {
    const value = score[key];
    if (typeof value === 'number') (sum[key] as number) += value;
    else if (Array.isArray(value)) (sum[key] as number[]).push(...value);
    else for (const name of Object.keys(value) as FindingClass[]) sum.false[name] += value[name];
  }
}

/** Scores what `vantage` concluded of a run. */
export function scoreOf(
  vantage: Vantage,
  { truth, views }: Observed,
  expect: ResolvedExpectations,
  run: { readonly scenario: string; readonly seed: number },
): Scored {
  const score = { ...noScore(), runs: 1, views };
  const { scenario, seed } = run;
  const from = vantage.only === undefined ? 'all' : `node-${vantage.only}`;
  const lines = viewLines(truth, vantage.only);
  const wrong = scoreViews(score, lines, vantage).map((one) => ({ scenario, seed, vantage: from, ...one }));
  const found = detections(vantage, truth, expect.required);
  score.required = found.length;
  for (const one of found) noteDetection(score, one);
  const said = forbiddenSaid(vantage, expect.forbidden);
  score.forbidden = said.length;
  score.findings = vantage.findings.size;
  const untrue = falseFindings(vantage.findings.values(), truth);
  for (const { class: name } of untrue) score.false[name]++;
  const unheard = falselySilent(vantage.silent.keys(), truth);
  score.falselySilent = unheard.length;
  const resolved = resolveMs(vantage, truth);
  if (resolved !== undefined) score.resolveMs.push(resolved);
  const complaints = [
    ...found.filter(({ found: is }) => !is).map(({ words }) => `missed ${words}`),
    ...said.map((words) => `forbidden ${words}`),
    ...untrue.map(
      ({ class: name, kind, validators, view }) =>
        `false ${name}/${kind} of ${validators.join('+')} in view ${view}`,
    ),
    ...unheard.map((one) => `falsely silent ${one}`),
  ].map((words) => `${scenario} seed ${seed} ${from}: ${words}`);
  return { score, wrong, complaints };
}

function noteDetection(score: Score, { found, afterUs, viewsLater }: Detection): void {
  if (!found) return;
  score.found++;
  if (afterUs === undefined) return;
  score.detectMs.push(afterUs / 1_000);
  score.detectViews.push(viewsLater);
}

/** By view, as one node has it where only one is attached: what was another cause for it is its own. */
function viewLines(truth: readonly TruthLine[], only: number | undefined): Map<number, ViewLine> {
  const lines = new Map<number, ViewLine>();
  for (const line of truth) {
    if (isFaultLine(line) || line.type !== 'view' || lines.has(line.view)) continue;
    const own = only === undefined ? undefined : line.own[`validator-${only}`];
    lines.set(line.view, own === undefined ? line : { ...line, ...own });
  }
  return lines;
}

function scoreViews(
  score: Score,
  lines: ReadonlyMap<number, ViewLine>,
  { verdicts, newestView }: Vantage,
): Omit<Wrong, 'scenario' | 'seed' | 'vantage'>[] {
  const scored = newestView - UNFINISHED;
  const wrong: Omit<Wrong, 'scenario' | 'seed' | 'vantage'>[] = [];
  for (const line of lines.values()) {
    if (line.outcome !== 'failed' || line.view > scored) continue;
    score.failed++;
    score.culprits += line.culprits.length;
  }
  for (const verdict of verdicts.values()) {
    if (verdict.outcome !== 'failed' || verdict.cause === 'unknown' || verdict.view > scored) continue;
    const line = lines.get(verdict.view);
    const isFailed = line?.outcome === 'failed';
    score.said++;
    score.named += verdict.culprits.length;
    const rightly = verdict.culprits.filter((one) => isFailed && line.culprits.includes(one)).length;
    score.namedRight += rightly;
    const isRight = isFailed && line.cause === verdict.cause;
    if (isRight) score.right++;
    if (isRight && rightly === verdict.culprits.length && rightly === line.culprits.length) continue;
    wrong.push({
      view: verdict.view,
      truth: line === undefined ? 'no timer expired' : `${line.outcome} ${wordsOf(line)}`,
      verdict: `failed ${wordsOf(verdict)}`,
      grounds: verdict.grounds.map(({ fact }) => fact),
    });
  }
  for (const line of lines.values()) {
    const verdict = verdicts.get(line.view);
    if (
      line.outcome !== 'failed' ||
      line.view > scored ||
      (verdict?.outcome === 'failed' && verdict.cause !== 'unknown')
    )
      continue;
    const said = verdict === undefined ? 'nothing' : `${verdict.outcome} ${wordsOf(verdict)}`;
    wrong.push({ view: line.view, truth: `failed ${wordsOf(line)}`, verdict: said, grounds: [] });
  }
  return wrong;
}

function wordsOf({ cause, culprits }: Pick<ViewVerdict, 'cause' | 'culprits'>): string {
  return [cause, ...culprits.map((one) => one.replace('validator-', 'v'))].join(' ');
}

/** From the end of the last fault to the last failed view that began after it; undefined when no fault ended. */
function resolveMs({ verdicts }: Vantage, truth: readonly TruthLine[]): number | undefined {
  const faults = truth.filter(isFaultLine);
  const ends = faults.filter(({ phase }) => phase === 'end');
  if (ends.length === 0 || faults.at(-1)?.phase !== 'end') return undefined;
  const endUs = Math.max(...ends.map(({ at_us }) => at_us));
  const late = [...verdicts.values()].filter(
    ({ outcome, enteredAtUs }) => outcome === 'failed' && enteredAtUs >= endUs,
  );
  return Math.max(0, ...late.map(({ decidedAtUs }) => (decidedAtUs - endUs) / 1_000));
}
