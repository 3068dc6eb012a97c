/** The span in which a node gave a view up: cause, culprits, who was missing, how long the timer was, and where it went. */
import type { ViewRecord } from '../domains/consensus/record/view-record.js';
import { MOST_LISTED } from './node-attributes.js';
import { ownSpan } from './own-spans.js';
import type { SpanAttributes, SpanDraft } from './view-span.js';
import { lastKnownUs, type ViewStory } from './view-story.js';

/** Of a record that tells of giving up. */
export function viewChange(story: ViewStory): SpanDraft {
  const { record, verdict, next } = story;
  const { timeout, wishSentUs, timeoutCertificate, leftUs } = record;
  const lastUs = lastKnownUs(record);
  return {
    name: 'view_change',
    fromUs: timeout?.atUs ?? wishSentUs ?? timeoutCertificate?.atUs ?? leftUs ?? lastUs,
    toUs: leftUs ?? lastUs,
    attributes: attributesOf(story),
    links: next === undefined ? [] : [ownSpan(record, next)],
    error: verdict?.cause ?? 'the timer expired',
  };
}

function attributesOf({ record, verdict, members, next }: ViewStory): SpanAttributes {
  const { timerUs, timeout } = record;
  const missing = missingVoters(record, members);
  const { cause, culprits = [] } = verdict ?? {};
  const consecutive = timeout?.consecutive;
  return {
    ...(cause === undefined ? {} : { 'hotstuff.cause': cause }),
    ...(culprits.length === 0 ? {} : { 'hotstuff.culprits': culprits.slice(0, MOST_LISTED) }),
    ...(timerUs === undefined ? {} : { 'hotstuff.timer_seconds': timerUs / 1e6 }),
    ...(consecutive === undefined ? {} : { 'hotstuff.consecutive_timeouts': consecutive }),
    ...(next === undefined ? {} : { 'hotstuff.next_view': next.view }),
    ...(missing === undefined
      ? {}
      : {
          'hotstuff.missing_validators': missing.slice(0, MOST_LISTED),
          'hotstuff.missing_validator_count': missing.length,
        }),
  };
}

/** Only who collects the votes can say whose did not come, and only if there was something to vote for. */
function missingVoters(record: ViewRecord, members: readonly string[]): string[] | undefined {
  const { self, collector, votes, ownVotes, incomplete } = record;
  if (self === undefined || self !== collector || votes.length === 0 || members.length === 0)
    return undefined;
  if (incomplete.includes('consensus')) return undefined;
  const heard = new Set<string>();
  for (const { vote, validator } of votes) if (vote === 'vote1') heard.add(validator);
  if (ownVotes.some(({ vote }) => vote === 'vote1')) heard.add(self);
  return members.filter((id) => !heard.has(id));
}
