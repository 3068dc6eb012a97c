/**
 * Rule files in Prometheus's format: groups with an interval and a limit, rules that alert or record; and files of
 * conditions in the simple form, or of patterns of events. All that is wrong
 * in all files is told at once, each with file, line and column. Pure: whoever reads the disk hands in the text.
 */
import { QuorumscopeError } from '../../base/errors.js';
import { readPattern } from '../patterns/read-pattern.js';
import { readCondition } from './condition.js';
import { readDuration, readLabels, readRule, type UnkeyedRule } from './read-rule.js';
import type { Rule, RuleGroup, RuleSet } from './rule.js';
import { YamlTree, type FileProblem } from './yaml-tree.js';

/** A file's name, for messages and the API, and its text. */
export interface RuleFile {
  readonly name: string;
  readonly text: string;
}

/** What was read; the groups are whole only without problems. */
export interface RuleReading {
  readonly groups: RuleSet;
  readonly problems: readonly FileProblem[];
}

/** Reads rule files. */
export function readRuleFiles(files: readonly RuleFile[]): RuleReading {
  const groups: RuleGroup[] = [];
  const problems: FileProblem[] = [];
  const seen = new Map<string, number>();
  for (const { name, text } of files) {
    const tree = YamlTree.read(name, text);
    if (tree.problems.length === 0) groups.push(...readGroups(name, tree.root, seen));
    problems.push(...tree.problems);
  }
  return { groups, problems };
}

/** The error that refuses files. */
export function rulesError(problems: readonly FileProblem[]): QuorumscopeError {
  return new QuorumscopeError('alerts.rules', 'configuration', describeFileProblems(problems), {
    details: { problems },
  });
}

/** The list that a person reads, one problem per paragraph. */
export function describeFileProblems(problems: readonly FileProblem[]): string {
  return `${problems.map(({ where, message }) => `  ${where}\n    ${message}`).join('\n\n')}\n`;
}

function readGroups(file: string, root: YamlTree, seen: Map<string, number>): RuleGroup[] {
  const names = new Set<string>();
  for (const kind of OWN_KINDS) if (root.keys().includes(kind)) return readOwn(file, root, kind, seen);
  const { groups } = root.fields(['groups']);
  return groups.items('groups').map((tree) => {
    const fields = tree.fields(['name', 'interval', 'query_offset', 'limit', 'labels', 'rules']);
    const name = fields.name.text() ?? '';
    if (name === '') tree.problem('Groupname must not be empty');
    if (names.has(name))
      fields.name.problem(`groupname: ${JSON.stringify(name)} is repeated in the same file`);
    names.add(name);
    const labels = readLabels(fields.labels);
    const rules = fields.rules.items('rules').flatMap((rule) => readRule(rule, labels) ?? []);
    return {
      file,
      name,
      intervalUs: readDuration(fields.interval) || undefined,
      queryOffsetUs: readDuration(fields.query_offset) ?? 0,
      limit: fields.limit.scalar('a whole number', wholeOf) ?? 0,
      rules: keyed(name, rules, seen),
    };
  });
}

/** Kinds of rules of our own; in files of their own, because Prometheus refuses a file that has them. */
const OWN_KINDS = ['conditions', 'patterns'] as const;

function readOwn(
  file: string,
  root: YamlTree,
  name: (typeof OWN_KINDS)[number],
  seen: Map<string, number>,
): RuleGroup[] {
  const read = name === 'patterns' ? readPattern : readCondition;
  const rules = root
    .fields([name])
    [name].items(name)
    .flatMap((tree) => read(tree) ?? []);
  return [{ file, name, intervalUs: undefined, queryOffsetUs: 0, limit: 0, rules: keyed(name, rules, seen) }];
}

function wholeOf(text: string): number | undefined {
  return /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

/** Gives each rule its key; `seen` counts those that are alike. */
function keyed(group: string, rules: readonly UnkeyedRule[], seen: Map<string, number>): Rule[] {
  return rules.map((rule) => {
    const labels = rule.labels.map(([name, value]) => [name, typeof value === 'string' ? value : value.text]);
    const base = JSON.stringify([group, rule.kind, rule.name, labels]);
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    return { ...rule, key: count === 0 ? base : `${base}#${count}` };
  });
}
