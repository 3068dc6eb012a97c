/**
 * A pattern as it stands in a file, under `patterns`: read strictly against the vocabulary of events, with all that is
 * wrong told at its line and column. Stands in files of its own, since Prometheus does not know it.
 */
import { formatDuration } from '../../base/duration.js';
import { Template } from '../template/template.js';
import { readDuration, readLabels, type UnkeyedRule } from '../rules/read-rule.js';
import type { YamlTree } from '../rules/yaml-tree.js';
import { CHAIN, factSchemas, NODE, type FactSchema } from './facts.js';
import { patternTypes, type Pattern, type PatternStep, type PatternType } from './pattern.js';
import { isScalarField, readWhere } from './where.js';

const FIELDS = [
  'alert',
  'type',
  'events',
  'group_by',
  'field',
  'timespan',
  'condition',
  'resolve_after',
  'keep_firing_for',
  'labels',
  'annotations',
] as const;

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Most events of one pattern, and the greatest count: what one group may hold. */
const MOST_STEPS = 16;
const MOST_COUNT = 1_000;

/** Reads one; undefined when it has a problem, which has been told. */
export function readPattern(tree: YamlTree): UnkeyedRule | undefined {
  const fields = tree.fields(FIELDS);
  const name = fields.alert.text();
  if (name === undefined || name === '') tree.problem('alert is missing');
  const type = fields.type.scalar(`one of ${patternTypes.join(', ')}`, (text) =>
    patternTypes.find((one) => one === text),
  );
  if (fields.type.isAbsent) tree.problem('type is missing');
  const timespanUs = readDuration(fields.timespan);
  if (fields.timespan.isAbsent) tree.problem('timespan is missing');
  else if (timespanUs === 0) fields.timespan.problem('the timespan must be longer than nothing');
  const resolveAfterUs = readDuration(fields.resolve_after) ?? timespanUs ?? 0;
  const events = readEvents(fields.events, tree, type);
  const groupBy = readGroupBy(fields.group_by, events);
  const counted = fields.field.text();
  if (type === 'value_count' && counted === undefined) tree.problem('a value_count needs a field');
  if (type !== undefined && type !== 'value_count' && counted !== undefined)
    fields.field.problem(`only a value_count has a field`);
  const atLeast = readCondition(fields.condition, tree, type);
  const labels = templates('label', readLabels(fields.labels), fields.labels);
  const annotations = templates('annotation', textsOf(fields.annotations), fields.annotations);
  const keepFiringForUs = readDuration(fields.keep_firing_for) ?? 0;
  const steps = events.flatMap((event) => stepOf(event, groupBy, counted) ?? []);
  if (name === undefined || type === undefined || timespanUs === undefined) return undefined;
  const text = described(type, events, groupBy, timespanUs, atLeast, counted);
  const pattern: Pattern = {
    type,
    steps,
    groupBy,
    timespanUs,
    atLeast,
    resolveAfterUs,
    text,
    identity: JSON.stringify([
      type,
      fields.events.toJson(),
      groupBy,
      counted,
      timespanUs,
      atLeast,
      resolveAfterUs,
    ]),
  };
  const life = { forUs: 0, keepFiringForUs };
  return { kind: 'alert', name, expr: text, query: undefined, pattern, ...life, labels, annotations };
}

interface EventReading {
  readonly tree: YamlTree;
  readonly schema: FactSchema;
  readonly aliases: ReadonlyMap<string, string>;
  readonly matches: PatternStep['matches'];
}

function readEvents(
  tree: YamlTree,
  parent: YamlTree,
  type: PatternType | undefined,
): readonly EventReading[] {
  const items = tree.items('events');
  if (items.length === 0) parent.problem('events are missing');
  if (items.length > MOST_STEPS) tree.problem(`found ${items.length} events, expected at most ${MOST_STEPS}`);
  if (type === 'not_followed' && items.length !== 2)
    tree.problem(`found ${items.length} events, expected two: the one, and what should have followed`);
  if ((type === 'temporal' || type === 'temporal_ordered') && items.length < 2)
    tree.problem('expected two events or more');
  return items.flatMap((item) => {
    const { event, where, aliases } = item.fields(['event', 'where', 'aliases']);
    const schema = event.scalar(
      'an event of docs/EVENTS.md or a quorumscope.* one of docs/RULES.md',
      (text) => factSchemas.get(text),
    );
    if (event.isAbsent) item.problem('event is missing');
    if (schema === undefined) return [];
    const renamed = new Map(aliases.texts().map(([label, field]) => [label, field]));
    return [{ tree: item, schema, aliases: renamed, matches: readWhere(where, schema) }];
  });
}

function readGroupBy(tree: YamlTree, events: readonly EventReading[]): readonly string[] {
  if (tree.isAbsent) return events.every(({ schema }) => schema.hasNode) ? [CHAIN, NODE] : [CHAIN];
  return tree.items('labels').flatMap((item) => {
    const name = item.text() ?? '';
    if (LABEL.test(name) && name !== 'alertname') return [name];
    item.problem(`invalid label name: ${name}`);
    return [];
  });
}

/** Says what is wrong with the fields that it would take labels and values from. */
function stepOf(
  { tree, schema, aliases, matches }: EventReading,
  groupBy: readonly string[],
  counted: string | undefined,
): PatternStep | undefined {
  let isGood = true;
  const fieldOf = (name: string): string => {
    const field = aliases.get(name) ?? name;
    const declared = Object.hasOwn(schema.fields, field) ? schema.fields[field] : undefined;
    const isThere = field === CHAIN || (field === NODE && schema.hasNode);
    if (isThere || (declared !== undefined && isScalarField(declared))) return field;
    tree.problem(
      `${schema.type} has no field ${field} of one plain value; aliases: {${name}: ...} can name another one`,
    );
    isGood = false;
    return field;
  };
  const keys = groupBy.map(fieldOf);
  const value = counted === undefined ? undefined : fieldOf(counted);
  const { type: event, domain } = schema;
  return isGood ? { event, domain, matches, keys, counted: value } : undefined;
}

function readCondition(tree: YamlTree, parent: YamlTree, type: PatternType | undefined): number {
  const counts = type === 'event_count' || type === 'value_count';
  if (tree.isAbsent) {
    if (counts) parent.problem(`condition is missing, such as {gte: 3}`);
    return 1;
  }
  if (type !== undefined && !counts) tree.problem(`only event_count and value_count have a condition`);
  const { gt, gte } = tree.fields(['gt', 'gte']);
  const whole = (text: string): number | undefined => {
    const count = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
    return count <= MOST_COUNT ? count : undefined;
  };
  const expected = `a whole number up to ${MOST_COUNT}`;
  const above = gt.scalar(expected, whole);
  const least = gte.scalar(expected, whole);
  if (gt.isAbsent === gte.isAbsent) tree.problem('expected either gt or gte');
  return Math.max(1, least ?? (above ?? 0) + 1);
}

function textsOf(tree: YamlTree): readonly (readonly [string, string])[] {
  return tree.texts().map(([name, text, place]) => {
    if (!LABEL.test(name)) place.problem(`invalid annotation name: ${name}`);
    return [name, text];
  });
}

function templates(
  what: string,
  entries: readonly (readonly [string, string])[],
  tree: YamlTree,
): readonly (readonly [string, Template])[] {
  const places = new Map(tree.texts().map(([name, , place]) => [name, place]));
  return entries.flatMap(([name, text]) => {
    const problem = Template.problemOf(text);
    if (problem === undefined) return [[name, new Template(text)] as const];
    places.get(name)?.problem(`${what} ${JSON.stringify(name)}: template: ${problem}`);
    return [];
  });
}

/** `event_count(network.peer_disconnected) by (chain_id, peer) within 5m >= 4` */
function described(
  type: PatternType,
  events: readonly EventReading[],
  groupBy: readonly string[],
  timespanUs: number,
  atLeast: number,
  counted: string | undefined,
): string {
  const what = events.map(({ schema }) => schema.type).join(', ');
  const of = counted === undefined ? '' : ` of ${counted}`;
  const count = type === 'event_count' || type === 'value_count' ? ` >= ${atLeast}` : '';
  return `${type}(${what})${of} by (${groupBy.join(', ')}) within ${formatDuration(timespanUs)}${count}`;
}
