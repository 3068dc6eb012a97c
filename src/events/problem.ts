/** What can be wrong with a line: a closed list of reasons for counting, and a sentence for people. */

/** Why a line is invalid (`not_sampled`: `weight` on an event that may not be sampled); also the values of the label `reason`. */
export const invalidReasons = [
  'oversize',
  'invalid_utf8',
  'half_line',
  'not_json',
  'not_an_object',
  'wrong_version',
  'missing_field',
  'wrong_type',
  'out_of_range',
  'not_in_list',
  'too_long',
  'not_sampled',
  'no_hello',
  'too_many_nodes',
] as const;

/** One of `invalidReasons`. */
export type InvalidReason = (typeof invalidReasons)[number];

/** A problem with one field: `detail` says which, what was found, what was expected. */
export interface FieldProblem {
  readonly reason: InvalidReason;
  readonly detail: string;
}
