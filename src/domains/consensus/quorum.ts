/** How much voting power makes a quorum. */

/** Least power that is more than two thirds of `power`. */
export function quorumOf(power: number): number {
  return Math.floor((2 * power) / 3) + 1;
}
