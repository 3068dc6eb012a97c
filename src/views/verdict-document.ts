/** A verdict as people and programs outside read it: names beside ids, the vantage in words. Pure. */
import { rules } from '../domains/consensus/verdict/rules.js';
import type { Cause, Scope, ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';
import type { Names, ValidatorName } from './names.js';

/** The verdict on a view. Times are microseconds since the Unix epoch. */
export interface VerdictDocument {
  readonly chain: string;
  readonly view: number;
  readonly epoch: number | null;
  readonly outcome: ViewVerdict['outcome'];
  readonly cause: Cause | null;
  /** What the cause means, as a sentence. */
  readonly reason: string | null;
  readonly culprits: readonly ValidatorName[];
  readonly scope: Scope;
  readonly leader: ValidatorName | null;
  readonly collector: ValidatorName | null;
  readonly grounds: readonly {
    /** Who stated it. */
    readonly nodes: string;
    readonly fact: string;
    /** False: that the fact does not hold is what speaks for the cause. */
    readonly holds: boolean;
    /** Microseconds from the node's entry. */
    readonly at_us: number | null;
  }[];
  /** What would contradict the cause, and was looked for and not found. */
  readonly contradicted_by: string | null;
  readonly vantage: {
    readonly nodes: readonly string[];
    readonly validators: number;
    /** Such as `seen by 1 of 4`. */
    readonly text: string;
  };
  /** Domains that lost events while the view was open. */
  readonly incomplete: readonly string[];
  readonly entered_at_us: number;
  readonly decided_at_us: number;
  /** 1 after the one late revision. */
  readonly revision: number;
}

const NOT = 'not: ';
const UNKNOWN = 'None of the known causes could be proved from what the attached nodes say.';

/** The document of a verdict. */
export function verdictDocument(verdict: ViewVerdict, names: Names): VerdictDocument {
  const { chain, view, epoch, outcome, cause, culprits, scope, grounds, vantage, incomplete } = verdict;
  return {
    chain,
    view,
    epoch: epoch ?? null,
    outcome,
    cause: cause ?? null,
    reason: cause === undefined ? null : reasonOf(cause),
    culprits: culprits.map((id) => names.of(id)),
    scope,
    leader: names.of(verdict.leader),
    collector: names.of(verdict.collector),
    grounds: grounds.map(({ node, fact, atUs }) => ({
      nodes: node,
      fact: fact.startsWith(NOT) ? fact.slice(NOT.length) : fact,
      holds: !fact.startsWith(NOT),
      at_us: atUs ?? null,
    })),
    contradicted_by: verdict.contradictedBy ?? null,
    vantage: { nodes: vantage.nodes, validators: vantage.validators, text: vantageText(vantage) },
    incomplete,
    entered_at_us: verdict.enteredAtUs,
    decided_at_us: verdict.decidedAtUs,
    revision: verdict.revision,
  };
}

/** What a cause means, as a sentence. */
export function reasonOf(cause: Cause): string {
  return rules.find((rule) => rule.cause === cause)?.reason ?? UNKNOWN;
}

/** `seen by 1 of 4`; of an unknown set only the first number is known. */
export function vantageText({ nodes, validators }: ViewVerdict['vantage']): string {
  return validators === 0 ? `seen by ${nodes.length}` : `seen by ${nodes.length} of ${validators}`;
}

/** A verdict in one line: `view 411 failed: collector_silent, validator-2 (seen by 4 of 4)`. */
export function verdictLine(verdict: VerdictDocument): string {
  const { view, outcome, cause, culprits, vantage } = verdict;
  const who = culprits.map(({ name }) => name).join(', ');
  const why = cause === null ? '' : `: ${cause}${who === '' ? '' : `, ${who}`}`;
  return `view ${view} ${outcome}${why} (${vantage.text})`;
}
