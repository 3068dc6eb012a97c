/**
 * How a series of the board appears to a query: a counter or gauge as itself, a histogram as cumulative
 * `_bucket{le}`, `_sum` and `_count`, a summary as `{quantile}`, `_sum` and `_count`, as on the page that Prometheus
 * scrapes. A part says which slots of the series to add up.
 */
import { boundLabel } from '../metrics/bound-label.js';
import type { MetricDefinition } from '../metrics/definition.js';

/** One of the series that a series of the board appears as. */
export interface Part {
  /** Its place among the parts of its metric. */
  readonly index: number;
  /** `x_bucket` and so on. */
  readonly name: string;
  /** `le` or `quantile`. */
  readonly extra: readonly (readonly [string, string])[];
  /** The slots, counted from the first of the series, whose values add up to this one; the end is exclusive. */
  readonly from: number;
  readonly to: number;
}

/** All parts of a metric's series, in the order of the page. */
export function partsOf(definition: MetricDefinition): readonly Part[] {
  return unnumbered(definition).map((part, index) => ({ index, ...part }));
}

function unnumbered({
  name,
  kind,
  bounds = [],
  quantiles = [],
}: MetricDefinition): readonly Omit<Part, 'index'>[] {
  if (kind === 'histogram') {
    const buckets = bounds.length + 1;
    return [
      ...[...bounds, Infinity].map((bound, i) => ({
        name: `${name}_bucket`,
        extra: [['le', boundLabel(bound)] as const],
        from: 0,
        to: i + 1,
      })),
      { name: `${name}_sum`, extra: [], from: buckets, to: buckets + 1 },
      { name: `${name}_count`, extra: [], from: 0, to: buckets },
    ];
  }
  if (kind === 'summary') {
    const last = quantiles.length;
    return [
      ...quantiles.map((quantile, i) => ({
        name,
        extra: [['quantile', boundLabel(quantile)] as const],
        from: i,
        to: i + 1,
      })),
      { name: `${name}_sum`, extra: [], from: last, to: last + 1 },
      { name: `${name}_count`, extra: [], from: last + 1, to: last + 2 },
    ];
  }
  return [{ name, extra: [], from: 0, to: 1 }];
}
