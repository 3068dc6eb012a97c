/**
 * Reaches the verdict on one view: outcome, cause, culprits, grounds. Pure: the same records give the same verdict,
 * in whatever order they came.
 */
import type { Evidence, Scene } from './evidence.js';
import { factTexts } from './fact-texts.js';
import { findFacts, type Findings } from './facts.js';
import { ruleFor, type Case, type Rule } from './rules.js';
import type { Ground, Scope, ViewVerdict } from './view-verdict.js';

/** A verdict without its number and date. */
export type Judgement = Omit<ViewVerdict, 'decidedAtUs' | 'revision'>;

/** Judges a view that was trouble to at least one attached node. */
export function judge(scene: Scene): { readonly judgement: Judgement; readonly findings: Findings } {
  const findings = findFacts(scene);
  const { evidence, facts, parties } = findings;
  const outcome = outcomeOf(findings);
  const first = outcome === 'failed' || outcome === 'lagged' ? ruleFor(facts, outcome) : undefined;
  const found = first?.rule.cause !== 'equivocation' && evidence.isBeyondFaults ? undefined : first;
  const culprits = found === undefined ? [] : parties[found.rule.culprits];
  const records = evidence.records();
  const judgement: Judgement = {
    chain: scene.chain,
    view: scene.view,
    epoch: records.find(({ epoch }) => epoch !== undefined)?.epoch,
    outcome,
    cause: outcome === 'failed' || outcome === 'lagged' ? (found?.rule.cause ?? 'unknown') : undefined,
    culprits: [...culprits].sort(),
    scope: scopeOf(found?.rule, culprits, evidence),
    leader: evidence.leader,
    collector: evidence.collector,
    grounds: found === undefined ? [] : groundsOf(found.shown, evidence),
    contradictedBy: found?.rule.contradiction,
    vantage: { nodes: records.map(({ node }) => node).sort(), validators: scene.committee.members.length },
    incomplete: [...new Set(records.flatMap(({ incomplete }) => incomplete))].sort(),
    enteredAtUs: Number.isFinite(evidence.beganUs) ? evidence.beganUs : (records[0]?.enteredAtUs ?? 0),
  };
  return { judgement, findings };
}

/** Whether two verdicts on a view say the same. */
export function saysSame(a: Judgement, b: Judgement): boolean {
  return a.outcome === b.outcome && a.cause === b.cause && a.culprits.join('\n') === b.culprits.join('\n');
}

function outcomeOf({ evidence, facts }: Findings): ViewVerdict['outcome'] {
  const records = evidence.records();
  const entered = records.filter(({ isEntered }) => isEntered);
  const gaveUp = entered.some(
    ({ timeout, leftBy }) => timeout !== undefined || leftBy === 'tc' || leftBy === 'timer',
  );
  if (facts.certified === true) return gaveUp ? 'lagged' : 'decided';
  if (gaveUp) return 'failed';
  // Nobody gave it up: passed over, or the end of what was watched.
  return entered.some(({ leftBy }) => leftBy === 'qc' || leftBy === 'dc') ? 'decided' : 'skipped';
}

/** What the node is itself to blame for is `self` where it alone is attached. */
function scopeOf(rule: Rule | undefined, culprits: readonly string[], { witnesses }: Evidence): Scope {
  if (rule === undefined) return 'unknown';
  const [only, ...others] = witnesses;
  const isSelf = others.length === 0 && culprits.length === 1 && culprits[0] === only?.standing.self;
  return isSelf && rule.scope === 'peer' ? 'self' : rule.scope;
}

function groundsOf({ all, none = [] }: Case, evidence: Evidence): Ground[] {
  const first = evidence.records()[0];
  const node = evidence.witnesses
    .map(({ standing }) => standing.node)
    .sort()
    .join(', ');
  const atUs = first?.timeout?.atUs;
  return [
    ...all.map((fact) => ({ node, fact: factTexts[fact], atUs })),
    ...none.map((fact) => ({ node, fact: `not: ${factTexts[fact]}`, atUs: undefined })),
  ];
}
