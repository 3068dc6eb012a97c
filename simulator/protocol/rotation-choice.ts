/**
 * Finds the rotation that options ask for: one by name, made for the committee and the run's seed, or
 * the caller's own, taken as it is. All replicas and checkers of a run share the one found here.
 */
import type { Committee } from './committee.js';
import { ReputationRotation } from './reputation.js';
import { hashed, roundRobin, weighted, type Rotation, type RotationName } from './rotation.js';

/** The rotation meant, among those who have power; round robin by default. */
export function chooseRotation(
  rotation: Rotation | RotationName = 'round_robin',
  committee: Committee,
  seed: number,
): Rotation {
  const { members, powers } = committee;
  const among = (chosen: Rotation): Rotation =>
    members.length === committee.size ? chosen : { leader: (view) => members[chosen.leader(view)] ?? 0 };
  switch (rotation) {
    case 'round_robin':
      return among(roundRobin(members.length));
    case 'hashed':
      return among(hashed(members.length, seed));
    case 'weighted':
      return among(weighted(powers.filter((power) => power > 0)));
    case 'reputation':
      return new ReputationRotation(committee.size, seed, members);
    default:
      return rotation;
  }
}
