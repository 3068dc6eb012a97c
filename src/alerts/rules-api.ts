/**
 * Rules and alerts in the form of Prometheus's API (`/api/v1/rules`, `/api/v1/alerts`), so that Grafana and people find
 * here what they find there. Documents only: the envelope and the status are made here, HTTP is not known.
 */
import { formatQuery } from '../promql/format.js';
import type { GroupRun } from './evaluation/group-run.js';
import type { Instance } from './evaluation/instance.js';
import type { RuleRun } from './evaluation/rule-run.js';

/** An answer of the API; the body is JSON. */
export interface RulesAnswer {
  readonly status: number;
  readonly body: string;
}

type Document = Readonly<Record<string, unknown>>;

const NEVER = '0001-01-01T00:00:00Z';

/** The rules of all groups, as the parameters `type`, `file[]`, `rule_group[]`, `rule_name[]`, `exclude_alerts` ask. */
export function rulesAnswer(
  groups: readonly GroupRun[],
  intervalUs: number,
  parameters: URLSearchParams,
): RulesAnswer {
  const type = parameters.get('type') ?? '';
  if (type !== '' && type !== 'alert' && type !== 'record')
    return refused(`invalid parameter "type": not supported value ${JSON.stringify(type)}`);
  const exclude = parameters.get('exclude_alerts') ?? 'false';
  if (!/^(true|false|1|0|t|f)$/i.test(exclude))
    return refused(`error converting exclude_alerts: ${JSON.stringify(exclude)} is neither true nor false`);
  const within = (name: string, value: string): boolean => {
    const wanted = parameters.getAll(name);
    return wanted.length === 0 || wanted.includes(value);
  };
  const showsAlerts = /^(false|0|f)$/i.test(exclude);
  const documents = groups
    .filter(({ group }) => within('file[]', group.file) && within('rule_group[]', group.name))
    .map((group) => {
      const runs = group.runs.filter(
        ({ rule }) => (type === '' || rule.kind === type) && within('rule_name[]', rule.name),
      );
      return { group, runs };
    })
    // A group in which nothing is asked for is left out, unless it has no rules at all.
    .filter(({ group, runs }) => runs.length > 0 || group.runs.length === 0)
    .map(({ group, runs }) => groupDocument(group, runs, intervalUs, showsAlerts));
  return answered({ groups: documents });
}

/** All alerts that are pending or firing. */
export function alertsAnswer(groups: readonly GroupRun[]): RulesAnswer {
  return answered({ alerts: groups.flatMap(({ runs }) => runs.flatMap(alertsOf)) });
}

function groupDocument(
  { group, lastEvaluationUs, durationUs }: GroupRun,
  runs: readonly RuleRun[],
  intervalUs: number,
  showsAlerts: boolean,
): Document {
  return {
    name: group.name,
    file: group.file,
    rules: runs.map((run) => ruleDocument(run, showsAlerts)),
    interval: (group.intervalUs ?? intervalUs) / 1e6,
    limit: group.limit,
    evaluationTime: durationUs / 1e6,
    lastEvaluation: timeOf(lastEvaluationUs),
  };
}

function ruleDocument(run: RuleRun, showsAlerts: boolean): Document {
  const { rule, health } = run;
  const common = {
    name: rule.name,
    query: rule.query === undefined ? rule.expr : formatQuery(rule.query.expr),
    health: health.health,
    ...(health.lastError === '' ? {} : { lastError: health.lastError }),
    evaluationTime: health.durationUs / 1e6,
    lastEvaluation: timeOf(health.lastEvaluationUs),
  };
  if (rule.kind === 'record')
    return { ...common, labels: Object.fromEntries(rule.labels), type: 'recording' };
  const texts = (entries: typeof rule.labels): Document =>
    Object.fromEntries(entries.map(([name, template]) => [name, template.text]));
  return {
    state: stateOf(run),
    ...common,
    duration: rule.forUs / 1e6,
    keepFiringFor: rule.keepFiringForUs / 1e6,
    labels: texts(rule.labels),
    annotations: texts(rule.annotations),
    alerts: showsAlerts ? alertsOf(run) : [],
    type: 'alerting',
  };
}

function stateOf({ instances }: RuleRun): string {
  const states = new Set([...instances.values()].map(({ state }) => state));
  return states.has('firing') ? 'firing' : states.has('pending') ? 'pending' : 'inactive';
}

function alertsOf({ instances }: RuleRun): readonly Document[] {
  return [...instances.values()].filter(({ state }) => state !== 'inactive').map(alertDocument);
}

function alertDocument(instance: Instance): Document {
  const { texts, annotations, state, activeAtUs, keepFiringSinceUs, value } = instance;
  return {
    labels: texts,
    annotations,
    state,
    activeAt: timeOf(activeAtUs),
    ...(keepFiringSinceUs === undefined ? {} : { keepFiringSince: timeOf(keepFiringSinceUs) }),
    value: exponentOf(value),
  };
}

/** As Go's `%e` with the shortest mantissa: `1e+00`. */
function exponentOf(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

function timeOf(us: number | undefined): string {
  return us === undefined ? NEVER : new Date(us / 1000).toISOString();
}

function answered(data: Document): RulesAnswer {
  return { status: 200, body: `${JSON.stringify({ status: 'success', data })}\n` };
}

function refused(error: string): RulesAnswer {
  return { status: 400, body: `${JSON.stringify({ status: 'error', errorType: 'bad_data', error })}\n` };
}
