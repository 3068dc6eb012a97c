/**
 * How many views a protocol may take to its next commit, and with how many faulty validators that is
 * promised (research 1.7, L1), from committee, protocol and rotation. Where leaders are drawn at
 * random there is no certain bound, but one that is exceeded less than once in 10^12 runs.
 */
import type { Committee } from '../protocol/committee.js';
import type { ProtocolName } from '../protocol/replica.js';
import { weightedCycle, type Rotation, type RotationName } from '../protocol/rotation.js';

/** Two more than L1's bound: the view that was under way, and the carrier of the second certificate. */
const SLACK_VIEWS = 4;

/** About forty times the mean with a third of the validators faulty (research 1.9: 7.125, 12.19). */
const DRAWN_VIEWS: Readonly<Record<ProtocolName, number>> = {
  'hotstuff2-basic': 150,
  'hotstuff2-chained': 300,
  'hotstuff3-chained': 500,
};

/** When a commit is due. */
export interface CommitsDue {
  /** Within so many views. */
  readonly windowViews: number;
  /** While at most so many validators are faulty. */
  readonly maxFaulty: number;
}

/** A rotation of the caller's own is expected to be as fair as round robin. */
export function commitsDue(
  committee: Committee,
  protocol: ProtocolName = 'hotstuff2-chained',
  rotation: Rotation | RotationName = 'round_robin',
): CommitsDue {
  const maxFaulty = committee.mostFaulty;
  if (rotation === 'hashed' || rotation === 'reputation')
    return { windowViews: DRAWN_VIEWS[protocol], maxFaulty };
  const cycle = rotation === 'weighted' ? weightedCycle(committee.powers) : committee.size;
  // Three-phase HotStuff needs four honest leaders in a row, which a fixed order need not have.
  return { windowViews: cycle + SLACK_VIEWS, maxFaulty: protocol === 'hotstuff3-chained' ? 0 : maxFaulty };
}
