/**
 * A sample's value as text, one spelling for all formats that have no better one: the shortest decimal
 * that reads back as the same double, `NaN`, `+Inf`, `-Inf`.
 */

/** The spelling of `value`: `NaN`, `+Inf`, `-Inf`, or JavaScript's shortest decimal. */
export function numberText(value: number): string {
  if (value - value === 0) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
