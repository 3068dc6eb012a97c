/**
 * Conditions that an embedder writes as functions, evaluated with the rules in every cycle. A function that throws, answers
 * something else, or takes longer than its time counts as a failed evaluation: its alerts stay as they were.
 *
 * What it must never do is hold the event loop: nothing can interrupt code that does not wait.
 */
import type { Clock } from '../../base/clock.js';
import { messageOf, QuorumscopeError } from '../../base/errors.js';
import type { Board } from '../../metrics/board.js';
import { Labels } from '../../promql/labels.js';
import type { AlertTexts } from '../alert.js';
import type { AlertRule, FoundAlert } from '../rules/rule.js';
import { Template } from '../template/template.js';

/** What a condition may look at. */
export interface ConditionRoom {
  /** Time of this evaluation, microseconds since the Unix epoch. */
  readonly nowUs: number;
  /** All series as they are now. To be read only. */
  readonly board: Board;
  /** Answers PromQL over history and the results of rules. @throws Error for what is no query of a vector or number */
  readonly query: (
    promql: string,
  ) => Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>;
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
}

/** What a condition may answer: whether it holds, or for each of these labels that it does. */
export type ConditionAnswer =
  boolean | readonly { readonly labels?: Readonly<Record<string, string>>; readonly value?: number }[];

/** A condition of an embedder's own. */
export interface AlertCondition {
  /** The label `alertname`; of each name one. */
  readonly name: string;
  /** Texts may be templates, as in rule files. */
  readonly labels?: AlertTexts;
  readonly annotations?: AlertTexts;
  /** How long it must hold before the alert fires, microseconds. Default 0. */
  readonly forUs?: number;
  /** How long the alert fires on when it holds no more, microseconds. Default 0. */
  readonly keepFiringForUs?: number;
  /** Default a second. */
  readonly timeoutUs?: number;
  readonly holds: (room: ConditionRoom) => ConditionAnswer | Promise<ConditionAnswer>;
}

const TIMEOUT_US = 1_000_000;
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** What the rule of a condition needs. */
export interface ConditionDeps {
  readonly board: Board;
  readonly wallClock: Pick<Clock, 'after'>;
}

/** The rule of a condition. @throws QuorumscopeError `alerts.embedded` for a name or template that is none */
export function conditionRule(condition: AlertCondition, deps: ConditionDeps): AlertRule {
  const { name, labels = {}, annotations = {}, forUs = 0, keepFiringForUs = 0 } = condition;
  if (name === '') throw embeddedProblem('a condition needs a name');
  return {
    kind: 'alert',
    key: JSON.stringify(['embedded', name]),
    name,
    expr: `the function of condition ${name}`,
    query: undefined,
    finder: (query, tsUs) => ask(condition, deps, query, tsUs),
    forUs,
    keepFiringForUs,
    labels: templates(name, labels),
    annotations: templates(name, annotations),
  };
}

/** Why something of an embedder's is refused. */
export function embeddedProblem(message: string): QuorumscopeError {
  return new QuorumscopeError('alerts.embedded', 'configuration', message);
}

/** @throws QuorumscopeError `alerts.embedded` when a name is no label name */
export function checkLabels(labels: AlertTexts): void {
  for (const label of Object.keys(labels))
    if (!NAME.test(label) || label === '__name__')
      throw embeddedProblem(`found ${JSON.stringify(label)}, expected the name of a label`);
}

function templates(name: string, texts: AlertTexts): readonly (readonly [string, Template])[] {
  checkLabels(texts);
  return Object.entries(texts).map(([label, text]) => {
    const problem = Template.problemOf(text);
    if (problem !== undefined) throw embeddedProblem(`condition ${name}, ${label}: template: ${problem}`);
    return [label, new Template(text)] as const;
  });
}

async function ask(
  condition: AlertCondition,
  { board, wallClock }: ConditionDeps,
  query: ConditionRoom['query'],
  tsUs: number,
): Promise<readonly FoundAlert[]> {
  const { timeoutUs = TIMEOUT_US } = condition;
  const abort = new AbortController();
  let stop = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    const timer = wallClock.after(timeoutUs, () => {
      abort.abort();
      reject(new Error(`the condition has not answered within ${timeoutUs / 1000} ms`));
    });
    stop = () => timer.stop();
  });
  try {
    const room: ConditionRoom = { nowUs: tsUs, board, query, signal: abort.signal };
    return readAnswer(await Promise.race([Promise.resolve(condition.holds(room)), late]));
  } catch (error) {
    throw new Error(`the condition failed: ${messageOf(error)}`, { cause: error });
  } finally {
    stop();
  }
}

/** Checked, since anybody may answer anything. */
function readAnswer(answer: unknown): readonly FoundAlert[] {
  if (typeof answer === 'boolean') return answer ? [{ labels: Labels.empty, value: 1 }] : [];
  if (!Array.isArray(answer)) throw new Error(`found ${typeof answer}, expected true, false or a list`);
  return answer.map((one: { readonly labels?: AlertTexts; readonly value?: number }) => {
    const { labels: given = {}, value = 1 } = one;
    // An answer of `query` may be passed on as it is.
    const { __name__: _metric, ...labels } = given;
    checkLabels(labels);
    if (typeof value !== 'number')
      throw new Error(`found a value of type ${typeof value}, expected a number`);
    return { labels: Labels.from(Object.entries(labels).map(([name, text]) => [name, String(text)])), value };
  });
}
