import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultRouting } from '../../../../src/alerts/routing/default-routing.js';
import { shippedRouting } from '../../../../src/shipped-alerts.js';
import { findRoutes } from '../../../../src/alerts/routing/find-routes.js';
import { parseRouting } from '../../../../src/alerts/routing/parse-routing.js';
import type { Routing } from '../../../../src/alerts/routing/routing.js';
import { readMatchers } from '../../../../src/alerts/routing/matcher-text.js';
import { isWithin } from '../../../../src/alerts/routing/time-interval.js';
import { routingOf } from './world.js';

const problems = (text: string): string[] => {
  const parsed = parseRouting(text);
  if (!('problems' in parsed)) throw new Error('it was accepted');
  return parsed.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
};

describe('an Alertmanager file', () => {
  it('is our example', () => {
    const { root, receivers } = routingOf(
      readFileSync(join(import.meta.dirname, '../../../../alerts/alertmanager.yml'), 'utf8'),
    );
    const page = (labels: Record<string, string>): string =>
      findRoutes(root, { alertname: 'A', severity: 'critical', ...labels })
        .map(({ receiver, groupWaitUs }) => `${receiver} ${groupWaitUs / 1e6}`)
        .join();
    expect(['self', 'network', 'peer'].map((scope) => page({ scope }))).toEqual([
      'page 0',
      'page 0',
      'notify 0',
    ]);
    expect(receivers.get('page')?.channels.map(({ kind }) => kind)).toEqual(['pagerduty']);
  });

  it('tells all that is wrong, with line and column, and ignores nothing', () => {
    expect(
      problems(`global: {smtp_hello: x, victorops_api_key: y}
templates: ['*.tmpl']
route:
  receiver: nobody
  group_by: ['...', a]
  routes:
    - {receiver: a, group_wait: soon, matchers: ['a=~"("'], mute_time_intervals: [night]}
receivers:
  - name: a
    opsgenie_configs: [{}]
    slack_configs: [{api_url: 'x', title: '{{ nope 1 }}', http_config: {proxy_url: 'http://x'}}]
  - {name: a, webhook_configs: [{url: 'http://x/', url_file: y}], pagerduty_configs: [{service_key: k}]}
inhibit_rules: [{source_matchers: [a=b]}]
`),
    ).toEqual([
      '1:25 global.victorops_api_key: is not supported by quorumscope',
      '2:1 templates: templates cannot be read here',
      '4:3 route.receiver: there is no receiver nobody',
      "5:3 route.group_by: '...' stands alone: it is every label",
      '7:21 route.routes[0].group_wait: found "soon", expected a duration such as 30s or 5m',
      '7:39 route.routes[0].matchers: error parsing regexp: missing closing ): `(`',
      '7:61 route.routes[0].mute_time_intervals: there is no time interval night',
      '10:5 receivers[0].opsgenie_configs: is not supported by quorumscope; there are webhook, slack, pagerduty, email, discord and telegram',
      '11:22 receivers[0].slack_configs[0].api_url: expected an http:// or https:// address',
      '11:44 receivers[0].slack_configs[0].title: function "nope" not defined',
      '11:73 receivers[0].slack_configs[0].http_config.proxy_url: is not supported by quorumscope',
      '12:5 receivers[1]: there are two receivers named a',
      '12:34 receivers[1].webhook_configs[0].url: url and url_file exclude each other',
      '12:87 receivers[1].pagerduty_configs[0]: needs routing_key or routing_key_file',
      '12:88 receivers[1].pagerduty_configs[0].service_key: is of the Events API v1, which quorumscope does not speak: use routing_key',
      '13:17 inhibit_rules[0]: an inhibition needs target_matchers',
    ]);
    expect(problems('route: [')[0]).toMatch(/^1:\d+ : not valid YAML/);
  });

  it('is shown without its secrets', () => {
    const { original } = routingOf(`
global: {slack_api_url: 'http://hooks/abc', smtp_auth_password: abc}
route: {receiver: a}
receivers: [{name: a, webhook_configs: [{url: 'http://abc/', http_config: {basic_auth: {username: u, password: abc}}}],
  pagerduty_configs: [{routing_key: abc}], telegram_configs: [{bot_token: abc, chat_id: -1}], discord_configs: [{webhook_url: 'http://abc'}]}]
`);
    expect(original).not.toContain('abc');
    expect(original).toContain('username: u');
  });
});

describe('routes', () => {
  it('go to the deepest that matches, on to siblings where told to', () => {
    const { root } = routingOf(`
route:
  receiver: a
  routes:
    - {receiver: b, matchers: [x=1], continue: true, routes: [{receiver: c, matchers: [y=1]}]}
    - {receiver: d, match: {x: '1'}}
    - {receiver: e, match_re: {x: '1|2'}}
receivers: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}]
`);
    const to = (labels: Record<string, string>): string[] =>
      findRoutes(root, labels).map(({ receiver }) => receiver);
    expect(to({ x: '1', y: '1' })).toEqual(['c', 'd']);
    expect(to({ x: '1' })).toEqual(['b', 'd']);
    expect(to({ x: '2' })).toEqual(['e']);
    expect(to({ x: '12' })).toEqual(['a']);
  });

  it('by default page what concerns this node or the network, and notify of a peer', () => {
    const { root } = defaultRouting([], shippedRouting());
    const to = (labels: Record<string, string>): string =>
      findRoutes(root, labels)
        .map(({ receiver, groupWaitUs }) => `${receiver} ${groupWaitUs / 1e6}`)
        .join();
    const critical = { alertname: 'A', severity: 'critical' };
    for (const scope of ['self', 'network', 'unknown']) expect(to({ ...critical, scope })).toBe('page 0');
    expect(to(critical)).toBe('page 0');
    expect(to({ ...critical, scope: 'peer' })).toBe('notify 0');
    expect(to({ alertname: 'A', severity: 'warning', scope: 'self' })).toBe('notify 10');
    expect(to({ ...critical, alertname: 'HotStuffWatchdog' })).toBe('nobody 10');
  });
});

it('the short form keeps back all that the shipped Alertmanager file keeps back', () => {
  const words = ({ inhibitRules }: Routing): string[] =>
    inhibitRules.map(
      ({ sources, targets, equal }) => `${sources.join()} > ${targets.join()} (${equal.join()})`,
    );
  const read = parseRouting(shippedRouting()!);
  if ('problems' in read) throw new Error('the example is good');
  const shipped = words(read.routing);
  expect(shipped.length).toBeGreaterThan(8);
  const short = defaultRouting([], shippedRouting());
  expect(words(short)).toEqual([...words(defaultRouting([], undefined)), ...shipped]);
  // What `/api/v2/status` shows, and amtool tests routes with, is the whole.
  const shown = parseRouting(short.original);
  expect('routing' in shown && words(shown.routing)).toEqual(words(short));
});

describe('matchers', () => {
  it.each([
    ['a=b', 'a="b"'],
    [' a != "b c" ', 'a!="b c"'],
    [String.raw`{a=~"x,\"y\"", b!~z.*}`, String.raw`a=~"x,\"y\""` + ' b!~"z.*"'],
  ])('%s', (text, expected) => {
    const read = readMatchers(text);
    expect('matchers' in read ? read.matchers.join(' ') : read.problem).toBe(expected);
  });

  it.each(['', '{}', 'a', 'a="b', '1=2', 'a=~"("'])('refuses %s', (text) => {
    expect(readMatchers(text)).toHaveProperty('problem');
  });
});

describe('time intervals', () => {
  it('hold in their zone, to the minute, on the last day of the month too', () => {
    const { times } = routingOf(`
route: {receiver: a}
receivers: [{name: a}]
time_intervals:
  - {name: last, time_intervals: [{days_of_month: ['-1'], months: ['february'], times: [{start_time: '09:00', end_time: '10:00'}], location: Europe/Berlin}]}
  - {name: days, time_intervals: [{weekdays: ['monday:wednesday', 'sunday'], years: ['2023:2024']}]}
`);
    const at = (name: string, time: string): boolean => isWithin(times.get(name)!, Date.parse(time) * 1000);
    expect(at('last', '2024-02-29T08:00:00Z')).toBe(true);
    expect(at('last', '2024-02-29T07:59:59Z')).toBe(false);
    expect(at('last', '2024-02-29T09:00:00Z')).toBe(false);
    expect(at('last', '2024-02-28T08:30:00Z')).toBe(false);
    expect(at('days', '2024-05-12T00:00:00Z')).toBe(true);
    expect(at('days', '2024-05-16T00:00:00Z')).toBe(false);
    expect(at('days', '2025-05-12T00:00:00Z')).toBe(false);
  });
});
