/**
 * Unit tests of rules in promtool's format, read strictly: what promtool refuses is refused, with its place. Only events of
 * patterns are more than promtool takes.
 */
import { parseDuration } from '../../base/duration.js';
import { messageOf } from '../../base/errors.js';
import { parseNumber } from '../../promql/numbers.js';
import type { Labels } from '../../promql/labels.js';
import type { AlertTexts } from '../alert.js';
import { YamlTree, type FileProblem } from '../rules/yaml-tree.js';
import { readTestEvents, type TestEvent } from './test-events.js';
import { readMetric, readValues, type SequenceValue } from './series-notation.js';

/** Alerts of one name expected to fire at one time. */
export interface AlertCase {
  readonly evalUs: number;
  readonly alertname: string;
  readonly alerts: readonly { readonly labels: AlertTexts; readonly annotations: AlertTexts }[];
}

/** What an expression is expected to give at one time. */
export interface ExpressionCase {
  readonly expr: string;
  readonly evalUs: number;
  readonly samples: readonly { readonly labels: Labels; readonly value: number }[];
}

/** One test. */
export interface RuleTest {
  readonly name: string;
  readonly intervalUs: number;
  readonly series: readonly { readonly labels: Labels; readonly values: readonly SequenceValue[] }[];
  /** What nodes state, in order of time. */
  readonly events: readonly TestEvent[];
  readonly alertCases: readonly AlertCase[];
  readonly expressionCases: readonly ExpressionCase[];
  readonly externalUrl: string;
  readonly externalLabels: AlertTexts;
}

/** A file of tests. */
export interface TestFile {
  readonly ruleFiles: readonly string[];
  readonly evaluationUs: number;
  readonly groupOrder: readonly string[];
  readonly tests: readonly RuleTest[];
}

const MINUTE_US = 60_000_000;

/** Reads a file; the tests are whole only without problems. */
export function readTestFile(
  name: string,
  text: string,
): { readonly file: TestFile; readonly problems: readonly FileProblem[] } {
  const { root, problems } = YamlTree.read(name, text);
  const fields = root.fields(['rule_files', 'evaluation_interval', 'group_eval_order', 'tests']);
  const texts = (tree: YamlTree): string[] => tree.items('names').flatMap((item) => item.text() ?? []);
  const evaluationUs = duration(fields.evaluation_interval) || MINUTE_US;
  const groupOrder = texts(fields.group_eval_order);
  const repeated = groupOrder.find((group, i) => groupOrder.indexOf(group) !== i);
  if (repeated !== undefined)
    fields.group_eval_order.problem(`group name repeated in evaluation order: ${repeated}`);
  const tests = fields.tests.items('tests').map((tree) => readTest(tree, evaluationUs));
  return { file: { ruleFiles: texts(fields.rule_files), evaluationUs, groupOrder, tests }, problems };
}

function readTest(tree: YamlTree, evaluationUs: number): RuleTest {
  const fields = tree.fields([
    'name',
    'interval',
    'input_series',
    'input_events',
    'alert_rule_test',
    'promql_expr_test',
    'external_labels',
    'external_url',
  ]);
  return {
    name: fields.name.text() ?? '',
    intervalUs: duration(fields.interval) || evaluationUs,
    series: fields.input_series.items('series').map(readSeries),
    events: fields.input_events
      .items('events')
      .flatMap(readTestEvents)
      .sort((a, b) => a.atUs - b.atUs),
    alertCases: fields.alert_rule_test.items('tests of alerts').map(readAlertCase),
    expressionCases: fields.promql_expr_test.items('tests of expressions').map(readExpressionCase),
    externalUrl: fields.external_url.text() ?? '',
    externalLabels: textsIn(fields.external_labels),
  };
}

function readSeries(tree: YamlTree): RuleTest['series'][number] {
  const fields = tree.fields(['series', 'values']);
  const values = readValues(fields.values.text() ?? '');
  if ('problem' in values) fields.values.problem(values.problem);
  return { labels: metric(fields.series), values: 'problem' in values ? [] : values };
}

function readAlertCase(tree: YamlTree): AlertCase {
  const fields = tree.fields(['eval_time', 'alertname', 'exp_alerts']);
  const alertname = fields.alertname.text() ?? '';
  if (alertname === '') tree.problem('an item under alert_rule_test misses required attribute alertname');
  const alerts = fields.exp_alerts.items('alerts').map((item) => {
    const { exp_labels: labels, exp_annotations: annotations } = item.fields([
      'exp_labels',
      'exp_annotations',
    ]);
    return { labels: { ...textsIn(labels), alertname }, annotations: textsIn(annotations) };
  });
  return { evalUs: duration(fields.eval_time), alertname, alerts };
}

function readExpressionCase(tree: YamlTree): ExpressionCase {
  const fields = tree.fields(['expr', 'eval_time', 'exp_samples']);
  const samples = fields.exp_samples.items('samples').map((item) => {
    const { labels, value } = item.fields(['labels', 'value']);
    const number = value.scalar('a number', (text) => parseNumber(text.replace(/^([+-]?)\./, '$1')));
    return { labels: metric(labels), value: number ?? 0 };
  });
  return { expr: fields.expr.text() ?? '', evalUs: duration(fields.eval_time), samples };
}

function duration(tree: YamlTree): number {
  return tree.scalar('a duration such as 5m', parseDuration) ?? 0;
}

function textsIn(tree: YamlTree): AlertTexts {
  return Object.fromEntries(tree.texts().map(([name, text]) => [name, text]));
}

function metric(tree: YamlTree): Labels {
  const text = tree.text() ?? '';
  try {
    return readMetric(text);
  } catch (error) {
    tree.problem(messageOf(error));
    return readMetric('');
  }
}
