/**
 * Where the vote of one validator stopped on its way into the certificate: at the proposal it did not get, at
 * itself, on a link, or at its collector. Weighed by voting power: the reason that kept so many votes back that they
 * would have made the quorum decides the view.
 */
import type { VoteType } from '../record/view-record.js';
import type { Evidence, Witness } from './evidence.js';

/** Where a vote stopped; `counted` did not stop. */
export type Snag =
  | 'counted'
  /** The proposal was refused as invalid. */
  | 'refused'
  | 'cut'
  /** The leader kept its proposal. */
  | 'withheld'
  /** The proposal came late, because of its leader. */
  | 'late'
  /** The collector was down or held up. */
  | 'collector'
  /** The voter was down or kept its vote. */
  | 'missing'
  | 'voter_late'
  | 'lost'
  /** Late, and nobody was held up. */
  | 'slack';

/** In the order of precedence of the causes that they stand for. */
const ranked: readonly Snag[] = [
  'refused',
  'cut',
  'withheld',
  'late',
  'missing',
  'voter_late',
  'lost',
  'slack',
];

/** Where the vote of a validator stopped; undefined where that is not known. */
export function snagOf(evidence: Evidence, validator: string): Snag | undefined {
  const { collector, phase, view } = evidence;
  if (evidence.arrivals?.has(validator) === true || hasSigned(evidence, validator)) return 'counted';
  const witness = evidence.of(validator);
  const vote = witness?.record?.ownVotes.find((one) => one.vote === phase);
  if (vote === undefined) return unvoted(evidence, validator, witness);
  if (collector === undefined) return undefined;
  if (witness?.standing.handedOver(handedAs(phase), view) === 0 && validator !== collector) return 'missing';
  if (evidence.isDown(collector) === true) return 'collector';
  if (evidence.isCut(validator, collector) === true) return 'cut';
  if (evidence.isHeldUp(collector) === true) return 'collector';
  if (evidence.arrivals === undefined) return undefined;
  return evidence.of(collector)?.standing.isAttached === true ? 'lost' : undefined;
}

/** The reason whose votes were enough; the first there is where none alone was; undefined while unknown. */
export function decisiveSnag(
  { committee }: Evidence,
  snags: ReadonlyMap<string, Snag | undefined>,
): Snag | undefined {
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
    if (of(snag) > 0 && voted + of(snag) >= committee.quorum) return snag;
    if (unknown > 0 && voted + of(snag) + unknown >= committee.quorum) return undefined;
  }
  return unknown > 0 ? undefined : ranked.find((snag) => of(snag) > 0);
}

function unvoted(evidence: Evidence, validator: string, witness: Witness | undefined): Snag | undefined {
  const { leader } = evidence;
  if (evidence.isDown(validator) === true) return 'missing';
  const record = witness?.record;
  if (witness === undefined)
    return evidence.arrivals !== undefined && evidence.isSilenced(validator) === true ? 'cut' : undefined;
  if (evidence.isGap(record) || leader === undefined) return undefined;
  if (evidence.refusers.includes(validator)) return 'refused';
  const had = evidence.phase === 'vote1' ? evidence.hadProposal(validator) : hadPrepare(evidence, validator);
  if (had === 'in_time') {
    if (record?.trigger === 'start') return 'missing';
    return evidence.isStrained(validator) === true ? 'voter_late' : undefined;
  }
  if (had === undefined && record !== undefined) return undefined;
  if (evidence.proposalLeft === false || isKeptFromSome(evidence)) return 'withheld';
  if (evidence.isCut(leader, validator) === true) return 'cut';
  if (evidence.isHeldUp(leader) === true) return 'late';
  if (had === 'late') return evidence.isLeaderHeldUp === true ? 'late' : 'slack';
  if (record?.trigger === 'start') return 'missing';
  return evidence.proposalLeft === true ? 'lost' : undefined;
}

function hadPrepare(evidence: Evidence, validator: string): 'in_time' | 'late' | 'never' | undefined {
  const record = evidence.of(validator)?.record;
  if (record === undefined) return undefined;
  const certificate = record.certificates.find(({ vote }) => vote === 'vote1');
  if (certificate === undefined) return evidence.isGap(record) ? undefined : 'never';
  return certificate.atUs <= (record.timeout?.atUs ?? Number.POSITIVE_INFINITY) ? 'in_time' : 'late';
}

/** Whether the leader says that it gave its proposal to its transport for some receivers only. */
function isKeptFromSome(evidence: Evidence): boolean {
  const { leader, view, committee } = evidence;
  const handed = evidence.of(leader)?.standing.handedOver('proposal', view);
  return handed !== undefined && handed > 0 && handed < committee.members.length - 1;
}

function hasSigned(evidence: Evidence, validator: string): boolean {
  return evidence
    .records()
    .some(({ certificates }) =>
      certificates.some(
        ({ vote, signers }) => vote === evidence.phase && signers?.includes(validator) === true,
      ),
    );
}

function handedAs(phase: VoteType): 'vote1' | 'vote2' {
  return phase === 'vote2' ? 'vote2' : 'vote1';
}
