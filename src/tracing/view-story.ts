/**
 * What the spans of a view are made of: the record of one node, what was concluded of the view, and the views beside it;
 * and what can be read off a record without making spans.
 */
import type { Finding } from '../domains/consensus/findings/finding.js';
import type { ViewRecord } from '../domains/consensus/record/view-record.js';
import type { ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';
import type { BlockWork } from './block-work.js';

/** Why a view is traced, the weightiest reason first. */
export const keptReasons = ['evidence', 'failed', 'slow', 'after_failed', 'sampled'] as const;
/** Why a view is traced. */
export type KeptReason = (typeof keptReasons)[number];

/** Another view of the same node: enough to point at its span. */
export type ViewPointer = Pick<ViewRecord, 'view' | 'epoch' | 'leader'>;

/** All that the spans are made of. */
export interface ViewStory {
  readonly record: ViewRecord;
  readonly verdict: ViewVerdict | undefined;
  readonly findings: readonly Finding[];
  readonly reason: KeptReason;
  /** Ids of the validator set; empty where it is not known. */
  readonly members: readonly string[];
  /** The view that the node entered after this one, and the one that it left for it. */
  readonly next: ViewPointer | undefined;
  readonly previous: ViewPointer | undefined;
  /** What the node did with the block of this view, as far as it said so. */
  readonly work?: BlockWork | undefined;
}

/** Whether the record tells of giving the view up. */
export function isGivenUp({ timeout, wishSentUs, leftBy }: ViewRecord): boolean {
  return timeout !== undefined || wishSentUs !== undefined || isByGivingUp(leftBy);
}

/** Whether a view is entered this way because the one before was given up. */
export function isByGivingUp(trigger: ViewRecord['trigger']): boolean {
  return trigger === 'tc' || trigger === 'timer';
}

/** The latest moment that the record knows, as an offset. */
export function lastKnownUs(record: ViewRecord): number {
  const { proposals, ownVotes, certificates, timeout, wishSentUs, timeoutCertificate } = record;
  const times = [...proposals, ...ownVotes, ...certificates].map(({ atUs }) => atUs);
  return Math.max(0, timeout?.atUs ?? 0, wishSentUs ?? 0, timeoutCertificate?.atUs ?? 0, ...times);
}
