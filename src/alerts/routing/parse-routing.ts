/**
 * Reads an Alertmanager configuration file as it is, so that the same file serves a real Alertmanager. Either all of it
 * holds, or every problem is told with line and column: what we do not support, too. Pure; files of secrets are not
 * opened here.
 */
import { isMap, isScalar, visit, type Scalar } from 'yaml';
import { parseDuration } from '../../base/duration.js';
import type { LabelMatcher } from '../../promql/matchers.js';
import { openAccess } from '../channels/channel-config.js';
import { makeMatcher, readMatchers } from './matcher-text.js';
import { httpOf, readReceiver, urlSecret, urlText, type GlobalSettings } from './receiver-fields.js';
import type { InhibitRule, Receiver, Route, Routing } from './routing.js';
import { isLocation, readMinute, readSpan, type Span, type TimeInterval } from './time-interval.js';
import { TemplateSet } from '../template/template-set.js';
import { YamlTree, type Fields, type FileProblem } from './yaml-tree.js';

/** A configuration, or all that is wrong with it. */
export type ParsedRouting = { readonly routing: Routing } | { readonly problems: readonly FileProblem[] };

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** A file of templates. */
export interface TemplateFile {
  readonly file: string;
  readonly text: string;
}

/** Files that a pattern of `templates` names, or why they cannot be read. None is no problem: they may come later. */
export type ReadTemplates = (
  pattern: string,
) => { readonly files: readonly TemplateFile[] } | { readonly problem: string };

/**
 * @param text the content of an `alertmanager.yml`
 * @param readTemplates where `templates` are; without it they cannot be given
 */
export function parseRouting(text: string, readTemplates?: ReadTemplates): ParsedRouting {
  const tree = new YamlTree(text);
  if (tree.problems.length > 0) return { problems: tree.problems };
  const root = tree.root();
  const templates = new TemplateSet();
  readTemplateFiles(root, tree, templates, readTemplates);
  const global = root.map('global');
  const globals = readGlobals(global);
  const resolveTimeoutUs = global.duration('resolve_timeout', 1) ?? parseDuration('5m')!;
  global.finish();
  const receivers = new Map<string, Receiver>();
  for (const fields of root.list('receivers')) {
    const receiver = readReceiver(fields, { ...globals, templates });
    if (receivers.has(receiver.name)) fields.problem(`there are two receivers named ${receiver.name}`);
    receivers.set(receiver.name, receiver);
  }
  const times = readTimes(root);
  if (!root.has('route')) root.problem('a route is needed');
  const names = { receivers: new Set(receivers.keys()), times: new Set(times.keys()) };
  const tip = readRoute(root.map('route'), undefined, names);
  const inhibitRules = root.list('inhibit_rules').map(readInhibition);
  root.finish();
  templates.finish();
  if (tree.problems.length > 0)
    return { problems: [...tree.problems].sort((a, b) => a.line - b.line || a.column - b.column) };
  const routing = {
    resolveTimeoutUs,
    root: tip,
    receivers,
    inhibitRules,
    times,
    original: hideSecrets(tree),
  };
  return { routing };
}

/** Defines what the files say; their problems are told with their own name, line and column. */
function readTemplateFiles(
  root: Fields,
  { problems }: YamlTree,
  templates: TemplateSet,
  read: ReadTemplates = () => ({ problem: 'templates cannot be read here' }),
): void {
  for (const [i, pattern] of root.texts('templates').entries()) {
    const found = read(pattern);
    if ('problem' in found) root.problem(found.problem, 'templates');
    else
      for (const { file, text } of found.files)
        templates.addFile(file.slice(file.lastIndexOf('/') + 1), text, ({ place, message }) =>
          problems.push({ ...place, path: `templates[${i}]`, message, file }),
        );
  }
}

function readGlobals(fields: Fields): Omit<GlobalSettings, 'templates'> {
  const smtp = {
    smarthost: fields.text('smtp_smarthost'),
    from: fields.text('smtp_from'),
    hello: fields.text('smtp_hello') ?? 'localhost',
    username: fields.text('smtp_auth_username'),
    password: fields.secret('smtp_auth_password'),
    requireTls: fields.toggle('smtp_require_tls', true),
  };
  return {
    smtp,
    http: httpOf(fields, openAccess),
    slackUrl: urlSecret(fields, 'slack_api_url'),
    pagerdutyUrl: { text: urlText(fields, 'pagerduty_url') ?? PAGERDUTY_URL },
    telegramUrl: urlText(fields, 'telegram_api_url') ?? TELEGRAM_URL,
  };
}

/** Where PagerDuty and Telegram are unless the configuration says otherwise. */
export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';
export const TELEGRAM_URL = 'https://api.telegram.org';

interface Names {
  readonly receivers: ReadonlySet<string>;
  readonly times: ReadonlySet<string>;
}

const first: Omit<Route, 'matchers' | 'continues' | 'muteTimes' | 'activeTimes' | 'routes'> = {
  key: '',
  receiver: '',
  groupBy: [],
  groupWaitUs: parseDuration('30s')!,
  groupIntervalUs: parseDuration('5m')!,
  repeatIntervalUs: parseDuration('4h')!,
};

function readRoute(fields: Fields, parent: Route | undefined, names: Names): Route {
  const above = parent ?? first;
  const receiver = fields.text('receiver') ?? above.receiver;
  const isBlamed = parent === undefined || fields.has('receiver');
  if (isBlamed && !names.receivers.has(receiver))
    fields.problem(
      receiver === '' ? 'the first route needs a receiver' : `there is no receiver ${receiver}`,
      'receiver',
    );
  const matchers = readConditions(fields);
  const continues = fields.toggle('continue', false);
  const muteTimes = knownTimes(fields, 'mute_time_intervals', names);
  const activeTimes = knownTimes(fields, 'active_time_intervals', names);
  if (parent === undefined)
    for (const name of ['match', 'match_re', 'matchers', 'mute_time_intervals', 'active_time_intervals'])
      if (fields.has(name)) fields.problem('the first route takes every alert at any time', name);
  if (parent === undefined && continues) fields.problem('the first route has no siblings', 'continue');
  const own = `{${[...matchers].map(String).sort().join(',')}}`;
  const route: Route = {
    key: parent === undefined ? own : `${parent.key}/${own}`,
    receiver,
    groupBy: readGroupBy(fields) ?? above.groupBy,
    groupWaitUs: fields.duration('group_wait') ?? above.groupWaitUs,
    groupIntervalUs: fields.duration('group_interval', 1) ?? above.groupIntervalUs,
    repeatIntervalUs: fields.duration('repeat_interval', 1) ?? above.repeatIntervalUs,
    matchers,
    continues,
    muteTimes,
    activeTimes,
    routes: [],
  };
  const routes = fields.list('routes').map((child) => readRoute(child, route, names));
  fields.finish();
  return { ...route, routes };
}

function readGroupBy(fields: Fields): Route['groupBy'] | undefined {
  if (!fields.has('group_by')) return undefined;
  const names = fields.texts('group_by');
  if (names.includes('...')) {
    if (names.length > 1) fields.problem("'...' stands alone: it is every label", 'group_by');
    return 'all';
  }
  for (const name of names)
    if (!LABEL.test(name)) fields.problem(`${JSON.stringify(name)} is no label name`, 'group_by');
  if (new Set(names).size < names.length) fields.problem('a label is named twice', 'group_by');
  return [...names].sort();
}

function knownTimes(fields: Fields, name: string, { times }: Names): readonly string[] {
  const wanted = fields.texts(name);
  for (const one of wanted) if (!times.has(one)) fields.problem(`there is no time interval ${one}`, name);
  return wanted;
}

function readConditions(fields: Fields, prefix = ''): LabelMatcher[] {
  const found: LabelMatcher[] = [];
  for (const [key, type] of [
    [`${prefix}match`, '='],
    [`${prefix}match_re`, '=~'],
  ] as const) {
    const conditions = fields.map(key);
    for (const name of conditions.names) {
      if (!LABEL.test(name)) conditions.problem('is no label name', name);
      const text = conditions.text(name) ?? '';
      // Anchored in words too, because that is how Alertmanager writes it into the keys of groups.
      const matcher = makeMatcher(name, type, type === '=' ? text : `^(?:${text})$`);
      if ('problem' in matcher) conditions.problem(matcher.problem, name);
      else found.push(matcher);
    }
  }
  for (const text of fields.texts(`${prefix}matchers`)) {
    const read = readMatchers(text);
    if ('problem' in read) fields.problem(read.problem, `${prefix}matchers`);
    else found.push(...read.matchers);
  }
  return found;
}

function readInhibition(fields: Fields): InhibitRule {
  const rule = {
    sources: readConditions(fields, 'source_'),
    targets: readConditions(fields, 'target_'),
    equal: fields.texts('equal'),
  };
  if (rule.sources.length === 0) fields.problem('an inhibition needs source_matchers');
  if (rule.targets.length === 0) fields.problem('an inhibition needs target_matchers');
  fields.finish();
  return rule;
}

function readTimes(root: Fields): Map<string, readonly TimeInterval[]> {
  const times = new Map<string, readonly TimeInterval[]>();
  for (const list of ['time_intervals', 'mute_time_intervals'])
    for (const fields of root.list(list)) {
      const name = fields.text('name') ?? '';
      if (name === '') fields.problem('a time interval needs a name');
      if (times.has(name)) fields.problem(`there are two time intervals named ${name}`);
      times.set(name, fields.list('time_intervals').map(readTime));
      fields.finish();
    }
  return times;
}

function readTime(fields: Fields): TimeInterval {
  const spans = (name: 'weekdays' | 'days_of_month' | 'months' | 'years'): Span[] =>
    fields.texts(name).flatMap((text) => {
      const span = readSpan(text, name);
      if (span === undefined)
        fields.problem(`found ${JSON.stringify(text)}, expected a range such as 1:5`, name);
      return span ?? [];
    });
  const times = fields.list('times').flatMap((one) => {
    const from = readMinute(one.text('start_time') ?? '');
    const to = readMinute(one.text('end_time') ?? '');
    one.finish();
    if (from !== undefined && to !== undefined && from < to) return { from, to };
    one.problem('expected start_time before end_time, each as 09:30 and up to 24:00');
    return [];
  });
  const location = fields.text('location') ?? 'UTC';
  if (!isLocation(location)) fields.problem('expected a zone such as Europe/Berlin', 'location');
  const interval = {
    times,
    weekdays: spans('weekdays'),
    daysOfMonth: spans('days_of_month'),
    months: spans('months'),
    years: spans('years'),
    location: isLocation(location) ? location : 'UTC',
  };
  fields.finish();
  return interval;
}

const SECRET =
  /^(url|api_url|slack_api_url|webhook_url|routing_key|bot_token|auth_password|smtp_auth_password|password|credentials)$/;

/** The document as text, with every secret as Alertmanager shows them. */
function hideSecrets({ document }: YamlTree): string {
  const copy = document.clone();
  visit(copy, {
    Pair(_, pair) {
      const isSecret = isScalar(pair.key) && SECRET.test(String(pair.key.value));
      if (isSecret && isScalar(pair.value)) pair.value.value = hiddenAs(String((pair.key as Scalar).value));
    },
  });
  return isMap(copy.contents) ? copy.toString() : '';
}

/** Where Alertmanager's clients expect an address, they refuse its usual word for a secret. */
function hiddenAs(key: string): string {
  return key === 'url' ? 'https://secret.invalid/' : '<secret>';
}
