/**
 * What a finding is: somebody broke the protocol, or nodes that must agree do not, and the statements
 * that prove it. A finding is a fact about what was stated, never a guess about why.
 *
 *   safety      conflicting commits or certificates: more than f validators must be faulty
 *   byzantine   something that one validator did and an honest one cannot do
 *   divergence  attached nodes that contradict each other, or themselves, about what all must agree on
 */
import { createHash } from 'node:crypto';

/** Every kind, by class. */
export const findingKinds = {
  safety: ['conflicting_commit', 'conflicting_certificate', 'other'],
  byzantine: [
    'double_vote',
    'double_proposal',
    'vote_below_lock',
    'vote_regression',
    'lock_regression',
    'view_regression',
    'invalid_certificate',
    'invalid_signature',
    'view_spam',
    'other',
  ],
  divergence: ['state_root', 'fuel', 'leader', 'height_regression', 'clock_skew'],
} as const;

/** Class of a finding. */
export type FindingClass = keyof typeof findingKinds;
/** Kind of a finding. */
export type FindingKind = (typeof findingKinds)[FindingClass][number];

/** A statement of a node: the event's fields, or those of them that were kept. */
export interface Statement {
  readonly type: string;
  /** Who stated it. */
  readonly node: string;
  /** When, by that node's clock. */
  readonly ts_us: number;
  readonly [field: string]: unknown;
}

/** A finding with its evidence. Plain data: it survives JSON. */
export interface Finding {
  /** The same for the same fact, whoever finds it and whenever: 24 hexadecimal digits. */
  readonly id: string;
  readonly chain: string;
  readonly class: FindingClass;
  readonly kind: FindingKind;
  /** Ids of those who did it, where they can be told; for a conflict, who must have signed both sides. */
  readonly validators: readonly string[];
  readonly view: number | undefined;
  readonly height: number | undefined;
  readonly epoch: number | undefined;
  /** A sentence without its subject. */
  readonly detail: string;
  /** `reported`: a node's own word, not checked here. */
  readonly source: 'inferred' | 'reported';
  /** The statements that contradict each other, the earlier known one first. */
  readonly statements: readonly Statement[];
  /** The validator set in force as far as it is known. */
  readonly set: { readonly size: number; readonly power: number } | undefined;
  /** Wall time by the sidecar's clock, microseconds since the Unix epoch. */
  readonly foundAtUs: number;
}

/** Hears findings, each once. Quick, and never throws. */
export interface FindingListener {
  finding(finding: Finding): void;
}

/** A finding before it has its name and its place. */
export type FindingDraft = Pick<
  Finding,
  'class' | 'kind' | 'validators' | 'view' | 'height' | 'epoch' | 'detail' | 'source' | 'statements'
>;

/** What makes two findings the same one. */
export type Subject = Pick<FindingDraft, 'class' | 'kind' | 'validators' | 'view' | 'height'>;

/** What a finding is about: one per kind, view, height and, unless it is a conflict, validators. */
export function subjectOf({ class: name, kind, validators, view, height }: Subject): string {
  const whose = name === 'safety' ? '' : validators.join(',');
  return `${kind}|${whose}|${view ?? ''}|${height ?? ''}`;
}

/** The id: of the chain, the class, the subject and the blocks that the statements are about. */
export function findingId(chain: string, draft: FindingDraft): string {
  const blocks = draft.statements.map(({ block }) => (typeof block === 'string' ? block : '')).sort();
  const parts = [chain, draft.class, subjectOf(draft), ...blocks];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 24);
}

/** An event as a statement: what it does not say is left out. */
export function statementOf(event: {
  readonly type: string;
  readonly node: string;
  readonly ts_us: number;
}): Statement {
  return Object.fromEntries(
    Object.entries(event).filter(([, value]) => value !== undefined),
  ) as unknown as Statement;
}
