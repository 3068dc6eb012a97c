/**
 * Three-valued truth: true, false, or unknown (`undefined`). Absence across a gap, or of what a node does not
 * tell, is unknown and never false; a rule holds only on what is known.
 */

/** What is known of a statement. */
export type Known = boolean | undefined;

/** True when one is true; unknown when none is and one is unknown. */
export function anyOf(values: Iterable<Known>): Known {
  let result: Known = false;
  for (const value of values) {
    if (value === true) return true;
    if (value === undefined) result = undefined;
  }
  return result;
}

/** True when all are true; unknown when none is false and one is unknown. */
export function allOf(values: Iterable<Known>): Known {
  let result: Known = true;
  for (const value of values) {
    if (value === false) return false;
    if (value === undefined) result = undefined;
  }
  return result;
}
