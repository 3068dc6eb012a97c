/**
 * What a metric is, as data. A catalogue is a table of these; the board, the exposition, the docs and
 * the dashboards all read the same table.
 *
 * Names are full Prometheus names in base units (`hotstuff_storage_read_duration_seconds`). A series
 * carries `chain_id` and `node_id` first where a node is concerned ("whose eyes").
 */
import type { MetricKind } from '../base/metrics-collector.js';
import { QuorumscopeError } from '../base/errors.js';

/** The four kinds of Prometheus. A summary's quantiles come from an exponential histogram. */
export type { MetricKind };

/** A metric's declaration; `L` keeps the label names as a tuple so that values can be counted. */
export interface MetricDefinition<L extends readonly string[] = readonly string[]> {
  readonly name: string;
  readonly kind: MetricKind;
  /** One sentence for operators; never empty. */
  readonly help: string;
  /** OpenMetrics unit; the name ends with it (before `_total`). */
  readonly unit?: string;
  readonly labels: L;
  /** Upper bounds of a histogram, strictly ascending, without +Inf. */
  readonly bounds?: readonly number[];
  /** Quantiles of a summary, strictly ascending, each in [0, 1]. */
  readonly quantiles?: readonly number[];
  /** Most series of this metric; beyond it counters fold into `other`. The board's default when absent. */
  readonly limit?: number;
}

/** The labels that say whose eyes saw it; they are never folded into `other` while the board has room. */
export const nodeLabels = ['chain_id', 'node_id'] as const;

type Extra = Pick<MetricDefinition, 'unit' | 'limit'>;

/** Declares a counter; its name ends with `_total`. */
export function counter<const L extends readonly string[]>(
  name: string,
  help: string,
  labels: L,
  extra: Extra = {},
): MetricDefinition<L> {
  return { name, kind: 'counter', help, labels, ...extra };
}

/** Declares a gauge. A gauge's series is absent until it is set. */
export function gauge<const L extends readonly string[]>(
  name: string,
  help: string,
  labels: L,
  extra: Extra = {},
): MetricDefinition<L> {
  return { name, kind: 'gauge', help, labels, ...extra };
}

/** Declares a histogram over `bounds`. */
export function histogram<const L extends readonly string[]>(
  name: string,
  help: string,
  bounds: readonly number[],
  labels: L,
  extra: Extra = {},
): MetricDefinition<L> {
  return { name, kind: 'histogram', help, bounds, labels, ...extra };
}

/** Declares a summary of `quantiles`. */
export function summary<const L extends readonly string[]>(
  name: string,
  help: string,
  quantiles: readonly number[],
  labels: L,
  extra: Extra = {},
): MetricDefinition<L> {
  return { name, kind: 'summary', help, quantiles, labels, ...extra };
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Everything wrong with a definition, one sentence each; empty when it is good. */
export function definitionProblems(definition: MetricDefinition): string[] {
  const { name, kind, help, unit, labels, bounds, quantiles } = definition;
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(`${name}: ${problem}`);
  };
  expect(NAME.test(name), 'a name has letters, digits, `_` and `:` and does not start with a digit');
  expect(help.trim() !== '', 'help must not be empty');
  expect((kind === 'counter') === name.endsWith('_total'), 'counters, and only counters, end with `_total`');
  if (unit !== undefined) {
    expect(name.replace(/_total$/, '').endsWith(`_${unit}`), `the name must end with its unit \`${unit}\``);
  }
  const reserved = kind === 'histogram' ? 'le' : kind === 'summary' ? 'quantile' : undefined;
  for (const label of labels) {
    expect(LABEL.test(label) && !label.startsWith('__'), `\`${label}\` is not a label name`);
    expect(label !== reserved, `the label \`${label}\` is reserved`);
  }
  expect(new Set(labels).size === labels.length, 'label names must differ');
  expect((kind === 'histogram') === (bounds !== undefined), 'bounds belong to histograms');
  expect((kind === 'summary') === (quantiles !== undefined), 'quantiles belong to summaries');
  if (bounds) expect(bounds.length > 0 && ascending(bounds), 'bounds must be finite and ascend');
  if (quantiles) {
    expect(
      ascending(quantiles) && quantiles.every((q) => q >= 0 && q <= 1),
      'quantiles ascend within [0, 1]',
    );
  }
  return problems;
}

/** Every name that a page uses for this metric: of its series, and of the metric itself. */
export function sampleNames({ name, kind }: Pick<MetricDefinition, 'name' | 'kind'>): string[] {
  if (kind === 'histogram') return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`];
  if (kind === 'summary') return [name, `${name}_sum`, `${name}_count`];
  return [name];
}

/** @throws QuorumscopeError `metrics.definition` unless the definition is good */
export function assertDefinition(definition: MetricDefinition): void {
  const problems = definitionProblems(definition);
  if (problems.length > 0) {
    throw new QuorumscopeError('metrics.definition', 'configuration', problems.join('; '), {
      details: { metric: definition.name },
    });
  }
}

function ascending(values: readonly number[]): boolean {
  return values.every((value, i) => Number.isFinite(value) && (i === 0 || value > (values[i - 1] as number)));
}
