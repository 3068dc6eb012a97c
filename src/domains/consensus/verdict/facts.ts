/**
 * The facts that the rules speak of: one flat object per view, each fact true, false or unknown, and the
 * validators that they are about. Nothing here names a cause.
 *
 * Votes are weighed as the protocol weighs them: a reason for missing votes decides a view when those votes, with
 * the ones that were cast, would have made a quorum. While it is unknown where votes stopped that could
 * have decided it otherwise, nothing decides.
 */
import { hasCertificateLeft, isCertificateKept, isCertified } from './certificates.js';
import { Evidence, type Scene, type Witness } from './evidence.js';
import type { Facts } from './fact-texts.js';
import { isDeaf, isHeardAllAlong } from './hearing.js';
import { allOf, type Known } from './known.js';
import { latenessOf, type Lateness } from './lateness.js';
import { sidesOf } from './sides.js';
import { isDelayed } from './transit.js';
import { decisiveSnag, snagOf, type Snag } from './snags.js';

/** So many timers after its return a node may still be out of step. */
const BACK_TIMERS = 4;

/** Validators that facts are about. */
export interface Parties {
  readonly leader: readonly string[];
  readonly collector: readonly string[];
  /** Who is down or kept the vote. */
  readonly missing: readonly string[];
  /** Whose vote was needed and late. */
  readonly late: readonly string[];
  /** The smaller side of a split, the senders of a one-way cut; empty for an even split. */
  readonly apart: readonly string[];
  /** Attached nodes that gave up. */
  readonly laggards: readonly string[];
  readonly nobody: readonly string[];
}

/** Facts, and about whom. */
export interface Findings {
  readonly evidence: Evidence;
  readonly facts: Facts;
  readonly parties: Parties;
}

/** Looks at everything that the attached nodes said of a view. */
export function findFacts(scene: Scene): Findings {
  const evidence = new Evidence(scene);
  const { committee, leader, collector } = evidence;
  const { members } = committee;
  const snags = new Map(members.map(({ id }) => [id, snagOf(evidence, id)]));
  const sides = sidesOf(evidence);
  const lateness = latenessOf(evidence);
  const laggards = evidence.witnesses.filter(({ record }) => record?.timeout !== undefined);
  const down = committee.those((id) => evidence.isDown(id));
  const wasApart = evidence.apartLately;
  const facts: Facts = {
    ...proposalFacts(evidence),
    ...voteFacts(evidence, decisiveSnag(evidence, snags), lateness),
    tooFewUp: members.length > 0 && committee.power - committee.powerOf(down) < committee.quorum,
    noQuorumConnected: sides.noQuorum,
    leaderApart: sides.isApart(leader),
    collectorApart: sides.isApart(collector),
    strained: ofAll(laggards, ({ standing }) => evidence.isStrained(standing.self)),
    syncing: ofAll(laggards, (witness) => isBehind(witness, evidence.timerUs)),
    leaderWasApart: leader !== undefined && wasApart.includes(leader) && evidence.isDown(leader) !== true,
    lossOfApart: isAbout(evidence.deliveries.missing, wasApart),
    isolated: ofAll(laggards, ({ standing }) => sides.isApart(standing.self)),
  };
  const those = (snag: Snag): string[] => members.flatMap(({ id }) => (snags.get(id) === snag ? [id] : []));
  const missing = those('missing');
  return {
    evidence,
    facts,
    parties: {
      leader: leader === undefined ? [] : [leader],
      collector: collector === undefined ? [] : [collector],
      missing: missing.length > 0 ? missing : down,
      late: facts.lateVotersDecide === true ? those('voter_late') : lateness.voters,
      apart: sides.apart.length > 0 || sides.noQuorum === true ? sides.apart : wasApart,
      laggards: laggards.flatMap(({ standing }) => standing.self ?? []),
      nobody: [],
    },
  };
}

type ProposalFact =
  | 'twoBlocks'
  | 'refused'
  | 'certified'
  | 'proposalLeft'
  | 'proposalSeen'
  | 'proposalInTime'
  | 'proposalLate'
  | 'leaderDown'
  | 'leaderFar'
  | 'leaderHeard'
  | 'leaderUnheardBefore'
  | 'leaderDeaf'
  | 'leaderHeldUp'
  | 'gaveUp'
  | 'scattered'
  | 'delayed'
  | 'timerSuffices';

/** Of the proposal and its leader, and of how the view ended. */
function proposalFacts(evidence: Evidence): Pick<Facts, ProposalFact> {
  const { leader, collector, history, deliveries } = evidence;
  const isLoss = deliveries.groups.length <= 1 && deliveries.oneWay === undefined;
  return {
    twoBlocks: evidence.blocks.size > 1 || evidence.blocksVotedFor.size > 1,
    refused: evidence.refusers.length > 0,
    certified: isCertified(evidence),
    proposalLeft: evidence.proposalLeft,
    proposalSeen: isProposalSeen(evidence),
    proposalInTime: isProposalInTime(evidence),
    proposalLate: isProposalLate(evidence),
    leaderDown: leader === undefined ? undefined : evidence.isDown(leader),
    leaderFar: evidence.isFar(leader),
    leaderHeard: leader === undefined ? undefined : isHeardAllAlong(evidence, leader),
    leaderUnheardBefore: isUnheardBefore(evidence),
    leaderDeaf: isDeaf(evidence, leader),
    leaderHeldUp: evidence.isLeaderHeldUp,
    gaveUp: hasGivenUp(evidence),
    scattered: isLoss && deliveries.missed > 0,
    delayed: isDelayed(evidence),
    timerSuffices: history.timerSuffices(evidence.timerUs, leader, collector),
  };
}

type VoteFact = Exclude<
  keyof Facts,
  | ProposalFact
  | 'tooFewUp'
  | 'noQuorumConnected'
  | 'leaderApart'
  | 'collectorApart'
  | 'strained'
  | 'syncing'
  | 'leaderWasApart'
  | 'lossOfApart'
  | 'isolated'
>;

/** Of the votes, their collector, and the certificate. */
function voteFacts(
  evidence: Evidence,
  decisive: Snag | undefined,
  { longest }: Lateness,
): Pick<Facts, VoteFact> {
  const { arrivals, collector, committee } = evidence;
  const isCounted = arrivals && committee.powerOf(arrivals.keys()) >= committee.quorum;
  return {
    refusalsDecide: decisive === 'refused',
    keptDecides: decisive === 'withheld',
    lateDecides: decisive === 'late',
    quorumVoted: decisive === 'collector',
    missingDecides: decisive === 'missing',
    lateVotersDecide: decisive === 'voter_late',
    cutsDecide: decisive === 'cut',
    lossDecides: decisive === 'lost',
    slackDecides: decisive === 'slack',
    collectorDown: collector === undefined ? undefined : evidence.isDown(collector),
    collectorFar: evidence.isFar(collector),
    collectorHeldUp: evidence.isHeldUp(collector),
    votesCounted: evidence.certificateSeen || isCounted,
    certificateSent: hasCertificateLeft(evidence),
    certificateKept: isCertificateKept(evidence),
    fewShown: evidence.isCertificateShownToFew,
    votesLongest: longest === 'votes',
    collectorLongest: longest === 'collector',
    leaderLongest: longest === 'leader',
  };
}

/** Whether each of these links, and there is one, is to or from one of `those`. */
function isAbout(links: readonly (readonly [string, string])[], those: readonly string[]): boolean {
  return links.length > 0 && links.every((ends) => ends.some((end) => those.includes(end)));
}

/** Whether all of them, and there is one. */
function ofAll(witnesses: readonly Witness[], holds: (witness: Witness) => Known): Known {
  return witnesses.length === 0 ? false : allOf(witnesses.map(holds));
}

/** It was catching up, or had just come back. */
function isBehind({ record, standing }: Witness, timerUs: number): Known {
  if (record === undefined) return undefined;
  const { strain, trigger, enteredAtUs } = record;
  if (strain.isSyncing || trigger === 'start' || trigger === 'sync') return true;
  return standing.wasAway(enteredAtUs - BACK_TIMERS * timerUs, enteredAtUs);
}

function isProposalSeen(evidence: Evidence): Known {
  if (evidence.proposalSeenBy().length > 0) return true;
  const others = evidence.witnesses.filter(
    ({ standing, record }) => standing.self !== evidence.leader && record !== undefined,
  );
  const isTold = others.some(({ standing }) => standing.tells('proposals'));
  return !isTold || others.some(({ record }) => evidence.isGap(record)) ? undefined : false;
}

function isProposalInTime(evidence: Evidence): Known {
  const others = evidence.witnesses.filter(
    ({ record }) => record?.isEntered === true && record.self !== evidence.leader,
  );
  if (others.length === 0) return evidence.proposalLeft;
  return others.every(
    ({ standing }) => standing.self !== undefined && evidence.hadProposal(standing.self) === 'in_time',
  );
}

function isProposalLate(evidence: Evidence): Known {
  return evidence.witnesses.some(
    ({ standing, record }) =>
      record !== undefined &&
      standing.self !== undefined &&
      standing.self !== evidence.leader &&
      evidence.hadProposal(standing.self) === 'late',
  );
}

function isUnheardBefore({ history, leader, committee, deliveries }: Evidence): Known {
  if (leader === undefined || deliveries.missed > 0) return undefined;
  if (history.unheardAsLeader(leader) < 2) return false;
  return (history.othersHeard(leader, 2 * committee.members.length) ?? 0) >= 0.9;
}

/** A timeout certificate, or wishes and timers of a quorum. */
function hasGivenUp(evidence: Evidence): Known {
  const records = evidence.records();
  if (records.some(({ timeoutCertificate, leftBy }) => timeoutCertificate !== undefined || leftBy === 'tc'))
    return true;
  const wishers = new Set(records.flatMap(({ wishes }) => wishes.map(({ validator }) => validator)));
  for (const { timeout, self } of records) if (timeout !== undefined && self !== undefined) wishers.add(self);
  if (evidence.committee.powerOf(wishers) >= evidence.committee.quorum) return true;
  return isCertified(evidence) === false ? true : undefined;
}
