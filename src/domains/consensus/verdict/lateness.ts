/**
 * Where the time went in a view that had its votes, too late: into the proposal, the votes, or passing the
 * certificate on; and whether who took longest was held up. Known only where the collector is attached.
 */
import type { Evidence } from './evidence.js';

/** The stretch that took longest and whose actor was held up. */
export interface Lateness {
  readonly longest: 'leader' | 'votes' | 'collector' | undefined;
  /** Voters that were needed and came late. */
  readonly voters: readonly string[];
}

const NOTHING: Lateness = { longest: undefined, voters: [] };

/** Measures the three stretches on the collector's clock. */
export function latenessOf(evidence: Evidence): Lateness {
  const { collector, leader, phase, timerUs } = evidence;
  const record = evidence.of(collector)?.record;
  const arrivals = evidence.arrivals;
  if (record === undefined || arrivals === undefined || !record.isEntered) return NOTHING;
  const certificate = record.certificates.find(({ vote, isFormedHere }) => vote === phase && isFormedHere);
  if (certificate === undefined) return NOTHING;
  const proposedUs = record.proposals[0]?.atUs ?? 0;
  const held = evidence.committee.those(
    (id) => id !== leader && id !== collector && arrivals.has(id) && evidence.isStrained(id),
  );
  const far = [...arrivals]
    .filter(
      ([id, atUs]) =>
        id !== leader && id !== collector && atUs - proposedUs > timerUs / 2 && atUs <= certificate.atUs,
    )
    .filter(([id]) => evidence.isFar(id) === true)
    .map(([id]) => id);
  const voters = held.length > 0 ? held : far;
  const endUs = Math.max(certificate.atUs, record.timeout?.atUs ?? timerUs);
  const stretches = [
    { name: 'leader', us: proposedUs, isHeld: evidence.isLeaderHeldUp === true && proposedUs > timerUs / 4 },
    { name: 'votes', us: certificate.atUs - proposedUs, isHeld: voters.length > 0 },
    { name: 'collector', us: endUs - certificate.atUs, isHeld: evidence.isHeldUp(collector) === true },
  ] as const;
  const [longest] = stretches.filter(({ isHeld }) => isHeld).sort((a, b) => b.us - a.us);
  return { longest: longest?.name, voters: voters.sort() };
}
