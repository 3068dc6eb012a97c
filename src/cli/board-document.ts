/** Every metric value as one JSON document, for `replay --json`. Pure. Not-a-number and infinities are strings. */
import type { Snapshot } from '../metrics/board.js';
import type { Series } from '../metrics/series.js';

/** One series with its labels by name. */
export interface SeriesDocument {
  readonly labels: Readonly<Record<string, string>>;
  readonly [value: string]: unknown;
}

/** One metric. */
export interface MetricDocument {
  readonly name: string;
  readonly kind: string;
  readonly help: string;
  readonly series: readonly SeriesDocument[];
}

/** Counters and gauges have `value`; histograms cumulative `buckets`; summaries `quantiles`; both `sum` and `count`. */
export function boardDocument({ families, values }: Snapshot): MetricDocument[] {
  return families.map(({ definition, series }) => ({
    name: definition.name,
    kind: definition.kind,
    help: definition.help,
    series: series.map((one) => ({ labels: labelsOf(one), ...valuesOf(one, values) })),
  }));
}

function labelsOf({ definition, labelValues }: Series): Record<string, string> {
  return Object.fromEntries(definition.labels.map((label, i) => [label, labelValues[i]!]));
}

function valuesOf({ definition, slot, width }: Series, values: Float64Array): Record<string, unknown> {
  const own = values.subarray(slot, slot + width);
  if (definition.kind === 'histogram') {
    let count = 0;
    const buckets = [...(definition.bounds ?? []), Number.POSITIVE_INFINITY].map((bound, i) => {
      count += own[i]!;
      return { le: exact(bound), count };
    });
    return { buckets, sum: exact(own[width - 1]!), count };
  }
  if (definition.kind === 'summary') {
    const names = definition.quantiles ?? [];
    const quantiles = names.map((quantile, i) => ({ quantile, value: exact(own[i]!) }));
    return { quantiles, sum: exact(own[names.length]!), count: own[names.length + 1] };
  }
  return { value: exact(own[0]!) };
}

/** JSON has no infinities. */
function exact(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
