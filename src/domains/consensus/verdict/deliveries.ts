/**
 * Which messages between attached nodes arrived in a view and the one after it: what one says it sent,
 * held against what the other says it has. From this follows whether links are cut, and which.
 *
 * A cut has a shape: every message from some to some others is missing, and nothing else is. What is
 * missing without a shape is loss. A message that never left its sender is neither.
 */
import type { ViewRecord } from './../record/view-record.js';
import type { Handed, NodeStanding } from './node-standing.js';

/** An attached node with what it holds of a view and the next. */
export interface Correspondent {
  readonly self: string;
  readonly standing: NodeStanding;
  /** Oldest first; undefined where it has none of a view. */
  readonly records: readonly (ViewRecord | undefined)[];
  /** Whether its process ran all the time and nothing held it up: whatever is missing was lost on the way. */
  readonly isRunning: boolean;
  /** Validators to which its connection fell silent. */
  readonly silent: readonly string[];
}

/** What became of the messages from one validator to another. */
interface Pair {
  readonly from: string;
  readonly to: string;
  readonly arrived: number;
  /** Missing after the last one that arrived. */
  readonly missedLast: number;
  readonly missed: number;
}

/** Links that carry nothing, and what else was lost. */
export interface Deliveries {
  /** Groups that do not reach each other, largest first; one group when all do. */
  readonly groups: readonly (readonly string[])[];
  /** Senders whose messages do not reach certain receivers, while the other way works. */
  readonly oneWay: { readonly from: readonly string[]; readonly to: readonly string[] } | undefined;
  readonly arrived: number;
  readonly missed: number;
  /** Between whom something is missing: sender and receiver. */
  readonly missing: readonly (readonly [from: string, to: string])[];
}

/** Looks at all pairs of running attached nodes. `tellsAll`: wishes go to everybody; `others`: receivers of a broadcast. */
export function deliveriesAmong(
  nodes: readonly Correspondent[],
  tellsAll: boolean,
  others: number,
  /** Wall time: what was sent later may be on its way still. */
  arrivedByUs: number,
): Deliveries {
  const running = nodes.filter(({ isRunning }) => isRunning);
  const pairs: Pair[] = [];
  for (const from of running)
    for (const to of running)
      if (from !== to) pairs.push(pairOf(from, to, { tellsAll, others, arrivedByUs }));
  const groups = groupsOf(running, pairs);
  const sum = (of: (pair: Pair) => number): number => pairs.reduce((total, pair) => total + of(pair), 0);
  return {
    groups,
    oneWay: groups.length > 1 ? undefined : oneWayOf(pairs),
    arrived: sum(({ arrived }) => arrived),
    missed: sum(({ missed }) => missed),
    missing: pairs.filter(({ missed }) => missed > 0).map(({ from, to }) => [from, to]),
  };
}

interface Expected {
  readonly tellsAll: boolean;
  readonly others: number;
  readonly arrivedByUs: number;
}

function pairOf(from: Correspondent, to: Correspondent, { tellsAll, others, arrivedByUs }: Expected): Pair {
  let arrived = 0;
  let missed = 0;
  let missedLast = 0;
  const count = (wasLeft: boolean, hasCome: boolean): void => {
    if (hasCome) {
      arrived++;
      missedLast = 0;
    } else if (wasLeft) {
      missed++;
      missedLast++;
    }
  };
  from.records.forEach((sent, i) => {
    const got = to.records[i];
    if (sent === undefined || got?.incomplete.includes('consensus')) return;
    const { view } = sent;
    const left = (message: Handed, atUs: number, of = view, receivers = 1): boolean =>
      sent.enteredAtUs + atUs <= arrivedByUs &&
      (from.standing.handedOver(message, of) ?? receivers) >= receivers;
    const own = sent.proposals.find(({ isOwn }) => isOwn);
    if (own !== undefined && to.standing.tells('proposals'))
      count(left('proposal', own.atUs, view, others), hasProposalOf(from.self, got));
    for (const { vote, to: collector, atUs } of sent.ownVotes)
      if (collector === to.self && vote !== 'vote3' && to.standing.tells('votes'))
        count(left(vote, atUs), hasVoteOf(from.self, vote, got));
    if (tellsAll && sent.wishSentUs !== undefined && to.standing.tells('votes'))
      count(
        left('wish', sent.wishSentUs, view + 1),
        got?.wishes.some(({ validator }) => validator === from.self) ?? false,
      );
  });
  return { from: from.self, to: to.self, arrived, missed, missedLast };
}

function hasProposalOf(leader: string, record: ViewRecord | undefined): boolean {
  if (record === undefined) return false;
  return (
    record.proposals.some(({ validator }) => validator === leader) ||
    record.refusals.some(({ what, validator }) => what === 'proposal' && validator === leader)
  );
}

function hasVoteOf(voter: string, phase: string, record: ViewRecord | undefined): boolean {
  if (record === undefined) return false;
  return (
    record.votes.some(({ vote, validator }) => vote === phase && validator === voter) ||
    record.refusals.some(({ what, validator }) => what === 'vote' && validator === voter)
  );
}

/** Two are in one group when anything of either reached the other last, or neither had anything to say. */
function groupsOf(running: readonly Correspondent[], pairs: readonly Pair[]): string[][] {
  const groupOf = new Map(running.map(({ self }) => [self, [self]]));
  const silent = new Set(
    running.flatMap(({ self, silent: peers }) => peers.map((peer) => `${self} ${peer}`)),
  );
  const links = new Map(pairs.map((pair) => [`${pair.from} ${pair.to}`, pair]));
  for (const { from, to } of pairs) {
    const isApart =
      silent.has(`${from} ${to}`) ||
      silent.has(`${to} ${from}`) ||
      isCut(links.get(`${from} ${to}`), links.get(`${to} ${from}`));
    const a = groupOf.get(from)!;
    const b = groupOf.get(to)!;
    if (isApart || a === b) continue;
    a.push(...b);
    for (const self of b) groupOf.set(self, a);
  }
  return [...new Set(groupOf.values())].sort((a, b) => b.length - a.length);
}

/** Nothing came one way, and nothing came, or nothing was to come, the other way. */
function isCut(there: Pair | undefined, back: Pair | undefined): boolean {
  if (there === undefined || back === undefined) return false;
  const isSilent = ({ missedLast, arrived }: Pair): boolean => missedLast > 0 || arrived === 0;
  return isSilent(there) && isSilent(back) && there.missedLast + back.missedLast > 0;
}

/** All from some to some others is missing, at least two such links, and nothing else is missing. */
function oneWayOf(pairs: readonly Pair[]): Deliveries['oneWay'] {
  const cut = pairs.filter(({ missedLast }) => missedLast > 0);
  if (cut.length < 2 || pairs.some((pair) => pair.missed > pair.missedLast)) return undefined;
  const from = [...new Set(cut.map((pair) => pair.from))].sort();
  const to = [...new Set(cut.map((pair) => pair.to))].sort();
  if (from.some((self) => to.includes(self)) || cut.length !== from.length * to.length) return undefined;
  const isHeard = pairs.some(
    (pair) => to.includes(pair.from) && from.includes(pair.to) && pair.arrived > 0 && pair.missedLast === 0,
  );
  return isHeard ? { from, to } : undefined;
}
