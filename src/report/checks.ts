/**
 * What a recording is held to: no findings of a class, a chain that moves, no view that failed for a reason. One result
 * per thing checked and chain. Pure.
 */
import { findingKinds } from '../domains/consensus/findings/finding.js';
import { causes } from '../domains/consensus/verdict/view-verdict.js';
import { findingLine } from '../views/finding-document.js';
import { verdictLine } from '../views/verdict-document.js';
import type { ChainMaterial, CheckResult, ReportMaterial } from './material.js';

/** What may be asked for by `--fail-on`. */
export const checkNames: readonly string[] = [...Object.keys(findingKinds), 'liveness', ...causes];

/** What is checked when nothing is named. */
export const usualChecks: readonly string[] = [...Object.keys(findingKinds), 'liveness'];

const MOST_PROBLEMS = 20;
/** Without a decided view for so many timers a chain stands still: any f leaders in a row fail sooner. */
const STALL_TIMERS = 10;
const USUAL_TIMER_US = 5_000_000;

/** Names that are no checks. */
export function unknownChecks(names: readonly string[]): string[] {
  return names.filter((name) => !checkNames.includes(name));
}

/** @param stallAfterUs how long without a decided view is too long; by default ten of the shortest timers */
export function runChecks(
  names: readonly string[],
  material: ReportMaterial,
  stallAfterUs: number | undefined,
): CheckResult[] {
  const results = material.chains.flatMap((chain) =>
    names.map((name) => check(name, chain, material, stallAfterUs)),
  );
  if (material.chains.length > 0) return results;
  // Nothing was heard: nothing holds.
  return names.map((name) => ({
    chain: '',
    name,
    expectation: 'a recording in which a node speaks of consensus',
    problems: ['no node says anything of consensus in it; `quorumscope check stream` says what is missing'],
    count: 1,
  }));
}

function check(
  name: string,
  chain: ChainMaterial,
  material: ReportMaterial,
  stallAfterUs: number | undefined,
): CheckResult {
  if (name in findingKinds) return ofFindings(name, chain);
  return name === 'liveness' ? liveness(chain, material, stallAfterUs) : ofCause(name, chain);
}

function ofFindings(name: string, { chain, findings }: ChainMaterial): CheckResult {
  const found = findings.filter((finding) => finding.class === name);
  return result(chain, name, `no ${name} finding`, found.map(findingLine), found.length);
}

function ofCause(name: string, { chain, tally, verdicts }: ChainMaterial): CheckResult {
  const failed = verdicts.filter(({ outcome, cause }) => outcome === 'failed' && cause === name);
  const count = tally.causes.get(name) ?? 0;
  return result(chain, name, `no view failed by ${name}`, failed.map(verdictLine), count);
}

function liveness(
  { chain, tally }: ChainMaterial,
  { endedAtUs }: ReportMaterial,
  stallAfterUs: number | undefined,
): CheckResult {
  const mostUs = stallAfterUs ?? STALL_TIMERS * (tally.timerUs ?? USUAL_TIMER_US);
  const { fromUs, toUs, afterView } = tally.standstill(endedAtUs);
  const decided = tally.outcomes.decided + tally.outcomes.lagged;
  const isStill = decided === 0 || toUs - fromUs > mostUs;
  const seconds = ((toUs - fromUs) / 1e6).toFixed(1);
  const since = afterView === undefined ? 'from the start' : `after view ${afterView}`;
  const problem =
    decided === 0 ? 'no view was decided at all' : `no view was decided for ${seconds} s ${since}`;
  const expectation = `a view decided at least every ${(mostUs / 1e6).toFixed(1)} s`;
  return result(chain, 'liveness', expectation, isStill ? [problem] : [], isStill ? 1 : 0);
}

function result(
  chain: string,
  name: string,
  expectation: string,
  problems: readonly string[],
  count: number,
): CheckResult {
  return { chain, name, expectation, problems: problems.slice(0, MOST_PROBLEMS), count };
}
