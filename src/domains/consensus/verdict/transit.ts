/**
 * Messages that came late on the way, as over connections that send again what is lost. What a message needed is held
 * against what proposals between the same two usually need, so that wrong clocks do not matter; and what one validator
 * alone explains, slow to send or slow to take up, is not the way's doing. Pure.
 */
import type { ViewRecord } from '../record/view-record.js';
import type { Evidence, Witness } from './evidence.js';
import type { Known } from './known.js';

/** What is sent again comes so much later at least: Linux's least retransmission timeout, and a little less. */
const RETRANSMITTED_US = 180_000;
/** A message is late when it needed this share of the timer more than usual. */
const LATE_SHARE = 0.25;
/** And so many times as much more as is usual between the two. */
const LATE_TIMES = 10;

interface Leg {
  readonly from: string;
  readonly to: string;
  readonly isLate: boolean;
}

/** Whether messages of the view came late on the way, to or from nobody in particular; unknown where no time is known. */
export function isDelayed(evidence: Evidence): Known {
  const legs = legsOf(evidence).filter(({ to }) => evidence.isStrained(to) !== true);
  if (legs.length === 0) return undefined;
  const late = legs.filter(({ isLate }) => isLate);
  if (late.length === 0) return false;
  const ends = [...new Set(late.flatMap(({ from, to }) => [from, to]))];
  return !ends.some((one) => {
    const isSlow = (end: 'from' | 'to'): boolean =>
      late.every((leg) => leg[end] === one) && legs.every((leg) => leg[end] !== one || leg.isLate);
    return isSlow('from') || isSlow('to');
  });
}

/** The proposals of the view and the next to each attached node, and each attached voter's vote to an attached collector. */
function legsOf(evidence: Evidence): Leg[] {
  const { leader, collector, phase } = evidence;
  const legs: Leg[] = [];
  const note = (from: string, to: Witness, sentUs: number | undefined, cameUs: number | undefined): void => {
    const { self } = to.standing;
    const usual = to.standing.usualTransitUs(from);
    if (self === undefined || self === from || usual === undefined) return;
    if (sentUs === undefined || cameUs === undefined) return;
    const moreUs = cameUs - sentUs - usual.leastUs;
    legs.push({
      from,
      to: self,
      isLate:
        moreUs >= Math.max(RETRANSMITTED_US, LATE_SHARE * evidence.timerUs, LATE_TIMES * usual.spreadUs),
    });
  };
  const proposed = (by: string | undefined, of: (witness: Witness) => ViewRecord | undefined): void => {
    if (by === undefined) return;
    const sentUs = proposedUs(evidence, by, of);
    for (const witness of evidence.witnesses) note(by, witness, sentUs, proposalCameUs(of(witness), by));
  };
  proposed(leader, ({ record }) => record);
  // What carries the certificate on.
  proposed(evidence.nextLeader, ({ next }) => next);
  const counting = evidence.of(collector);
  const counted = counting?.record;
  if (counting === undefined || counted === undefined) return legs;
  for (const { vote, validator, atUs } of counted.votes) {
    const record = evidence.of(validator)?.record;
    const own = record?.ownVotes.find((one) => one.vote === phase);
    if (vote === phase && record !== undefined && own !== undefined)
      note(validator, counting, record.enteredAtUs + own.atUs, counted.enteredAtUs + atUs);
  }
  return legs;
}

function proposedUs(
  evidence: Evidence,
  leader: string,
  of: (witness: Witness) => ViewRecord | undefined,
): number | undefined {
  const witness = evidence.of(leader);
  const own = witness && of(witness);
  const sent = own?.proposals.find(({ isOwn }) => isOwn);
  if (own !== undefined && sent !== undefined) return own.enteredAtUs + sent.atUs;
  for (const one of evidence.witnesses)
    for (const { proposedAtUs } of of(one)?.proposals ?? [])
      if (proposedAtUs !== undefined) return proposedAtUs;
  return undefined;
}

/** When the proposal came, also where it was too late to be taken. */
function proposalCameUs(record: ViewRecord | undefined, leader: string): number | undefined {
  const atUs = record && arrivalUs(record, leader);
  return record === undefined || atUs === undefined ? undefined : record.enteredAtUs + atUs;
}

function arrivalUs(record: ViewRecord, leader: string): number | undefined {
  const { proposals, refusals, trigger } = record;
  const accepted = proposals.find(({ isOwn }) => !isOwn)?.atUs;
  // Taken up on entering: it may have come long before, unless it was what let the node enter.
  if (accepted !== undefined && accepted <= 0 && trigger !== 'qc' && trigger !== 'dc') return undefined;
  return (
    accepted ??
    refusals.find(({ what, validator }) => what === 'proposal' && (validator ?? leader) === leader)?.atUs
  );
}
