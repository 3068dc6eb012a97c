/**
 * Reads scenario text: YAML, held to the schema, then resolved once to see that it fits together. All problems are
 * told at once, each with line and column.
 */
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { resolve } from 'node:path';
import { QuorumscopeError } from '../../src/base/errors.js';
import { checkOptions } from '../options.js';
import { readTransactionTrace } from '../workload/trace-file.js';
import { faultSchema, type StatedFault } from './fault-schema.js';
import { mended } from './mending.js';
import { resolveScenario } from './resolve.js';
import { scenarioSchema, type Scenario } from './schema.js';

/** One thing wrong with a scenario. */
export interface ScenarioProblem {
  /** `file:line:column`. */
  readonly where: string;
  /** `faults[0].validator`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
}

type Path = readonly PropertyKey[];

/**
 * @param name of the file, for messages
 * @param folder where the files are that it names
 * @throws QuorumscopeError `simulator.scenario`; `details.problems` is a list of `ScenarioProblem`
 */
export function readScenario(text: string, name: string, folder: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const at = (path: Path, message: string): ScenarioProblem => ({
    where: place(offsetOf(document, path)),
    path: pathText(path),
    message,
  });
  if (document.errors.length > 0)
    throw scenarioError(
      document.errors.map(({ pos, message }) => ({
        where: place(pos[0]),
        path: '',
        message: `no valid YAML: ${message}`,
      })),
    );
  const value: unknown = document.toJS();
  const parsed = scenarioSchema.safeParse(value);
  const issues = parsed.success ? [] : issuesOf(parsed.error, value);
  // What is wrong by itself is mended for a moment, so that what does not fit together is found as well.
  const scenario = parsed.success
    ? parsed.data
    : mended(
        value,
        issues.map(([path]) => path),
      );
  const found = [...issues, ...(scenario === undefined ? [] : misfits(scenario, folder, issues))];
  if (found.length === 0 && parsed.success) return withTrace(parsed.data, folder);
  throw scenarioError(inOrder(found.map(([path, message]) => at(path, message))));
}

type Problem = readonly [path: Path, message: string];

/** What does not fit together in a scenario that is right word by word. */
function misfits(scenario: Scenario, folder: string, issues: readonly Problem[]): Problem[] {
  const found: Problem[] = [];
  let whole = scenario;
  try {
    whole = withTrace(scenario, folder);
  } catch (error) {
    found.push(...traceProblemsOf(error));
    whole = { ...scenario, workload: undefined };
  }
  const { run, problems } = resolveScenario(whole, 1);
  found.push(...problems.map(({ path, message }): Problem => [path, message]));
  try {
    checkOptions({ ...run, faults: [] });
  } catch (error) {
    found.push(...optionProblemsOf(error));
  }
  // A key that is wrong by itself was said; lists of powers cannot be held against a size that is wrong.
  const said = new Set(issues.map(([[first]]) => first));
  const isGuess = ([first]: Path): boolean =>
    said.has('validators') && (first === 'powers' || first === 'epochs');
  const isSaid = (path: Path): boolean =>
    issues.some(([other]) => other.length > 0 && startsWith(path, other));
  return found.filter(([path]) => !isGuess(path) && !isSaid(path));
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((key, index) => path[index] === key);
}

function withTrace(scenario: Scenario, folder: string): Scenario {
  const { trace } = scenario.workload ?? {};
  return trace === undefined
    ? scenario
    : { ...scenario, trace: readTransactionTrace(resolve(folder, trace)) };
}

function traceProblemsOf(error: unknown): Problem[] {
  if (!(error instanceof QuorumscopeError)) throw error;
  return (error.details['problems'] as readonly string[]).map((words) => [['workload', 'trace'], words]);
}

/** By place in the file. */
function inOrder(problems: readonly ScenarioProblem[]): ScenarioProblem[] {
  const place = ({ where }: ScenarioProblem): number[] => where.split(':').slice(-2).map(Number);
  return [...problems].sort((a, b) => {
    const [lineA = 0, columnA = 0] = place(a);
    const [lineB = 0, columnB = 0] = place(b);
    return lineA - lineB || columnA - columnB;
  });
}

/**
 * Reads one fault: YAML flow text, `{kind: crash, validator: v2, at: 5s}`, or shorter `crash validator=v2 at=5s`.
 * @returns the fault, or what is wrong with it
 */
export function readFault(text: string): StatedFault | { readonly problems: readonly string[] } {
  const trimmed = text.trim();
  const flow = trimmed.startsWith('{') ? trimmed : `{${flowOf(trimmed)}}`;
  const document = parseDocument(flow, { prettyErrors: false });
  if (document.errors.length > 0)
    return { problems: ['expected words such as crash validator=v2 at=5s for=10s, or YAML flow text'] };
  const value: unknown = document.toJS();
  const parsed = faultSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  return {
    problems: issuesOf(parsed.error, value).map(([path, message]) =>
      path.length === 0 ? message : `${pathText(path)}: ${message}`,
    ),
  };
}

/** `crash validator=v2` as `kind: crash, validator: v2`; blanks inside brackets belong to the value. */
function flowOf(words: string): string {
  const [kind = '', ...rest] = words.match(/(?:[^\s[\]{}]|\[(?:[^[\]]|\[[^[\]]*\])*\]|\{[^{}]*\})+/g) ?? [];
  const fields = rest.map((word) => {
    const mark = word.indexOf('=');
    return mark < 0 ? `${word}: null` : `${word.slice(0, mark)}: ${word.slice(mark + 1)}`;
  });
  return [`kind: ${kind === '' ? 'null' : kind}`, ...fields].join(', ');
}

/** Where the keys of a scenario stand that simulation options of other names are made of. */
const keysOfOptions: Readonly<Record<string, Path>> = {
  vote2To: ['vote2_to'],
  delayUs: ['network', 'delay'],
  viewTimeoutUs: ['timers', 'view'],
  leaderWaitUs: ['timers', 'leader_wait'],
  maxTimeoutUs: ['timers', 'max'],
  durationUs: ['duration'],
  maxViews: ['views'],
};

/** The problems of the simulation that a scenario makes, each at the key that it comes from. */
function optionProblemsOf(error: unknown): Problem[] {
  if (!(error instanceof QuorumscopeError)) throw error;
  const problems = error.details['problems'] as
    readonly { readonly path: string; readonly found: unknown; readonly expected: string }[] | undefined;
  if (problems === undefined) return [[[], error.message]];
  return problems.map(({ path, found, expected }) => [
    keysOfOptions[path] ?? path.split('.').slice(0, 2).map(snakeCase),
    `found ${JSON.stringify(found)}, expected ${expected}`,
  ]);
}

/** The name of an option as files have it; its unit is theirs to say. */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/_us$/, '');
}

/** Every issue with its path; an unknown key is at its own place. */
function issuesOf(error: z.ZodError, value: unknown): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => [[...issue.path, key], 'found a key that is not known here']);
    const found = JSON.stringify(valueAt(value, issue.path)) ?? 'nothing';
    const short = found.length <= 80 ? found : `${found.slice(0, 77)}...`;
    return [[issue.path, `found ${short}, ${expectedBy(issue)}`]];
  });
}

function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('expected')) return issue.message;
  switch (issue.code) {
    case 'invalid_value':
      return `expected one of ${issue.values.join(', ')}`;
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'too_small':
      return `expected at least ${issue.minimum}${issue.origin === 'array' ? ' of them' : ''}`;
    case 'too_big':
      return `expected at most ${issue.maximum}${issue.origin === 'array' ? ' of them' : ''}`;
    default:
      return `expected otherwise: ${issue.message}`;
  }
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

/** Where a path is in the text: its key, its value, or the nearest that is there. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (isMap(parent)) {
      const pair = parent.items.find(
        (item) => isPair(item) && isScalar(item.key) && item.key.value === path[length - 1],
      );
      if (pair !== undefined && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
    }
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node.range?.[0] ?? 0;
  }
  return 0;
}

function pathText(path: Path): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** The error that carries them. */
function scenarioError(problems: readonly ScenarioProblem[]): QuorumscopeError {
  const lines = problems.map(
    ({ where, path, message }) => `  ${where}${path === '' ? '' : `  ${path}`}\n    ${message}`,
  );
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const message = `the scenario has ${count}:\n\n${lines.join('\n\n')}\n`;
  return new QuorumscopeError('simulator.scenario', 'configuration', message, { details: { problems } });
}
