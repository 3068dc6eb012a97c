/**
 * PagerDuty's Events API v2: trigger, acknowledge, resolve. One incident per group, found again by a key over the group's,
 * so that a repeated event, also after a restart, changes an incident and never opens a second one. The renderer is pure.
 */
import { createHash } from 'node:crypto';
import type { PagerdutyConfig } from './channel-config.js';
import { HttpSender, reveal, type SenderOptions } from './http-sender.js';
import type { Channel, Notification } from './notification.js';
import { rfc3339, short, titleOf, webAddress, wordsOf } from './words.js';

const SUMMARY = 1024;
/** An event has at most 512,000 bytes; this leaves room for the rest of it. */
const DETAILS_BYTES = 400_000;
const severities = ['critical', 'error', 'warning', 'info'];

/** The event. */
export function renderPagerduty(
  notification: Notification,
  {
    client,
    component,
    class: kind,
    group,
  }: Pick<PagerdutyConfig, 'client' | 'component' | 'class' | 'group'>,
  routingKey: string,
): Record<string, unknown> {
  const { isFiring, reason, groupKey, commonLabels, alerts, externalUrl } = notification;
  const head = {
    routing_key: routingKey,
    dedup_key: createHash('sha256').update(groupKey).digest('hex'),
    event_action: reason === 'acknowledged' ? 'acknowledge' : isFiring ? 'trigger' : 'resolve',
  };
  if (head.event_action !== 'trigger') return head;
  const severity = commonLabels['severity'] ?? '';
  const link = webAddress(externalUrl);
  const runbooks = [...new Set(alerts.flatMap((alert) => wordsOf(alert).runbook ?? []))];
  const first = alerts[0];
  return {
    ...head,
    client,
    ...(link === undefined ? {} : { client_url: link }),
    payload: {
      summary: short(
        `${titleOf(notification)} ${first === undefined ? '' : wordsOf(first).headline}`.trim(),
        SUMMARY,
      ),
      source:
        commonLabels['node_id'] ?? commonLabels['instance'] ?? commonLabels['chain_id'] ?? 'quorumscope',
      severity: severities.includes(severity) ? severity : 'error',
      ...(first === undefined ? {} : { timestamp: rfc3339(first.startsAtUs) }),
      ...optional('component', component),
      ...optional('class', kind),
      ...optional('group', group),
      custom_details: details(notification),
    },
    links: runbooks.slice(0, 10).map((href) => ({ href, text: 'runbook' })),
  };
}

function details({ alerts }: Notification): Record<string, unknown> {
  const firing: string[] = [];
  let bytes = 0;
  for (const alert of alerts) {
    const { headline, description, labels } = wordsOf(alert);
    const text = short([headline, description, labels].filter((part) => part !== '').join('\n'), 4000);
    bytes += Buffer.byteLength(JSON.stringify(text));
    if (bytes > DETAILS_BYTES) break;
    firing.push(text);
  }
  const hidden = alerts.length - firing.length;
  return { alerts: firing, num_alerts: alerts.length, ...(hidden === 0 ? {} : { not_shown: hidden }) };
}

function optional(name: string, value: string): Record<string, string> {
  return value === '' ? {} : { [name]: value };
}

/** The way there. */
export function pagerdutyChannel(config: PagerdutyConfig, options: SenderOptions): Channel {
  const sender = new HttpSender(config.http, options);
  return {
    kind: config.kind,
    sendResolved: config.sendResolved,
    takesAcknowledgement: true,
    send: (notification, signal) => {
      const key = reveal(config.routingKey);
      return sender.post(reveal(config.url), renderPagerduty(notification, config, key), signal, [key]);
    },
    close: () => sender.close(),
  };
}
