/**
 * Who leads which view. A rotation is a pure function of the view, so that every replica and every
 * checker agrees without talking; rotations that need history (reputation) will take committed data.
 */

/** Assigns a leader to each view. */
export interface Rotation {
  /** Position of the leader of `view` (>= 1) in the committee. */
  leader(view: number): number;
}

/** Leader of view v is v mod n. */
export function roundRobin(size: number): Rotation {
  return { leader: (view) => view % size };
}
