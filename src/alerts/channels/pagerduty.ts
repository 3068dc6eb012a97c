/**
 * PagerDuty's Events API v2: trigger, acknowledge, resolve. One incident per group, found again by a key over the group's,
 * so that a repeated event, also after a restart, changes an incident and never opens a second one. The renderer is pure.
 */
import { createHash } from 'node:crypto';
import type { PagerdutyConfig } from './channel-config.js';
import { HttpSender, reveal, wordsFor, type SenderOptions } from './http-sender.js';
import type { Channel, Notification } from './notification.js';
import { builtIn, sendWorded, type Wording } from './wording.js';
import { rfc3339, short, titleOf, webAddress, wordsOf } from './words.js';

const SUMMARY = 1024;
/** An event has at most 512,000 bytes; this leaves room for the rest of it. */
const DETAILS_BYTES = 300_000;
const OWN_BYTES = 150_000;
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
  wording: Wording = builtIn,
): Record<string, unknown> {
  const { isFiring, reason, groupKey, commonLabels, alerts, externalUrl } = notification;
  const head = {
    routing_key: routingKey,
    dedup_key: createHash('sha256').update(groupKey).digest('hex'),
    event_action: reason === 'acknowledged' ? 'acknowledge' : isFiring ? 'trigger' : 'resolve',
  };
  if (head.event_action !== 'trigger') return head;
  const severity = (wording.say('severity') ?? commonLabels['severity'] ?? '').trim();
  const link = webAddress(externalUrl);
  const runbooks = [...new Set(alerts.flatMap((alert) => wordsOf(alert).runbook ?? []))];
  const first = alerts[0];
  return {
    ...head,
    client: wording.say('client') ?? client,
    ...optional('client_url', wording.say('client_url') ?? link ?? ''),
    payload: {
      summary: short(
        wording.sayAnything('description') ??
          `${titleOf(notification)} ${first === undefined ? '' : wordsOf(first).headline}`.trim(),
        SUMMARY,
      ),
      source:
        wording.sayAnything('source') ??
        commonLabels['node_id'] ??
        commonLabels['instance'] ??
        commonLabels['chain_id'] ??
        'quorumscope',
      severity: severities.includes(severity) ? severity : 'error',
      ...(first === undefined ? {} : { timestamp: rfc3339(first.startsAtUs) }),
      ...optional('component', wording.say('component') ?? component),
      ...optional('class', wording.say('class') ?? kind),
      ...optional('group', wording.say('group') ?? group),
      custom_details: { ...details(notification), ...ownDetails(wording) },
    },
    links:
      ownList(wording, 'links', ['href', 'text']) ??
      runbooks.slice(0, 10).map((href) => ({ href, text: 'runbook' })),
    ...images(wording),
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

/** What templates add, as long as an event has room for it. */
function ownDetails(wording: Wording): Record<string, string> {
  const own: Record<string, string> = {};
  let bytes = 0;
  for (const name of wording.within('details.')) {
    const text = wording.say(`details.${name}`);
    if (text === undefined) continue;
    bytes += Buffer.byteLength(JSON.stringify([name, text]));
    if (bytes > OWN_BYTES) wording.reject(`details.${name}`, 'leaves no room for the rest of the event');
    else own[name] = text;
  }
  return own;
}

/** A list that a file gives; undefined where it gives none. Entries without an address are left out, as PagerDuty wants. */
function ownList(
  wording: Wording,
  list: string,
  [address, ...others]: readonly [string, ...string[]],
): Record<string, string>[] | undefined {
  const places = new Set(wording.within(`${list}[`).map((rest) => rest.slice(0, rest.indexOf(']'))));
  if (places.size === 0) return undefined;
  return [...places].flatMap((i) => {
    const href = wording.say(`${list}[${i}].${address}`) ?? '';
    if (href === '') return [];
    const rest = others.map((name) => optional(name, wording.say(`${list}[${i}].${name}`) ?? ''));
    return [Object.assign({ [address]: href }, ...rest) as Record<string, string>];
  });
}

function images(wording: Wording): Record<string, unknown> {
  const own = ownList(wording, 'images', ['src', 'alt', 'href']);
  return own === undefined ? {} : { images: own };
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
      return sendWorded(config.texts, notification, wordsFor(options), (wording) =>
        sender.post(reveal(config.url), renderPagerduty(notification, config, key, wording), signal, [key]),
      );
    },
    close: () => sender.close(),
  };
}
