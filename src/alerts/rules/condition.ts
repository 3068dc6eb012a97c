/**
 * The simple form of a rule, for people who do not write PromQL: metric, comparator, threshold, and where wanted a
 * window, minimum points, severity, cooldown. It is compiled to an ordinary rule, which the API shows as such. Stands in files of its
 * own under `conditions`, since Prometheus does not know it.
 */
import { messageOf } from '../../base/errors.js';
import { formatDuration } from '../../base/duration.js';
import { compile } from '../../promql/engine.js';
import { formatPlain, parseNumber } from '../../promql/numbers.js';
import { Template } from '../template/template.js';
import { readDuration, readLabels, type UnkeyedRule } from './read-rule.js';
import type { YamlTree } from './yaml-tree.js';

const COMPARATORS: Readonly<Record<string, string>> = {
  gt: '>',
  ge: '>=',
  gte: '>=',
  lt: '<',
  le: '<=',
  lte: '<=',
  eq: '==',
  ne: '!=',
};

/** Other words for our three. */
const SEVERITIES: Readonly<Record<string, string>> = {
  critical: 'critical',
  high: 'critical',
  warning: 'warning',
  medium: 'warning',
  info: 'info',
  low: 'info',
};

const FUNCTIONS: Readonly<Record<string, string>> = {
  avg: 'avg_over_time',
  min: 'min_over_time',
  max: 'max_over_time',
  sum: 'sum_over_time',
  count: 'count_over_time',
  last: 'last_over_time',
  rate: 'rate',
  increase: 'increase',
};

/** Name and expectation of each field. */
const FIELDS = [
  'name',
  'metric',
  'comparator',
  'threshold',
  'window',
  'function',
  'minimum_points',
  'for',
  'severity',
  'cooldown',
  'labels',
  'annotations',
] as const;

/** Reads one; undefined when it has a problem, which has been told. */
export function readCondition(tree: YamlTree): UnkeyedRule | undefined {
  const fields = tree.fields(FIELDS);
  const name = needed(fields.name, 'name', tree);
  const metric = readMetric(fields.metric, tree);
  const comparator = fields.comparator.scalar(
    `one of ${Object.keys(COMPARATORS).join(', ')}, or ${[...new Set(Object.values(COMPARATORS))].join(' ')}`,
    (text) => COMPARATORS[text] ?? Object.values(COMPARATORS).find((sign) => sign === text),
  );
  if (fields.comparator.isAbsent) tree.problem('comparator is missing');
  const threshold = fields.threshold.scalar('a number', parseNumber);
  if (fields.threshold.isAbsent) tree.problem('threshold is missing');
  const windowUs = readDuration(fields.window);
  const over = fields.function.scalar(
    `one of ${Object.keys(FUNCTIONS).join(', ')}`,
    (text) => FUNCTIONS[text],
  );
  const points = fields.minimum_points.scalar('a whole number', (text) =>
    /^[0-9]+$/.test(text) ? Number(text) : undefined,
  );
  for (const needsWindow of [fields.function, fields.minimum_points])
    if (!needsWindow.isAbsent && windowUs === undefined) needsWindow.problem('needs a window');
  const severity =
    fields.severity.scalar(`one of ${Object.keys(SEVERITIES).join(', ')}`, (text) => SEVERITIES[text]) ??
    'warning';
  const labels = [...new Map([['severity', severity] as const, ...readLabels(fields.labels)])];
  const annotations = fields.annotations.texts().flatMap(([key, text, place]) => {
    const problem = Template.problemOf(text);
    if (problem !== undefined) place.problem(`annotation ${JSON.stringify(key)}: template: ${problem}`);
    return problem === undefined ? [[key, new Template(text)] as const] : [];
  });
  const forUs = readDuration(fields.for) ?? 0;
  const keepFiringForUs = readDuration(fields.cooldown) ?? 0;
  if ([name, metric, comparator, threshold].includes(undefined)) return undefined;
  const range = windowUs === undefined ? '' : `[${formatDuration(windowUs)}]`;
  const value = windowUs === undefined ? metric! : `${over ?? FUNCTIONS['avg']!}(${metric!}${range})`;
  const enough = points === undefined ? '' : ` and count_over_time(${metric!}${range}) >= ${points}`;
  const expr = `${value} ${comparator!} ${formatPlain(threshold!)}${enough}`;
  return {
    kind: 'alert',
    name: name!,
    expr,
    query: compile(expr),
    forUs,
    // Within the cooldown it is still the same alert: it fires on, and nobody is told twice.
    keepFiringForUs,
    labels: labels.map(([key, text]) => [key, new Template(text)] as const),
    annotations,
  };
}

function needed(tree: YamlTree, what: string, parent: YamlTree): string | undefined {
  const text = tree.text();
  if (text !== undefined && text !== '') return text;
  parent.problem(`${what} is missing`);
  return undefined;
}

/** A metric, with labels where wanted. */
function readMetric(tree: YamlTree, parent: YamlTree): string | undefined {
  const text = needed(tree, 'metric', parent);
  if (text === undefined) return undefined;
  try {
    if (compile(text).expr.kind === 'selector') return text;
    tree.problem(`found ${JSON.stringify(text)}, expected a metric, with labels in braces where wanted`);
  } catch (error) {
    tree.problem(`could not parse metric: ${messageOf(error)}`);
  }
  return undefined;
}
