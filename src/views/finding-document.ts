/** A finding as people and programs outside read it. Amounts beyond 2^53 are decimal strings. Pure. */
import type { Finding, Statement } from '../domains/consensus/findings/finding.js';
import type { Names, ValidatorName } from './names.js';

/** A finding with the statements that prove it. */
export interface FindingDocument {
  readonly id: string;
  readonly chain: string;
  readonly class: Finding['class'];
  readonly kind: Finding['kind'];
  readonly validators: readonly ValidatorName[];
  readonly view: number | null;
  readonly height: number | null;
  readonly epoch: number | null;
  readonly detail: string;
  readonly source: Finding['source'];
  readonly statements: readonly Statement[];
  readonly set: Finding['set'] | null;
  /** Microseconds since the Unix epoch. */
  readonly found_at_us: number;
}

/** The document of a finding. */
export function findingDocument(finding: Finding, names: Names): FindingDocument {
  const { id, chain, kind, validators, view, height, epoch, detail, source, statements, set } = finding;
  return {
    id,
    chain,
    class: finding.class,
    kind,
    validators: validators.map((validator) => names.of(validator)),
    view: view ?? null,
    height: height ?? null,
    epoch: epoch ?? null,
    detail,
    source,
    statements: statements.map(withoutBigints),
    set: set ?? null,
    found_at_us: finding.foundAtUs,
  };
}

/** A finding in one line. */
export function findingLine({ class: name, kind, validators, view, detail }: FindingDocument): string {
  const who = validators.length === 0 ? '' : ` by ${validators.map((one) => one.name).join(', ')}`;
  return `${name} ${kind}${who}${view === null ? '' : ` in view ${view}`}: ${detail}`;
}

function withoutBigints(statement: Statement): Statement {
  return JSON.parse(
    JSON.stringify(statement, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  ) as Statement;
}
