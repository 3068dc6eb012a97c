/**
 * The facts that the rules speak of: one flat object per view, each fact true, false or unknown, and the
 * validators that they are about. Nothing here names a cause.
 *
 * Votes are weighed as the protocol weighs them: a reason for missing votes decides a view when those votes, with
 * the ones that were cast, would have made a quorum. While it is unknown where votes stopped that could
 * have decided it otherwise, nothing decides.
 */
import { Evidence, givenUpUs, type Scene, type Snag } from './evidence.js';
import { anyOf, not, type Known } from './known.js';
import { latenessOf } from './lateness.js';

/** What each fact says, as a sentence; in the order in which docs/CAUSES.md lists them. */
export const factTexts = {
  twoBlocks: 'the leader proposed two different blocks, or more than a third each voted for two',
  refused: 'an attached node refused the proposal as invalid',
  refusalsDecide: 'the votes of those who refused the proposal would have made the quorum',
  certified: 'a certificate of the view is known, or a later proposal is built on it',
  proposalLeft: 'the proposal left its leader',
  proposalSeen: 'the proposal came to an attached node, in time or late',
  proposalInTime: 'every attached node that was in the view had the proposal before its timer expired',
  leaderDown: "the leader's process was down, as its connections or its own stream say",
  leaderFar: 'a round trip to the leader takes half the timer, and far longer than to others',
  leaderHeard: 'something that the leader said came to an attached node within the last rotation of leaders, or its certificate of the view before did',
  leaderUnheardBefore: 'the last two views that it led went by without its proposal too, while those of others came',
  gaveUp: 'a quorum gave the view up',
  keptDecides: 'the leader kept its proposal from so many that their votes would have made the quorum',
  lateDecides: 'the proposal came late to so many that their votes would have made the quorum',
  proposalLate: 'the proposal came after the timer',
  leaderHeldUp: 'the leader was held up: its machine says so, or views of others end well within this timer',
  quorumVoted: 'a quorum of validators voted, and their votes reached their collector or its dead process',
  collectorDown: "the collector's process was down, as its connections or its own stream say",
  collectorFar: 'a round trip to the collector takes half the timer, and far longer than to others',
  collectorHeldUp: "the collector's own machine held it up",
  tooFewUp: 'so many validators are down that the others are no quorum',
  votesCounted: 'the collector counted a quorum of votes, in time or late',
  certificateSent: "the certificate left its collector, or the collector's next proposal is built on it",
  certificateKept: 'the collector had the certificate, showed so later, and its next proposal does not carry it or never came',
  missingDecides: 'the votes of those who are down or kept them would have made the quorum',
  lateVotersDecide: 'the votes of those whose machines were slow would have made the quorum',
  votesLongest: 'of all that took long, the votes of held-up voters took longest',
  collectorLongest: 'of all that took long, passing the certificate on took longest, and its collector was held up',
  leaderLongest: 'of all that took long, the proposal took longest, and its leader was held up',
  noQuorumConnected: 'no group of validators that reach each other has a quorum',
  leaderApart: 'the leader runs, and does not reach a quorum',
  collectorApart: 'the collector runs, and a quorum does not reach it or is not reached by it',
  cutsDecide: 'cut links kept so many votes back that they would have made the quorum',
  lossDecides: 'messages lost on the way kept so many votes back that they would have made the quorum',
  scattered: 'messages of several validators were lost while their connections stood',
  timerSuffices: 'most views that others led and collected ended within this timer',
  slackDecides: 'what was missing came after the timer, and nobody was held up',
  strained: 'the own machine of every node that gave up took a good part of the timer for one step',
  syncing: 'every node that gave up was catching up, or had just started',
  isolated: 'every node that gave up was cut off from the others',
} as const;

/** Name of a fact. */
export type FactName = keyof typeof factTexts;

/** All facts of one view. */
export type Facts = { readonly [F in FactName]: Known };

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

/** In the order of precedence of the causes that they stand for. */
const ranked: readonly Snag[] = [
  'refused',
  'cut',
  'withheld',
  'late',
  'collector',
  'missing',
  'voter_late',
  'lost',
  'slack',
];

/** Looks at everything that the attached nodes said of a view. */
export function findFacts(scene: Scene): Findings {
  const evidence = new Evidence(scene);
  const { committee, leader, collector, history } = evidence;
  const { members } = committee;
  const snags = new Map(members.map(({ id }) => [id, evidence.snagOf(id)]));
  const decisive = decisiveSnag(evidence, snags);
  const counted = evidence.arrivals === undefined ? undefined : committee.powerOf(evidence.arrivals.keys());
  const sides = sidesOf(evidence);
  const lateness = latenessOf(evidence);
  const laggards = evidence.witnesses.filter(({ record }) => record?.timeout !== undefined);
  const down = committee.those((id) => evidence.isDown(id));
  const certificateSent = isCertificateSent(evidence);
  const facts: Facts = {
    twoBlocks: evidence.blocks.size > 1 || evidence.blocksVotedFor.size > 1,
    refused: evidence.refusers.length > 0,
    refusalsDecide: decisive === 'refused',
    certified: isCertified(evidence),
    proposalLeft: evidence.proposalLeft,
    proposalSeen: isProposalSeen(evidence),
    proposalInTime: isProposalInTime(evidence),
    leaderDown: leader === undefined ? undefined : evidence.isDown(leader),
    leaderFar: evidence.isFar(leader),
    leaderHeard:
      leader === undefined
        ? undefined
        : evidence.isHeard(leader) || history.hasCollected(leader, evidence.view - 1),
    leaderUnheardBefore: isUnheardBefore(evidence),
    gaveUp: hasGivenUp(evidence),
    keptDecides: decisive === 'withheld',
    lateDecides: decisive === 'late',
    proposalLate: isProposalLate(evidence),
    leaderHeldUp: evidence.isLeaderHeldUp,
    quorumVoted: decisive === 'collector',
    collectorDown: collector === undefined ? undefined : evidence.isDown(collector),
    collectorFar: evidence.isFar(collector),
    collectorHeldUp: evidence.isHeldUp(collector),
    tooFewUp: members.length > 0 && committee.power - committee.powerOf(down) < committee.quorum,
    votesCounted: evidence.certificateSeen || (counted === undefined ? undefined : counted >= committee.quorum),
    certificateSent,
    certificateKept: isCertificateKept(evidence),
    missingDecides: decisive === 'missing',
    lateVotersDecide: decisive === 'voter_late',
    votesLongest: lateness.longest === 'votes',
    collectorLongest: lateness.longest === 'collector',
    leaderLongest: lateness.longest === 'leader',
    noQuorumConnected: sides.noQuorum,
    leaderApart: sides.isApart(leader),
    collectorApart: sides.isApart(collector),
    cutsDecide: decisive === 'cut',
    lossDecides: decisive === 'lost',
    scattered: evidence.deliveries.groups.length <= 1 && evidence.deliveries.oneWay === undefined && evidence.deliveries.missed > 0,
    timerSuffices: history.timerSuffices(evidence.timerUs, leader, collector),
    slackDecides: decisive === 'slack',
    strained: anyLaggard(laggards.map(({ standing }) => evidence.isStrained(standing.self))),
    syncing: anyLaggard(laggards.map(({ record }) => record?.strain.isSyncing === true || record?.trigger === 'start' || record?.trigger === 'sync')),
    isolated: anyLaggard(laggards.map(({ standing }) => standing.self === undefined ? undefined : sides.isApart(standing.self))),
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
      apart: sides.apart,
      laggards: laggards.flatMap(({ standing }) => standing.self ?? []),
      nobody: [],
    },
  };
}

/** All of them, where there is one. */
function anyLaggard(values: readonly Known[]): Known {
  if (values.length === 0) return false;
  return values.every((value) => value === true) ? true : values.some((value) => value === undefined) ? undefined : false;
}

/** The reason whose votes were enough; the first there is where none alone was; undefined while unknown. */
function decisiveSnag({ committee }: Evidence, snags: ReadonlyMap<string, Snag | undefined>): Snag | undefined {
  const power = new Map<Snag | undefined, number>();
  for (const { id, power: own } of committee.members) {
    const snag = snags.get(id);
    power.set(snag, (power.get(snag) ?? 0) + own);
  }
  const of = (snag: Snag | undefined): number => power.get(snag) ?? 0;
  if (committee.members.length === 0 || of('counted') >= committee.quorum) return undefined;
  const voted = of('counted') + of('collector');
  if (voted >= committee.quorum) return 'collector';
  const unknown = of(undefined);
  for (const snag of ranked) {
    if (snag === 'collector') continue;
    if (of(snag) > 0 && voted + of(snag) >= committee.quorum) return snag;
    if (unknown > 0 && voted + of(snag) + unknown >= committee.quorum) return undefined;
  }
  return unknown > 0 ? undefined : ranked.find((snag) => snag !== 'collector' && of(snag) > 0);
}

function isCertified(evidence: Evidence): Known {
  const { view, witnesses, collector, isBasic } = evidence;
  const byOthers = witnesses.filter(({ standing }) => standing.self !== collector);
  if (byOthers.some(({ record }) => record?.leftBy === 'qc' || record?.leftBy === 'dc')) return true;
  const carried = witnesses.flatMap(({ later, standing }) =>
    (later?.proposals ?? [])
      .filter(({ isOwn }) => !isOwn || standing.self !== collector)
      .map(({ justifyView, dcView }) => (isBasic ? (dcView ?? 0) : justifyView)),
  );
  if (carried.some((justifyView) => justifyView === view)) return true;
  return carried.length > 0 ? false : undefined;
}

function isProposalSeen(evidence: Evidence): Known {
  if (evidence.proposalSeenBy().length > 0) return true;
  const others = evidence.witnesses.filter(({ standing, record }) => standing.self !== evidence.leader && record !== undefined);
  return others.length === 0 || others.every(({ record }) => evidence.isGap(record)) ? undefined : false;
}

function isProposalInTime(evidence: Evidence): Known {
  const others = evidence.witnesses.filter(({ record }) => record?.isEntered === true && record.self !== evidence.leader);
  if (others.length === 0) return evidence.proposalLeft;
  return others.every(({ standing }) => standing.self !== undefined && evidence.hadProposal(standing.self) === 'in_time');
}

function isProposalLate(evidence: Evidence): Known {
  return evidence.witnesses.some(
    ({ standing, record }) =>
      record !== undefined && standing.self !== undefined && standing.self !== evidence.leader && evidence.hadProposal(standing.self) === 'late',
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
  if (records.some(({ timeoutCertificate, leftBy }) => timeoutCertificate !== undefined || leftBy === 'tc')) return true;
  const wishers = new Set(records.flatMap(({ wishes }) => wishes.map(({ validator }) => validator)));
  for (const { timeout, self } of records) if (timeout !== undefined && self !== undefined) wishers.add(self);
  if (evidence.committee.powerOf(wishers) >= evidence.committee.quorum) return true;
  return isCertified(evidence) === false ? true : undefined;
}

/** Whether the certificate of the phase left its collector. */
function isCertificateSent(evidence: Evidence): Known {
  const { collector, view, isBasic, phase } = evidence;
  if (collector === undefined) return undefined;
  const others = evidence.witnesses.filter(({ standing }) => standing.self !== collector);
  const came = others.some(({ record, next }) => {
    if (isBasic && phase === 'vote1') return record?.certificates.some(({ vote }) => vote === phase) ?? false;
    return next?.proposals.some(({ justifyView, dcView }) => (isBasic ? (dcView ?? 0) : justifyView) >= view) ?? false;
  });
  if (came) return true;
  const witness = evidence.of(collector);
  if (witness === undefined) return undefined;
  if (isBasic && phase === 'vote1') return (witness.standing.handedOver('prepare', view) ?? 1) > 0;
  const own = witness.next?.proposals.find(({ isOwn }) => isOwn);
  if (own === undefined) return evidence.isGap(witness.next) ? undefined : false;
  if (witness.standing.handedOver('proposal', view + 1) === 0) return false;
  return (isBasic ? (own.dcView ?? 0) : own.justifyView) >= view;
}

/** Whether the collector shows later that it had the certificate, and did not pass it on. */
function isCertificateKept(evidence: Evidence): Known {
  const { collector, view, isBasic, witnesses } = evidence;
  if (collector === undefined || evidence.isDown(collector) === true) return false;
  const isBuiltOn = ({ justifyView, dcView }: { justifyView: number; dcView: number | undefined }): boolean =>
    (isBasic ? (dcView ?? 0) : justifyView) >= view;
  const own = evidence.of(collector);
  const formed = own?.record?.certificates.find(({ isFormedHere, vote }) => isFormedHere && vote === evidence.phase);
  const seen = witnesses.flatMap(({ standing, next }) =>
    standing.self === collector ? [] : (next?.proposals ?? []).filter(({ isOwn }) => !isOwn),
  );
  if (seen.some(isBuiltOn)) return false;
  if (seen.length > 0 && formed !== undefined) return true;
  // It was free to propose before anybody gave up, which only the certificate allows.
  const early = witnesses.some(({ record, next }) =>
    next?.proposals.some(
      ({ isOwn, proposedAtUs, validator }) =>
        !isOwn && validator === collector && proposedAtUs !== undefined && record !== undefined &&
        proposedAtUs < record.enteredAtUs + givenUpUs(record) && record.timeout !== undefined,
    ),
  );
  if (early) return true;
  const refused = witnesses.some(({ next }) =>
    next?.refusals.some(({ what, validator, reason }) => what === 'proposal' && validator === collector && reason === 'invalid_certificate'),
  );
  const shown = witnesses.some(({ next }) =>
    next?.wishes.some(({ validator, highQcView }) => validator === collector && (highQcView ?? -1) >= view),
  );
  if (refused || (shown && !isBasic)) return true;
  return anyOf([not(isCertificateSent(evidence)) === true && formed !== undefined ? true : undefined]);
}

interface Sides {
  readonly noQuorum: Known;
  readonly apart: readonly string[];
  isApart(validator: string | undefined): Known;
}

/** Groups of running validators that reach each other, as far as the attached nodes tell. */
function sidesOf(evidence: Evidence): Sides {
  const { committee, deliveries, witnesses } = evidence;
  const { groups, oneWay } = deliveries;
  const silenced = committee.those((id) => evidence.isSilenced(id));
  if (oneWay !== undefined) {
    // Whoever is cut off from a quorum in one direction is apart; to name are the fewer.
    const isQuorum = (ids: readonly string[]): boolean => committee.power - committee.powerOf(ids) < committee.quorum;
    const isApart = (id: string | undefined): Known =>
      id !== undefined && ((oneWay.from.includes(id) && isQuorum(oneWay.to)) || (oneWay.to.includes(id) && isQuorum(oneWay.from)));
    const isFewer = committee.powerOf(oneWay.from) <= committee.powerOf(oneWay.to);
    return { noQuorum: false, apart: isFewer ? oneWay.from : oneWay.to, isApart };
  }
  const main = groups.find((group) => committee.powerOf(group) >= committee.quorum);
  if (groups.length > 1) {
    const largest = committee.powerOf(groups[0] ?? []);
    const isEven = groups.filter((group) => committee.powerOf(group) === largest).length > 1;
    return {
      noQuorum: main === undefined ? isWhole(evidence) : false,
      apart: isEven ? [] : groups.slice(1).flat().sort(),
      isApart: (id) => id !== undefined && main !== undefined && groups.some((group) => group !== main && group.includes(id)),
    };
  }
  if (silenced.length === 0) return { noQuorum: false, apart: [], isApart: () => false };
  // Seen from one side only: those that fell silent are the other.
  const ownSide = committee.members.map(({ id }) => id).filter((id) => !silenced.includes(id));
  const own = committee.powerOf(ownSide);
  const other = committee.powerOf(silenced);
  const isOwnMain = own >= committee.quorum;
  const selves = witnesses.flatMap(({ standing }) => standing.self ?? []);
  return {
    noQuorum: isOwnMain ? false : other >= committee.quorum ? false : true,
    apart: own === other ? [] : own > other ? silenced : ownSide,
    isApart: (id) => {
      if (id === undefined) return undefined;
      if (isOwnMain) return silenced.includes(id);
      return selves.includes(id) && other >= committee.quorum;
    },
  };
}

/** Whether every validator that runs is attached, so that no group can be larger than it looks. */
function isWhole(evidence: Evidence): Known {
  const { members } = evidence.committee;
  if (members.length === 0) return undefined;
  return members.every(({ id }) => evidence.of(id) !== undefined || evidence.isDown(id) === true) ? true : undefined;
}
