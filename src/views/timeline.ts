/**
 * What happened at one node in one view, as lines in order of time: the record told in words. Many votes become one
 * line, late ones a line each. Pure.
 */
import type { ViewRecord, VoteArrival } from '../domains/consensus/record/view-record.js';

/** One thing that happened. */
export interface Happening {
  /** Microseconds from the node's entry. */
  readonly at_us: number;
  readonly kind:
    | 'entered'
    | 'proposal'
    | 'vote_sent'
    | 'votes'
    | 'late_vote'
    | 'refused'
    | 'certificate'
    | 'timeout'
    | 'wish'
    | 'timeout_certificate'
    | 'committed'
    | 'left';
  readonly text: string;
}

type Label = (id: string) => string;

/** Votes told one by one. */
const FEW = 8;
const MOST_LATE = 12;

/** The timeline of a record. */
export function timelineOf(record: ViewRecord, label: Label): Happening[] {
  const lines: Happening[] = [
    ...entry(record, label),
    ...record.proposals.map((one) => ({
      at_us: one.atUs,
      kind: 'proposal' as const,
      text: proposal(one, label),
    })),
    ...record.ownVotes.map(({ atUs, vote, to }) => ({
      at_us: atUs,
      kind: 'vote_sent' as const,
      text: `${phase(vote)} sent${to === undefined ? '' : ` to ${label(to)}`}`,
    })),
    ...arrivals(record, label),
    ...record.refusals.map(({ atUs, what, validator, reason }) => ({
      at_us: atUs,
      kind: 'refused' as const,
      text: `refused a ${what}${validator === undefined ? '' : ` of ${label(validator)}`}: ${spaced(reason)}`,
    })),
    ...certificates(record, label),
    ...endings(record, label),
  ];
  // The sort is stable: what happens in the same microsecond stays in the order of the protocol.
  return lines.sort((a, b) => a.at_us - b.at_us);
}

/** A duration in milliseconds, as people read it. */
export function milliseconds(us: number): string {
  return `${(us / 1000).toFixed(1)} ms`;
}

/** `view_timed_out` -> `view timed out`. */
export function spaced(name: string): string {
  return name.replaceAll('_', ' ');
}

function entry(record: ViewRecord, label: Label): Happening[] {
  const { isEntered, trigger, jumped, timerUs, leader, self } = record;
  if (!isEntered) return [];
  const parts = [
    `entered${trigger === undefined ? '' : ` ${enteredBy[trigger]}`}`,
    ...(jumped > 0 ? [`${jumped} views passed over`] : []),
    ...(timerUs === undefined ? [] : [`timer ${milliseconds(timerUs)}`]),
    ...(leader !== undefined && leader === self
      ? ['leads it']
      : leader === undefined
        ? []
        : [`${label(leader)} leads`]),
  ];
  return [{ at_us: 0, kind: 'entered', text: parts.join(', ') }];
}

const enteredBy: Readonly<Record<NonNullable<ViewRecord['trigger']>, string>> = {
  start: 'at its start',
  qc: 'by a certificate',
  dc: 'by a double certificate',
  tc: 'by a timeout certificate',
  timer: 'by its own timer',
  sync: 'by catching up',
};

function proposal(one: ViewRecord['proposals'][number], label: Label): string {
  const { isOwn, validator, block, height, workUs, transactions } = one;
  const facts = [
    `height ${height}`,
    `block ${block.slice(0, 12)}`,
    ...(transactions === undefined ? [] : [`${transactions} transactions`]),
    ...(workUs === undefined ? [] : [`${isOwn ? 'built' : 'handled'} in ${milliseconds(workUs)}`]),
  ];
  const by = isOwn
    ? 'proposed'
    : `proposal${validator === undefined ? '' : ` of ${label(validator)}`} arrived`;
  return `${by} (${facts.join(', ')})`;
}

function arrivals({ votes }: ViewRecord, label: Label): Happening[] {
  const lines: Happening[] = [];
  const groups = new Map<string, VoteArrival[]>();
  for (const one of votes) {
    if (one.lateUs !== undefined) continue;
    const key = `${one.vote} ${one.block}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  for (const group of groups.values()) {
    const first = group[0]!;
    const last = group[group.length - 1]!;
    const who =
      group.length <= FEW
        ? group.map(({ validator, atUs }) => `${label(validator)} +${milliseconds(atUs)}`).join(', ')
        : `${group.length} validators, the last ${label(last.validator)} +${milliseconds(last.atUs)}`;
    lines.push({ at_us: first.atUs, kind: 'votes', text: `${phase(first.vote)}s arrived: ${who}` });
  }
  const late = votes.filter(({ lateUs }) => lateUs !== undefined);
  for (const { atUs, validator, vote, lateUs } of late.slice(0, MOST_LATE)) {
    const text = `late ${phase(vote)} of ${label(validator)}, ${milliseconds(lateUs ?? 0)} after the certificate`;
    lines.push({ at_us: atUs, kind: 'late_vote', text });
  }
  return lines;
}

function certificates({ certificates }: ViewRecord, label: Label): Happening[] {
  return certificates.map(({ atUs, vote, isFormedHere, closedBy, signers }) => {
    const name = phases[vote].replace('vote', 'certificate');
    const facts = [
      ...(signers === undefined ? [] : [`${signers.length} signers`]),
      ...(closedBy === undefined ? [] : [`closed by ${label(closedBy)}`]),
    ];
    const shown = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
    return {
      at_us: atUs,
      kind: 'certificate',
      text: `${name} ${isFormedHere ? 'formed' : 'arrived'}${shown}`,
    };
  });
}

function endings(record: ViewRecord, label: Label): Happening[] {
  const { timeout, wishes, wishSentUs, timeoutCertificate, committedUs, leftUs, leftBy } = record;
  const lines: Happening[] = [];
  const add = (at_us: number | undefined, kind: Happening['kind'], text: string): void => {
    if (at_us !== undefined) lines.push({ at_us, kind, text });
  };
  const again =
    timeout?.consecutive === undefined || timeout.consecutive < 2 ? '' : `, ${timeout.consecutive} in a row`;
  add(timeout?.atUs, 'timeout', `TIMER EXPIRED${again}`);
  add(wishSentUs, 'wish', 'asked to leave the view');
  const who =
    wishes.length <= FEW ? wishes.map(({ validator }) => label(validator)).join(', ') : wishes.length;
  add(wishes[0]?.atUs, 'wish', `wishes to leave arrived: ${who}`);
  const formed = timeoutCertificate?.isFormedHere === true ? 'formed' : 'arrived';
  add(timeoutCertificate?.atUs, 'timeout_certificate', `timeout certificate ${formed}`);
  add(committedUs, 'committed', `block committed${record.isCommittedBySync ? ' while catching up' : ''}`);
  const by = leftBy === undefined ? 'left' : `left ${enteredBy[leftBy]}`;
  add(leftUs, 'left', by);
  return lines;
}

const phases = { vote1: 'vote', vote2: 'second vote', vote3: 'third vote' } as const;

function phase(vote: VoteArrival['vote']): string {
  return phases[vote];
}
