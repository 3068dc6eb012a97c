/**
 * Finds the rotation that options ask for: one by name, made for the committee and the run's seed, or
 * the caller's own, taken as it is. All replicas and checkers of a run share the one found here.
 */
import type { Committee } from './committee.js';
import { ReputationRotation } from './reputation.js';
import { hashed, roundRobin, weighted, type Rotation, type RotationName } from './rotation.js';

/** The rotation meant; round robin by default. */
export function chooseRotation(
  rotation: Rotation | RotationName = 'round_robin',
  committee: Committee,
  seed: number,
): Rotation {
  switch (rotation) {
    case 'round_robin':
      return roundRobin(committee.size);
    case 'hashed':
      return hashed(committee.size, seed);
    case 'weighted':
      return weighted(committee.powers);
    case 'reputation':
      return new ReputationRotation(committee.size, seed);
    default:
      return rotation;
  }
}
