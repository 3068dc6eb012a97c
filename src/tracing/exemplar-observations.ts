/**
 * What a view record says that histograms and counters have counted: which observation of which metric, and when. The same
 * spans of time as the observers take, read from the record, so that an exemplar's value is an observation's.
 *
 * Pure. What an observer may have left out is left out here too, or refused by the book, since its bucket is empty.
 */
import { certificateMetrics } from '../domains/consensus/certificate-metrics.js';
import { proposalMetrics } from '../domains/consensus/proposal-metrics.js';
import { phaseMetrics } from '../domains/consensus/record/phase-metrics.js';
import { certificateOf, closingOf } from '../domains/consensus/record/phases.js';
import type { ProposalSeen, ViewRecord } from '../domains/consensus/record/view-record.js';
import { viewMetrics } from '../domains/consensus/view-metrics.js';
import { blockMetrics } from '../domains/execution/catalogue.js';
import type { MetricDefinition } from '../metrics/definition.js';
import type { Observation } from '../metrics/exemplars.js';
import type { BlockWork } from './block-work.js';

/** An observation, and when it was made, microseconds since the Unix epoch. */
export interface TimedObservation extends Observation {
  readonly atUs: number;
}

/** All that a record, and what was done with its block, let tell. */
export function observationsOf(record: ViewRecord, work: BlockWork | undefined): TimedObservation[] {
  if (record.incomplete.includes('consensus')) return [];
  const told: TimedObservation[] = [];
  const add = (
    definition: MetricDefinition,
    value: number | undefined,
    us: number,
    ...own: string[]
  ): void => {
    if (value === undefined || !(value >= 0)) return;
    const labelValues = [record.chain, record.node, ...own];
    told.push({ definition, labelValues, value, atUs: record.enteredAtUs + us });
  };
  addView(record, add);
  addBlock(record, add);
  addCertificates(record, add);
  const { executed } = work ?? {};
  if (executed !== undefined) {
    const doneUs = executed.endUs - record.enteredAtUs;
    add(blockMetrics.blockDuration, (executed.endUs - executed.startUs) / 1e6, doneUs);
  }
  return told;
}

/** @param us when it was observed, from the entry */
type Add = (definition: MetricDefinition, value: number | undefined, us: number, ...own: string[]) => void;

function addView({ leftUs, leftBy, timerUs, timeout, leaderWait }: ViewRecord, add: Add): void {
  if (leaderWait !== undefined)
    add(viewMetrics.leaderWait, leaderWait.waitUs / 1e6, leaderWait.waitUs, leaderWait.path);
  if (timeout !== undefined) add(viewMetrics.viewTimeouts, 1, timeout.atUs);
  if (leftUs === undefined || leftBy === undefined || leftBy === 'sync' || leftBy === 'start') return;
  const isDecided = leftBy === 'qc' || leftBy === 'dc';
  add(viewMetrics.viewDuration, leftUs / 1e6, leftUs, isDecided ? 'decided' : 'failed');
  if (timeout !== undefined) add(viewMetrics.viewChangeDuration, (leftUs - timeout.atUs) / 1e6, leftUs);
  if (isDecided && timerUs !== undefined && timerUs > 0) add(phaseMetrics.timerUse, leftUs / timerUs, leftUs);
}

function addBlock(record: ViewRecord, add: Add): void {
  const { proposals, ownVotes, certificates, committedUs, isCommittedBySync, enteredAtUs } = record;
  // With two proposals it is not certain whose times the observers took.
  const [proposal, second] = proposals;
  if (proposal === undefined || second !== undefined) return;
  const { atUs, block, isOwn, proposedAtUs } = proposal;
  addProposal(proposal, add);
  const vote = ownVotes.find((one) => one.vote === 'vote1' && one.block === block);
  if (vote !== undefined) add(proposalMetrics.stageDuration, (vote.atUs - atUs) / 1e6, vote.atUs, 'vote');
  const certificate = certificates.find((one) => one.vote === 'vote1' && one.block === block);
  if (certificate !== undefined)
    add(proposalMetrics.stageDuration, (certificate.atUs - atUs) / 1e6, certificate.atUs, 'certify');
  if (!isOwn) add(proposalMetrics.stageDuration, atUs / 1e6, atUs, 'propose');
  else add(proposalMetrics.blockProposal, atUs / 1e6, atUs);
  if (committedUs === undefined || isCommittedBySync) return;
  add(proposalMetrics.blockCommit, (committedUs - atUs) / 1e6, committedUs);
  if (certificate !== undefined)
    add(proposalMetrics.stageDuration, (committedUs - certificate.atUs) / 1e6, committedUs, 'commit');
  if (proposedAtUs !== undefined && proposedAtUs > 0)
    add(proposalMetrics.blockFinalization, (enteredAtUs + committedUs - proposedAtUs) / 1e6, committedUs);
}

function addProposal({ workUs, isOwn, atUs }: ProposalSeen, add: Add): void {
  if (workUs === undefined) return;
  add(isOwn ? proposalMetrics.blockBuild : proposalMetrics.proposalProcessing, workUs / 1e6, atUs);
}

function addCertificates(record: ViewRecord, add: Add): void {
  const first = certificateOf(record, 'vote1');
  const second = certificateOf(record, 'vote2');
  if (first !== undefined && second !== undefined)
    add(phaseMetrics.secondPhase, (second.atUs - first.atUs) / 1e6, second.atUs);
  for (const [certificate, kind] of [
    [first, 'qc'],
    [second, 'dc'],
  ] as const) {
    if (certificate?.isFormedHere !== true) continue;
    const { collectUs, atUs } = certificate;
    if (collectUs !== undefined) add(certificateMetrics.collect, collectUs / 1e6, atUs, kind);
    const afterUs = closingOf(record, certificate)?.afterUs;
    if (afterUs !== undefined) add(phaseMetrics.closingGap, afterUs / 1e6, atUs);
  }
}
