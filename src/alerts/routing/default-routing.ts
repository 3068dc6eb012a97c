/**
 * The routes for people who named channels and nothing else: what concerns this node or the network and is critical pages
 * at once, what concerns a peer and all that is lesser notifies. In Alertmanager's own words, so that it can be copied.
 */
import { isSeq, parseDocument } from 'yaml';
import type { ChannelConfig } from '../channels/channel-config.js';
import { parseRouting } from './parse-routing.js';
import type { Routing } from './routing.js';

/**
 * `page` and `notify` get their channels from the short form; `nobody` has none. The inhibitions that know the shipped
 * rules are added from the shipped file.
 */
export const DEFAULT_ROUTING = `# Critical alerts about this node or the network page at once; those about a peer notify.
route:
  receiver: notify
  group_by: [alertname, chain_id, scope]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 4h
  routes:
    - receiver: nobody
      matchers: ['alertname =~ "(HotStuff)?Watchdog"']
    - receiver: page
      matchers: ['severity = "critical"', 'scope != "peer"']
      group_wait: 0s
      group_interval: 30s
      repeat_interval: 1h
    - receiver: notify
      matchers: ['severity = "critical"']
      group_wait: 0s
    - receiver: notify
      matchers: ['severity = "info"']
      group_wait: 1m
      repeat_interval: 24h
receivers:
  - name: page
  - name: notify
  - name: nobody
inhibit_rules:
  - source_matchers: ['severity = "critical"']
    target_matchers: ['severity =~ "warning|info"']
    equal: [alertname, chain_id, node_id]
  - source_matchers: ['severity = "warning"']
    target_matchers: ['severity = "info"']
    equal: [alertname, chain_id, node_id]
`;

/**
 * @param channels all that were named; PagerDuty is only paged where there is another one to notify
 * @param shipped an Alertmanager configuration whose inhibitions hold too
 */
export function defaultRouting(channels: readonly ChannelConfig[], shipped: string | undefined): Routing {
  const parsed = parseRouting(withInhibitions(DEFAULT_ROUTING, shipped));
  if ('problems' in parsed) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  const lesser = channels.filter(({ kind }) => kind !== 'pagerduty');
  const receivers = new Map([
    ['page', { name: 'page', channels }],
    ['notify', { name: 'notify', channels: lesser.length > 0 ? lesser : channels }],
    ['nobody', { name: 'nobody', channels: [] }],
  ]);
  return { ...parsed.routing, receivers };
}

function withInhibitions(text: string, shipped: string | undefined): string {
  const more: unknown = shipped === undefined ? undefined : parseDocument(shipped).get('inhibit_rules');
  if (!isSeq(more)) return text;
  const document = parseDocument(text);
  for (const rule of more.items) document.addIn(['inhibit_rules'], rule);
  return document.toString();
}
