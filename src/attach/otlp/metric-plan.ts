/**
 * What a metric of OTLP becomes here: its name, kind, labels and factor, by the lines of a mapping or by its rule for all
 * others. Names become Prometheus's: units in words and as base units, `_total` behind what only grows. Pure.
 */
import type { GenericMetrics, MetricRule, OtlpMapping } from './mapping.js';
import type { KeyValue, OtlpMetric } from './requests.js';

/** Kinds of what is shown. */
export type PlannedKind = 'counter' | 'gauge' | 'histogram' | 'summary';

/** How one metric is shown. */
export interface MetricPlan {
  readonly metric: string;
  readonly kind: PlannedKind;
  readonly help: string;
  /** The attributes that are kept, each with its label. */
  readonly labels: readonly { readonly attribute: string; readonly label: string }[];
  /** Values are multiplied by it. */
  readonly scale: number;
  /** Only points with these attributes. */
  readonly where: Readonly<Record<string, string>>;
  /** How gauges that fall together are merged. */
  readonly merge: MetricRule['merge'];
}

/** The most attributes of a metric that become labels. */
const MOST_LABELS = 8;

/** Units as they are written and as they are shown. */
const units: Readonly<Record<string, readonly [word: string, scale: number]>> = {
  s: ['seconds', 1],
  ms: ['seconds', 1e-3],
  us: ['seconds', 1e-6],
  µs: ['seconds', 1e-6],
  ns: ['seconds', 1e-9],
  min: ['seconds', 60],
  h: ['seconds', 3600],
  By: ['bytes', 1],
  kBy: ['bytes', 1e3],
  MBy: ['bytes', 1e6],
  KiBy: ['bytes', 1024],
  MiBy: ['bytes', 1024 ** 2],
  GiBy: ['bytes', 1024 ** 3],
  '%': ['ratio', 0.01],
};

/** How the metric is shown: once or several times; empty where the mapping does not take it. */
export function plansOf(metric: OtlpMetric, mapping: OtlpMapping): readonly MetricPlan[] {
  const { name = '' } = metric;
  const rules = mapping.metrics.filter(({ from }) => from.includes(name));
  const kind = kindOf(metric);
  if (name === '' || kind === undefined) return [];
  if (rules.length > 0) return rules.map((rule) => ofRule(rule, kind));
  const { genericMetrics } = mapping;
  return genericMetrics && isTaken(name, genericMetrics) ? [ofAny(metric, name, kind, genericMetrics)] : [];
}

function ofRule(
  { to, help, kind, scale = 1, where = {}, labels, merge }: MetricRule,
  found: PlannedKind,
): MetricPlan {
  // What is in buckets stays so.
  const isNumber = found === 'counter' || found === 'gauge';
  return {
    metric: to,
    kind: isNumber ? (kind ?? found) : found,
    help,
    labels: labels.map((attribute) => ({ attribute, label: labelOf(attribute) })),
    scale,
    where,
    merge,
  };
}

function ofAny(metric: OtlpMetric, name: string, kind: PlannedKind, generic: GenericMetrics): MetricPlan {
  const { unit = '', description = '' } = metric;
  const beginning = generic.cut.find((one) => name.startsWith(one)) ?? '';
  const [word, scale] = units[unit] ?? ['', 1];
  const plain = `${generic.prefix}${name.slice(beginning.length)}`.replaceAll(/[^a-zA-Z0-9_]+/g, '_');
  const bare = plain
    .replace(/_total$/, '')
    .replace(/_+$/, '')
    .slice(0, 200);
  const inUnit = word === '' || bare.endsWith(`_${word}`) ? bare : `${bare}_${word}`;
  const attributes = [...new Set(pointsOf(metric).flatMap(({ attributes: of = [] }) => of.map(keyOf)))];
  return {
    metric: kind === 'counter' ? `${inUnit}_total` : inUnit,
    kind,
    help: description.trim() === '' ? `${name} of the node, by OpenTelemetry.` : description.slice(0, 500),
    labels: uniqueLabels(
      attributes
        .filter((one) => one !== '')
        .sort()
        .slice(0, MOST_LABELS),
    ),
    scale,
    where: {},
    merge: 'sum',
  };
}

function kindOf({
  gauge,
  sum,
  histogram,
  exponentialHistogram,
  summary,
}: OtlpMetric): PlannedKind | undefined {
  if (gauge) return 'gauge';
  if (sum) return sum.isMonotonic === true ? 'counter' : 'gauge';
  if (histogram) return 'histogram';
  // A summary of OTLP has its quantiles already; they are shown as they are.
  return exponentialHistogram ? 'summary' : summary ? 'gauge' : undefined;
}

/** The points of a metric, whatever their kind. */
export function pointsOf(metric: OtlpMetric): readonly { readonly attributes?: readonly KeyValue[] }[] {
  const { gauge, sum, histogram, exponentialHistogram, summary } = metric;
  return (gauge ?? sum ?? histogram ?? exponentialHistogram ?? summary)?.dataPoints ?? [];
}

function isTaken(name: string, { take, leave }: GenericMetrics): boolean {
  const fits = (pattern: string): boolean =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  return take.some(fits) && !leave.some(fits);
}

const keyOf = ({ key = '' }: KeyValue): string => key;

/** Labels that are ours or Prometheus's, and names that it cannot write, become others. */
function labelOf(attribute: string): string {
  const plain = attribute.replaceAll(/[^a-zA-Z0-9_]/g, '_').slice(0, 100);
  const isTaken = /^(chain_id|node_id|le|quantile|__.*|[0-9].*)$/.test(plain);
  return isTaken ? `attribute_${plain}` : plain;
}

function uniqueLabels(attributes: readonly string[]): MetricPlan['labels'] {
  const taken = new Set<string>();
  return attributes.flatMap((attribute) => {
    const label = labelOf(attribute);
    if (taken.has(label)) return [];
    taken.add(label);
    return [{ attribute, label }];
  });
}
