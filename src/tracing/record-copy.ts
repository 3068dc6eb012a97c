/**
 * A copy of a view record for as long as its trace waits: records are written on and used again for other views. One
 * level deep where the objects inside are reused too; votes and wishes are made once each, so that their
 * lists alone are copied.
 */
import type { ViewRecord } from '../domains/consensus/record/view-record.js';

/** The record as it stands now. */
export function copyRecord(record: ViewRecord): ViewRecord {
  const { timeout, timeoutCertificate, leaderWait, strain } = record;
  return {
    chain: record.chain,
    node: record.node,
    self: record.self,
    run: record.run,
    view: record.view,
    epoch: record.epoch,
    leader: record.leader,
    collector: record.collector,
    isEntered: record.isEntered,
    enteredAtUs: record.enteredAtUs,
    trigger: record.trigger,
    jumped: record.jumped,
    timerUs: record.timerUs,
    leaderWait: leaderWait && { ...leaderWait },
    proposals: record.proposals.map((one) => ({ ...one })),
    ownVotes: record.ownVotes.map((one) => ({ ...one })),
    votes: record.votes.slice(),
    refusals: record.refusals.slice(),
    certificates: record.certificates.map((one) => ({ ...one })),
    wishes: record.wishes.slice(),
    wishSentUs: record.wishSentUs,
    timeoutCertificate: timeoutCertificate && { ...timeoutCertificate },
    committedUs: record.committedUs,
    isCommittedBySync: record.isCommittedBySync,
    timeout: timeout && { ...timeout },
    leftUs: record.leftUs,
    leftBy: record.leftBy,
    strain: { ...strain },
    unreachable: record.unreachable.slice(),
    incomplete: record.incomplete.slice(),
  };
}
