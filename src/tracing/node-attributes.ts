/** Attributes of the span that stands for the whole view at a node: what it was, what came of it, and why it is traced. */
import type { ViewRecord } from '../domains/consensus/record/view-record.js';
import type { ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';
import type { SpanAttributes } from './view-span.js';
import type { ViewStory } from './view-story.js';

/** Most ids in a list: a span must fit a datagram. */
export const MOST_LISTED = 32;

type Writable = { -readonly [K in keyof SpanAttributes]: SpanAttributes[K] };

/** All of them. */
export function nodeAttributes(story: ViewStory): SpanAttributes {
  const { record, verdict, findings, reason } = story;
  const attributes: Writable = { 'hotstuff.kept_because': reason };
  addView(attributes, record);
  addStrain(attributes, record);
  if (verdict !== undefined) addVerdict(attributes, verdict);
  if (findings.length > 0) {
    const listed = findings.slice(0, MOST_LISTED);
    attributes['hotstuff.findings'] = listed.map(({ kind }) => kind);
    attributes['hotstuff.finding_ids'] = listed.map(({ id }) => id);
  }
  return attributes;
}

function addView(attributes: Writable, record: ViewRecord): void {
  const { epoch, leader, collector, trigger, leftBy, jumped, timerUs, incomplete } = record;
  if (epoch !== undefined) attributes['hotstuff.epoch'] = epoch;
  if (leader !== undefined) attributes['hotstuff.leader'] = leader;
  if (collector !== undefined) attributes['hotstuff.collector'] = collector;
  if (trigger !== undefined) attributes['hotstuff.trigger'] = trigger;
  if (leftBy !== undefined) attributes['hotstuff.left_by'] = leftBy;
  if (jumped > 0) attributes['hotstuff.jumped'] = jumped;
  if (timerUs !== undefined) attributes['hotstuff.timer_seconds'] = timerUs / 1e6;
  if (incomplete.length > 0) attributes['hotstuff.incomplete'] = incomplete;
  attributes['hotstuff.is_committed'] = record.committedUs !== undefined;
}

function addStrain(attributes: Writable, { strain }: ViewRecord): void {
  const { storageUs, loopLagUs, isSyncing } = strain;
  if (storageUs !== undefined) attributes['hotstuff.storage_seconds'] = storageUs / 1e6;
  if (loopLagUs !== undefined) attributes['hotstuff.loop_lag_seconds'] = loopLagUs / 1e6;
  if (isSyncing) attributes['hotstuff.is_syncing'] = true;
}

function addVerdict(attributes: Writable, verdict: ViewVerdict): void {
  const { outcome, cause, culprits, scope, vantage } = verdict;
  attributes['hotstuff.outcome'] = outcome;
  attributes['hotstuff.vantage'] = `${vantage.nodes.length} of ${vantage.validators}`;
  if (cause === undefined) return;
  attributes['hotstuff.cause'] = cause;
  attributes['hotstuff.scope'] = scope;
  if (culprits.length > 0) attributes['hotstuff.culprits'] = culprits.slice(0, MOST_LISTED);
}
