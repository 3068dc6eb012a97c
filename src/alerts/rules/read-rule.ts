/**
 * One rule of a file, with the checks that Prometheus makes on loading and what it says about each. Label and metric
 * names are of the classic form, so that every Prometheus takes the file.
 */
import { messageOf } from '../../base/errors.js';
import { parseDuration } from '../../base/duration.js';
import { compile, type CompiledQuery } from '../../promql/engine.js';
import { Template } from '../template/template.js';
import type { Rule } from './rule.js';
import type { YamlTree } from './yaml-tree.js';

/** What a rule is before it has a key. */
export type UnkeyedRule = Rule extends infer R ? (R extends Rule ? Omit<R, 'key'> : never) : never;

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const FIELDS = ['record', 'alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations'] as const;

type Fields = Readonly<Record<(typeof FIELDS)[number], YamlTree>>;

/** Reads a rule; undefined when it has a problem, which has been told. */
export function readRule(
  tree: YamlTree,
  groupLabels: readonly (readonly [string, string])[],
): UnkeyedRule | undefined {
  const fields = tree.fields(FIELDS);
  const alert = fields.alert.text() ?? '';
  const record = fields.record.text() ?? '';
  if (alert !== '' && record !== '') tree.problem("only one of 'record' and 'alert' must be set");
  if (alert === '' && record === '') tree.problem("one of 'record' or 'alert' must be set");
  const query = readExpression(fields.expr, alert || record);
  const labels = overlaid(groupLabels, readLabels(fields.labels));
  if (record !== '') return readRecording(record, query, labels, fields);
  return readAlert(alert, query, labels, fields);
}

function readRecording(
  name: string,
  query: CompiledQuery | undefined,
  labels: readonly (readonly [string, string])[],
  fields: Fields,
): UnkeyedRule | undefined {
  for (const field of ['annotations', 'for', 'keep_firing_for'] as const)
    if (!fields[field].isAbsent && !isEmpty(fields[field]))
      fields[field].problem(`invalid field '${field}' in recording rule`);
  if (!METRIC.test(name)) fields.record.problem(`invalid recording rule name: ${name}`);
  return query && { kind: 'record', name, expr: query.text, query, labels };
}

function isEmpty(tree: YamlTree): boolean {
  const keys = tree.keys();
  return keys.length === 0 && ['0', '0s'].includes(tree.text() ?? '0');
}

function readAlert(
  name: string,
  query: CompiledQuery | undefined,
  labels: readonly (readonly [string, string])[],
  fields: Fields,
): UnkeyedRule | undefined {
  const forUs = readDuration(fields.for) ?? 0;
  const keepFiringForUs = readDuration(fields.keep_firing_for) ?? 0;
  const annotations = fields.annotations.texts();
  for (const [label, , tree] of annotations)
    if (!LABEL.test(label)) tree.problem(`invalid annotation name: ${label}`);
  const places = new Map(fields.labels.texts().map(([label, , tree]) => [label, tree]));
  const templates = (
    what: string,
    entries: readonly (readonly [string, string, YamlTree])[],
  ): (readonly [string, Template])[] =>
    entries.flatMap(([key, text, tree]) => {
      const template = readTemplate(`${what} ${JSON.stringify(key)}`, text, tree);
      return template === undefined ? [] : [[key, template] as const];
    });
  const labelled = templates(
    'label',
    labels.map(([label, text]) => [label, text, places.get(label) ?? fields.labels]),
  );
  const annotated = templates('annotation', annotations);
  if (query === undefined) return undefined;
  const { text: expr } = query;
  return {
    kind: 'alert',
    name,
    expr,
    query,
    forUs,
    keepFiringForUs,
    labels: labelled,
    annotations: annotated,
  };
}

function readTemplate(what: string, text: string, tree: YamlTree): Template | undefined {
  const problem = Template.problemOf(text);
  if (problem === undefined) return new Template(text);
  tree.problem(`${what}: template: ${problem}`);
  return undefined;
}

function readExpression(tree: YamlTree, name: string): CompiledQuery | undefined {
  const text = tree.text();
  if (text === undefined || text.trim() === '') {
    tree.problem(`field 'expr' must be set in rule ${JSON.stringify(name)}`);
    return undefined;
  }
  try {
    return compile(text);
  } catch (error) {
    tree.problem(`could not parse expression: ${messageOf(error)}`);
    return undefined;
  }
}

/** A duration in Prometheus's form, in microseconds. */
export function readDuration(tree: YamlTree): number | undefined {
  return tree.scalar('a duration such as 5m or 1h30m', parseDuration);
}

/** Labels that a group or rule adds. */
export function readLabels(tree: YamlTree): readonly (readonly [string, string])[] {
  return tree.texts().map(([name, value, place]) => {
    if (!LABEL.test(name) || name === '__name__') place.problem(`invalid label name: ${name}`);
    return [name, value] as const;
  });
}

function overlaid(
  outer: readonly (readonly [string, string])[],
  inner: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  return [...new Map([...outer, ...inner])];
}
