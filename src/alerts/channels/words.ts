/**
 * The words of every channel: a title, and a few lines for each alert. Built in, so that the reason, the scope and the
 * runbook are always there. Pure; plain text, which channels escape for themselves.
 */
import type { AlertTexts } from '../alert.js';
import type { NotifiedAlert, Notification } from './notification.js';

/** `[FIRING:2] ViewFailures (main self)`. */
export function titleOf({ isFiring, alerts, groupLabels, commonLabels, reason }: Notification): string {
  const firing = alerts.filter((one) => one.isFiring).length;
  const state = reason === 'acknowledged' ? 'ACKNOWLEDGED' : isFiring ? `FIRING:${firing}` : 'RESOLVED';
  const name = groupLabels['alertname'] ?? commonLabels['alertname'] ?? `${alerts.length} alerts`;
  const where = ['chain_id', 'node_id', 'scope', 'severity'].flatMap((label) => commonLabels[label] ?? []);
  return `[${state}] ${name}${where.length === 0 ? '' : ` (${where.join(' ')})`}`;
}

/** An alert in words. */
export interface Words {
  readonly headline: string;
  readonly description: string;
  readonly labels: string;
  readonly runbook: string | undefined;
  readonly isFiring: boolean;
}

/** What to say of an alert. */
export function wordsOf({ annotations, labels, isFiring }: NotifiedAlert): Words {
  const name = labels['alertname'] ?? 'alert';
  return {
    headline: `${isFiring ? '' : 'Resolved: '}${annotations['summary'] ?? name}`,
    description: annotations['description'] ?? annotations['message'] ?? '',
    labels: pairs(labels),
    runbook: webAddress(annotations['runbook_url']),
    isFiring,
  };
}

/** `a=b, c=d`, without the alert's name. */
export function pairs(labels: AlertTexts): string {
  return Object.keys(labels)
    .filter((name) => name !== 'alertname')
    .sort()
    .map((name) => `${name}=${labels[name] ?? ''}`)
    .join(', ');
}

/** An address that may become a link; anything else could be a script. */
export function webAddress(text: string | undefined): string | undefined {
  return text !== undefined && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
    ? text
    : undefined;
}

/** At most so many code points; what is cut off is marked. */
export function short(text: string, most: number): string {
  const points = [...text];
  return points.length <= most ? text : `${points.slice(0, most - 1).join('')}…`;
}

/**
 * As many parts as fit, and a line that says how many did not: a receiver is never led to believe that it sees all.
 * @param most code points
 */
export function joinFitting(parts: readonly string[], separator: string, most: number): string {
  const tail = (left: number): string => `${separator}… and ${left} more`;
  const size = (text: string): number => [...text].length;
  let text = '';
  for (const [i, part] of parts.entries()) {
    const next = text === '' ? part : text + separator + part;
    const left = parts.length - i - 1;
    if (size(next) + (left === 0 ? 0 : size(tail(left))) > most)
      return i === 0
        ? short(part, most - size(tail(left))) + (left === 0 ? '' : tail(left))
        : text + tail(left + 1);
    text = next;
  }
  return text;
}

/** Microseconds as RFC 3339; what has not come is Go's zero time. */
export function rfc3339(us: number | undefined): string {
  return us === undefined ? '0001-01-01T00:00:00Z' : new Date(us / 1000).toISOString();
}
