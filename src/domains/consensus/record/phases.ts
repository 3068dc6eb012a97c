/**
 * The phases of a view, read from its record: when each was reached, who closed the quorum and how
 * closely, and the whole way in one line. Pure: a record in, numbers or text out; what the record does not
 * say is undefined and left out of the line.
 *
 *   entered -> proposal -> own vote -> QC -> own second vote -> DC -> commit
 */
import type { CertificateSeen, ViewRecord, VoteArrival, VoteType } from './view-record.js';

/** How a quorum was closed, where the node collected it. */
export interface QuorumClosing {
  readonly validator: string;
  /** From the vote before it: how long the others waited for this one. Undefined for a quorum of one. */
  readonly afterUs: number | undefined;
  /** To the next vote for the same block: how much later the quorum had closed without it. */
  readonly beforeUs: number | undefined;
}

/** When each phase was reached: microseconds from the entry. */
export interface ViewPhases {
  readonly proposalUs: number | undefined;
  readonly voteUs: number | undefined;
  /** First certificate; where the node only says that it left by one, when it left. */
  readonly certifiedUs: number | undefined;
  readonly secondVoteUs: number | undefined;
  readonly secondCertifiedUs: number | undefined;
  readonly committedUs: number | undefined;
  readonly closing: QuorumClosing | undefined;
  readonly secondClosing: QuorumClosing | undefined;
  /** What was left of the timer at the first certificate; negative when it came after the timer. */
  readonly timerSlackUs: number | undefined;
}

/** The phases of a view. */
export function phasesOf(record: ViewRecord): ViewPhases {
  const first = certificateOf(record, 'vote1');
  const second = certificateOf(record, 'vote2');
  const certifiedUs = first?.atUs ?? leftBy(record, 'qc');
  return {
    proposalUs: record.proposals[0]?.atUs,
    voteUs: ownVoteUs(record, 'vote1'),
    certifiedUs,
    secondVoteUs: ownVoteUs(record, 'vote2'),
    secondCertifiedUs: second?.atUs ?? leftBy(record, 'dc'),
    committedUs: record.committedUs,
    closing: first && closingOf(record, first),
    secondClosing: second && closingOf(record, second),
    timerSlackUs:
      certifiedUs === undefined || record.timerUs === undefined ? undefined : record.timerUs - certifiedUs,
  };
}

/** The way of a view in one line; `label` names a validator. */
export function criticalPath(record: ViewRecord, label: (id: string) => string = (id) => id): string {
  const phases = phasesOf(record);
  const by = record.trigger === undefined || record.trigger === 'start' ? '' : ` by ${record.trigger}`;
  const parts = [
    record.isEntered ? `entered 0 ms${by}` : 'not entered',
    proposalPart(record, label),
    phases.voteUs === undefined ? '' : `vote ${plus(phases.voteUs)}${persisted(record)}`,
    certificatePart('QC', phases.certifiedUs, phases.closing, phases.timerSlackUs, label),
    phases.secondVoteUs === undefined ? '' : `second vote ${plus(phases.secondVoteUs)}`,
    certificatePart('DC', phases.secondCertifiedUs, phases.secondClosing, undefined, label),
    record.timeout === undefined ? '' : `timer expired ${plus(record.timeout.atUs)}`,
    record.timeoutCertificate === undefined ? '' : `TC ${plus(record.timeoutCertificate.atUs)}`,
    phases.committedUs === undefined ? '' : `commit ${plus(phases.committedUs)}`,
    record.incomplete.length === 0 ? '' : `events lost: ${record.incomplete.join(', ')}`,
  ];
  return `view ${record.view}: ${parts.filter((part) => part !== '').join(', ')}`;
}

/** How the quorum of `certificate` was closed; undefined where it was formed elsewhere. */
export function closingOf(record: ViewRecord, certificate: CertificateSeen): QuorumClosing | undefined {
  const { closedBy, vote, block } = certificate;
  if (closedBy === undefined) return undefined;
  let closing: VoteArrival | undefined;
  for (const one of record.votes)
    if (one.validator === closedBy && one.vote === vote && one.block === block) closing = one;
  if (closing === undefined) return undefined;
  let before: number | undefined;
  let after: number | undefined;
  for (const one of record.votes) {
    if (one === closing || one.vote !== vote || one.block !== block) continue;
    if (one.lateUs === undefined && one.atUs <= closing.atUs)
      before = Math.max(before ?? -Infinity, one.atUs);
    else after = Math.min(after ?? Infinity, one.atUs);
  }
  return {
    validator: closedBy,
    afterUs: before === undefined ? undefined : closing.atUs - before,
    beforeUs: after === undefined ? undefined : after - closing.atUs,
  };
}

/** The first certificate of a phase. */
export function certificateOf(record: ViewRecord, phase: VoteType): CertificateSeen | undefined {
  const { certificates } = record;
  for (let i = 0; i < certificates.length; i++) if (certificates[i]!.vote === phase) return certificates[i];
  return undefined;
}

function ownVoteUs({ ownVotes }: ViewRecord, phase: VoteType): number | undefined {
  for (let i = 0; i < ownVotes.length; i++) if (ownVotes[i]!.vote === phase) return ownVotes[i]!.atUs;
  return undefined;
}

/** Where a node states no certificates, leaving by one tells when it had it. */
function leftBy(record: ViewRecord, trigger: 'qc' | 'dc'): number | undefined {
  return record.leftBy === trigger ? record.leftUs : undefined;
}

function proposalPart({ proposals, leader, leaderWait }: ViewRecord, label: (id: string) => string): string {
  const [proposal] = proposals;
  const by = proposal?.validator ?? leader;
  const named = by === undefined ? '' : `leader ${label(by)}`;
  if (proposal === undefined) return named === '' ? 'no proposal' : `no proposal (${named})`;
  const work = `${proposal.isOwn ? 'build' : 'handled in'} ${milliseconds(proposal.workUs ?? 0)}`;
  const waited = leaderWait?.path === 'waited' ? `waited ${milliseconds(leaderWait.waitUs)}` : '';
  const facts = [named, waited, proposal.workUs === undefined ? '' : work].filter((fact) => fact !== '');
  return `proposal ${plus(proposal.atUs)}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}

function persisted({ strain }: ViewRecord): string {
  return strain.storageUs === undefined ? '' : ` (persist ${milliseconds(strain.storageUs)})`;
}

function certificatePart(
  name: string,
  atUs: number | undefined,
  closing: QuorumClosing | undefined,
  slackUs: number | undefined,
  label: (id: string) => string,
): string {
  if (atUs === undefined) return '';
  const closed = closing === undefined ? '' : ` closed by ${label(closing.validator)}`;
  const facts = [
    closing?.afterUs === undefined ? '' : `${milliseconds(closing.afterUs)} ms after the vote before`,
    slackUs === undefined ? '' : `slack ${milliseconds(slackUs)} ms`,
  ].filter((fact) => fact !== '');
  return `${name} ${plus(atUs)}${closed}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}

function plus(us: number): string {
  return us < 0 ? milliseconds(us) : `+${milliseconds(us)}`;
}

function milliseconds(us: number): string {
  return (us / 1000).toFixed(1);
}
