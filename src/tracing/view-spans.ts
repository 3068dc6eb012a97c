/**
 * The spans of one view through the eyes of one node: a record, and what was concluded of the view, as a tree. What the
 * record does not say has no span. Times are the record's own, to the microsecond; an end that lies before
 * its start (a certificate that overtook the vote) makes a span without length at the end.
 *
 * Pure. The root belongs to the leader's node; every other node's spans hang on its own `replica`, whose
 * parent is that root whether or not the leader's sidecar tells it. No other span can be an orphan.
 */
import type {
  CertificateSeen,
  ProposalSeen,
  ViewRecord,
  VoteType,
} from '../domains/consensus/record/view-record.js';
import type { EventMap } from '../events/vocabulary.js';
import type { Stretch } from './block-work.js';
import { spanIdOf, traceIdOf } from './ids.js';
import { nodeAttributes } from './node-attributes.js';
import type { SpanName } from './span-table.js';
import type { SpanAttributes, SpanDraft, SpanPointer, ViewSpan } from './view-span.js';
import { isByGivingUp, isGivenUp, lastKnownUs, type ViewStory } from './view-story.js';
import { isLeader, speakerOf, viewChangeSpan } from './own-spans.js';
import { viewChange } from './view-change.js';

const votePhases = {
  vote1: { vote: 'first_vote', certificate: 'qc' },
  vote2: { vote: 'second_vote', certificate: 'dc' },
  vote3: { vote: 'third_vote', certificate: 'third_certificate' },
} as const satisfies Record<VoteType, { vote: SpanName; certificate: SpanName }>;

/** The spans of a story, the node's own first. */
export function spansOf(story: ViewStory): ViewSpan[] {
  const { record } = story;
  const traceId = traceIdOf(record.chain, record.epoch, record.view);
  const source = { chain: record.chain, node: record.node, validator: record.self };
  const who = speakerOf(record);
  const isRoot = isLeader(record, record);
  const own = isRoot ? 'view' : 'replica';
  const rootId = record.leader === undefined ? undefined : spanIdOf(traceId, record.leader, 'view');
  const ids = new Map<string, string>();
  const idOf = (key: string): string => {
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = spanIdOf(traceId, who, key);
    ids.set(key, id);
    return id;
  };
  return draftsOf(story, own, traceId).map((draft) => {
    const { name, key = name, fromUs, toUs, attributes = {}, links = NO_LINKS, under = own } = draft;
    const endUs = record.enteredAtUs + toUs;
    const parentId = key === own ? (isRoot ? undefined : rootId) : idOf(under);
    return {
      traceId,
      spanId: idOf(key),
      parentId,
      name,
      source,
      startUs: Math.min(record.enteredAtUs + fromUs, endUs),
      endUs,
      attributes: { 'hotstuff.view': record.view, ...attributes },
      links,
      error: draft.error,
    };
  });
}

const NO_LINKS: readonly SpanPointer[] = [];

function draftsOf(story: ViewStory, own: 'view' | 'replica', traceId: string): SpanDraft[] {
  const { record, previous } = story;
  const drafts: SpanDraft[] = [
    {
      name: own,
      fromUs: 0,
      toUs: record.leftUs ?? lastKnownUs(record),
      attributes: nodeAttributes(story),
      links:
        previous !== undefined && isByGivingUp(record.trigger)
          ? [viewChangeSpan(record, previous)]
          : NO_LINKS,
      error: errorOf(story),
    },
  ];
  addProposals(drafts, record);
  addVotes(drafts, record);
  addCertificates(drafts, record, traceId);
  addCommit(drafts, record);
  addWork(drafts, story);
  if (isGivenUp(record)) drafts.push(viewChange(story));
  return drafts;
}

function errorOf({ record, verdict }: ViewStory): string | undefined {
  if (verdict?.outcome === 'failed' || record.timeout !== undefined)
    return verdict?.cause ?? 'the timer expired';
  return undefined;
}

function addProposals(drafts: SpanDraft[], record: ViewRecord): void {
  const { leaderWait } = record;
  if (leaderWait !== undefined)
    drafts.push({
      name: 'leader_wait',
      fromUs: 0,
      toUs: leaderWait.waitUs,
      attributes: { 'hotstuff.wait_path': leaderWait.path },
    });
  record.proposals.forEach((proposal, i) => addProposal(drafts, record, proposal, i));
}

function addProposal(drafts: SpanDraft[], record: ViewRecord, proposal: ProposalSeen, i: number): void {
  const { block, isOwn, atUs, workUs, proposedAtUs } = proposal;
  const suffix = i === 0 ? '' : `:${block}`;
  const under = `proposal${suffix}`;
  const free = isOwn ? (record.leaderWait?.waitUs ?? 0) : 0;
  const beganUs = atUs - (workUs ?? 0);
  drafts.push({
    name: 'proposal',
    key: under,
    fromUs: Math.min(free, beganUs),
    toUs: atUs,
    attributes: proposalAttributes(proposal),
  });
  const part = (name: SpanName, fromUs: number): void =>
    void drafts.push({ name, key: `${name}${suffix}`, under, fromUs, toUs: atUs });
  if (isOwn && workUs !== undefined) part('proposal_build', beganUs);
  if (isOwn) return;
  const wayFromUs = proposedAtUs === undefined ? undefined : proposedAtUs - record.enteredAtUs;
  if (wayFromUs !== undefined && wayFromUs <= atUs) part('proposal_broadcast', wayFromUs);
  if (workUs !== undefined) part('proposal_receive', beganUs);
}

function proposalAttributes(proposal: ProposalSeen): SpanAttributes {
  const { block, height, justifyView, transactions, bytes } = proposal;
  return {
    'hotstuff.block': block,
    'hotstuff.height': height,
    'hotstuff.justify_view': justifyView,
    ...(transactions === undefined ? {} : { 'hotstuff.transactions': transactions }),
    ...(bytes === undefined ? {} : { 'hotstuff.block_bytes': bytes }),
  };
}

/** What each phase begins with. */
const before: Readonly<Record<VoteType, VoteType | undefined>> = {
  vote1: undefined,
  vote2: 'vote1',
  vote3: 'vote2',
};

function addVotes(drafts: SpanDraft[], record: ViewRecord): void {
  const named = namer();
  for (const { vote, block, atUs, to } of record.ownVotes) {
    const { vote: name } = votePhases[vote];
    const earlier = before[vote];
    const ground =
      earlier === undefined
        ? record.proposals.find((one) => one.block === block)
        : record.certificates.find((one) => one.vote === earlier && one.block === block);
    drafts.push({
      name,
      key: named(name, block),
      fromUs: Math.min(ground?.atUs ?? atUs, atUs),
      toUs: atUs,
      attributes: { 'hotstuff.block': block, ...(to === undefined ? {} : { 'hotstuff.vote_to': to }) },
    });
  }
}

function addCertificates(drafts: SpanDraft[], record: ViewRecord, traceId: string): void {
  const named = namer();
  for (const certificate of record.certificates) {
    const { vote, block, atUs, closedBy } = certificate;
    const { vote: voteName, certificate: name } = votePhases[vote];
    drafts.push({
      name,
      key: named(name, block),
      fromUs: Math.min(beganUs(record, certificate), atUs),
      toUs: atUs,
      attributes: certificateAttributes(record, certificate),
      links: closedBy === undefined ? NO_LINKS : [{ traceId, spanId: spanIdOf(traceId, closedBy, voteName) }],
    });
  }
}

/** When collecting a certificate, or waiting for it, began. */
function beganUs(
  record: ViewRecord,
  { vote, block, isFormedHere, atUs, collectUs }: CertificateSeen,
): number {
  if (isFormedHere && collectUs !== undefined) return atUs - collectUs;
  if (isFormedHere) {
    const first = record.votes.find((one) => one.vote === vote && one.block === block);
    if (first !== undefined) return first.atUs;
  }
  return record.ownVotes.find((one) => one.vote === vote && one.block === block)?.atUs ?? atUs;
}

function certificateAttributes(record: ViewRecord, certificate: CertificateSeen): SpanAttributes {
  const { vote, block, signers, isFormedHere, closedBy } = certificate;
  let late = 0;
  for (const one of record.votes)
    if (one.lateUs !== undefined && one.vote === vote && one.block === block) late++;
  return {
    'hotstuff.block': block,
    'hotstuff.is_formed_here': isFormedHere,
    ...(signers === undefined ? {} : { 'hotstuff.signer_count': signers.length }),
    ...(closedBy === undefined ? {} : { 'hotstuff.closed_by': closedBy }),
    ...(isFormedHere ? { 'hotstuff.late_votes': late } : {}),
  };
}

function addCommit(drafts: SpanDraft[], record: ViewRecord): void {
  const { committedUs, isCommittedBySync, certificates, proposals } = record;
  if (committedUs === undefined) return;
  const grounds = certificates.length > 0 ? certificates : proposals;
  const times = grounds.map(({ atUs }) => atUs).filter((atUs) => atUs <= committedUs);
  drafts.push({
    name: 'commit',
    fromUs: times.length === 0 ? committedUs : Math.max(...times),
    toUs: committedUs,
    attributes: isCommittedBySync ? { 'hotstuff.by_sync': true } : {},
  });
}

/** What the node did with the committed block. */
function addWork(drafts: SpanDraft[], { record, work }: ViewStory): void {
  const { committedUs, certificates, proposals, enteredAtUs } = record;
  if (committedUs === undefined) return;
  const block = certificates[0]?.block ?? proposals[0]?.block;
  const proposal = proposals.find((one) => one.block === block);
  const executedUs = work?.executed && work.executed.endUs - enteredAtUs;
  const persistedUs = work?.persisted && work.persisted.endUs - enteredAtUs;
  drafts.push({
    name: 'block',
    fromUs: Math.min(proposal?.atUs ?? committedUs, committedUs),
    toUs: Math.max(committedUs, executedUs ?? committedUs, persistedUs ?? committedUs),
    attributes: {
      ...(block === undefined ? {} : { 'hotstuff.block': block }),
      ...(proposal === undefined ? {} : { 'hotstuff.height': proposal.height }),
    },
  });
  if (work === undefined) return;
  const { executed, persisted } = work;
  const offsets = ({ startUs, endUs }: Stretch): Pick<SpanDraft, 'fromUs' | 'toUs' | 'under'> => ({
    fromUs: startUs - enteredAtUs,
    toUs: endUs - enteredAtUs,
    under: 'block',
  });
  if (executed !== undefined)
    drafts.push({ name: 'execution', ...offsets(executed), attributes: executionAttributes(executed.event) });
  if (persisted !== undefined) drafts.push({ name: 'persistence', ...offsets(persisted) });
}

function executionAttributes(event: EventMap['execution.block_executed']): SpanAttributes {
  const { height, transactions, failed, fuel_used: fuel, fuel_limit: limit, state_root: root } = event;
  return {
    'hotstuff.height': height,
    'hotstuff.transactions': transactions,
    ...(failed === undefined ? {} : { 'hotstuff.failed_transactions': failed }),
    'hotstuff.fuel_used': Number(fuel),
    ...(limit === undefined ? {} : { 'hotstuff.fuel_limit': Number(limit) }),
    ...(root === undefined ? {} : { 'hotstuff.state_root': root }),
  };
}

/** The first of a name has it as its key, another adds its block. */
function namer(): (name: SpanName, block: string) => string {
  const used = new Set<SpanName>();
  return (name, block) => {
    const isFirst = !used.has(name);
    used.add(name);
    return isFirst ? name : `${name}:${block}`;
  };
}
