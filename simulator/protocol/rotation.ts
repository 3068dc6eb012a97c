/**
 * Who leads which view. A rotation answers alike for every replica and every checker, without their
 * talking. All but reputation are pure functions of the view; reputation reads the committed chain.
 */

/** Assigns a leader to each view. */
export interface Rotation {
  /** Position of the leader of `view` (>= 1) in the committee. */
  leader(view: number): number;
}

/** The rotations that can be asked for by name. */
export const rotationNames = ['round_robin', 'hashed', 'weighted', 'reputation'] as const;

/** Name of a rotation. */
export type RotationName = (typeof rotationNames)[number];

/** Leader of view v is v mod n. */
export function roundRobin(size: number): Rotation {
  return { leader: (view) => view % size };
}

/** The leader of each view is drawn anew from a hash of seed and view, every validator alike. */
export function hashed(size: number, seed: number): Rotation {
  return { leader: (view) => Math.floor(hashShare(seed, view) * size) };
}

/**
 * Smooth weighted round robin: in a cycle of total / gcd views each validator leads as often as its
 * power says, spread as evenly as that goes. Equal powers give round robin.
 *
 * @param powers positive integers by position
 */
export function weighted(powers: readonly number[]): Rotation {
  const cycle = weightedCycle(powers);
  const schedule = new Uint32Array(cycle);
  const credit = powers.map(() => 0);
  const total = powers.reduce((sum, power) => sum + power, 0);
  for (let view = 1; view <= cycle; view++) {
    let best = 0;
    for (let validator = 0; validator < powers.length; validator++) {
      // Beginning at the view's own position makes equal powers the plain rotation.
      const at = (view + validator) % powers.length;
      credit[at] = (credit[at] ?? 0) + (powers[at] ?? 0);
      if (validator === 0 || (credit[at] ?? 0) > (credit[best] ?? 0)) best = at;
    }
    credit[best] = (credit[best] ?? 0) - total;
    schedule[view % cycle] = best;
  }
  return { leader: (view) => schedule[view % cycle] ?? 0 };
}

/** Views after which a weighted rotation repeats. */
export function weightedCycle(powers: readonly number[]): number {
  const divisor = powers.reduce(greatestCommonDivisor, 0);
  return powers.reduce((sum, power) => sum + power, 0) / divisor;
}

/** A number in [0, 1) that looks drawn at random, from seed and view alone. */
export function hashShare(seed: number, view: number): number {
  let hash = Math.imul(view ^ Math.floor(view / 4294967296), 0x9e3779b1) ^ Math.imul(seed | 0, 0x85ebca6b);
  for (const factor of [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f]) hash = Math.imul(hash ^ (hash >>> 15), factor);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
