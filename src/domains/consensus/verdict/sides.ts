/**
 * Which validators reach each other in a view: groups of attached nodes by what arrived between them, or, seen from
 * one side only, those whose connections fell silent.
 */
import type { Evidence } from './evidence.js';
import type { Known } from './known.js';

/** Who is on which side of cut links. */
export interface Sides {
  readonly noQuorum: Known;
  readonly apart: readonly string[];
  isApart(validator: string | undefined): Known;
}

/** Groups of running validators that reach each other, as far as the attached nodes tell. */
export function sidesOf(evidence: Evidence): Sides {
  const { committee, deliveries, witnesses } = evidence;
  const { groups, oneWay } = deliveries;
  const silenced = committee.those((id) => evidence.isSilenced(id));
  if (oneWay !== undefined) {
    // Whoever is cut off from a quorum in one direction is apart; to name are the fewer.
    const isQuorum = (ids: readonly string[]): boolean =>
      committee.power - committee.powerOf(ids) < committee.quorum;
    const isApart = (id: string | undefined): Known =>
      id !== undefined &&
      ((oneWay.from.includes(id) && isQuorum(oneWay.to)) ||
        (oneWay.to.includes(id) && isQuorum(oneWay.from)));
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
      isApart: (id) =>
        id !== undefined &&
        main !== undefined &&
        groups.some((group) => group !== main && group.includes(id)),
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
  return members.every(({ id }) => evidence.of(id) !== undefined || evidence.isDown(id) === true)
    ? true
    : undefined;
}
