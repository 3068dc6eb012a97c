/**
 * The label value of a bucket bound (`le`) or quantile, as Go writes it for OpenMetrics and as
 * Prometheus 3 stores it whatever it scraped: `1.0`, `0.005`, `1.048576e+06`, `+Inf`. Everybody who
 * shows a bound (exposition, rules, history) writes it this way, in every format, or the same series
 * would have two names.
 */

/** `1` -> `1.0`, `1e6` -> `1e+06`, infinity -> `+Inf`. */
export function boundLabel(bound: number): string {
  if (Number.isNaN(bound)) return 'NaN';
  if (bound === Number.POSITIVE_INFINITY) return '+Inf';
  if (bound === Number.NEGATIVE_INFINITY) return '-Inf';
  const [digits = '', exponent = ''] = bound.toExponential().split('e');
  // Go's 'g' with the shortest digits turns to an exponent of at least two digits below 1e-4 and from 1e6.
  const power = Number(exponent);
  if (power < -4 || power >= 6) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const plain = bound.toString();
  return plain.includes('.') ? plain : `${plain}.0`;
}

const labelled = new WeakMap<readonly number[], readonly string[]>();

/** The labels of a histogram's buckets: one for each of `bounds`, which are never changed, and `+Inf`. */
export function bucketLabels(bounds: readonly number[]): readonly string[] {
  let labels = labelled.get(bounds);
  if (labels === undefined) {
    labels = [...bounds, Number.POSITIVE_INFINITY].map(boundLabel);
    labelled.set(bounds, labels);
  }
  return labels;
}
