/** Whether labels pass matchers: apart from these, so that whoever only asks loads no engine of regular expressions. */
import type { Labels } from './labels.js';
import type { LabelMatcher } from './matchers.js';

/** Whether a label set passes every matcher. */
export function matchesAll(labels: Labels, matchers: readonly LabelMatcher[]): boolean {
  for (const matcher of matchers) if (!matcher.matches(labels.get(matcher.name))) return false;
  return true;
}
