/** Alertmanager's own webhook payload, version 4: whatever listens to Alertmanager listens to us. The renderer is pure. */
import type { WebhookConfig } from './channel-config.js';
import { HttpSender, reveal, type SenderOptions } from './http-sender.js';
import type { Channel, NotifiedAlert, Notification } from './notification.js';
import { rfc3339 } from './words.js';

/** The body. @param maxAlerts 0 is all */
export function renderWebhook(notification: Notification, maxAlerts: number): Record<string, unknown> {
  const { alerts, groupKey, receiver, isFiring, groupLabels, commonLabels, commonAnnotations } = notification;
  const kept = maxAlerts > 0 ? alerts.slice(0, maxAlerts) : alerts;
  return {
    receiver,
    status: isFiring ? 'firing' : 'resolved',
    alerts: kept.map(renderAlert),
    groupLabels,
    commonLabels,
    commonAnnotations,
    externalURL: notification.externalUrl,
    version: '4',
    groupKey,
    truncatedAlerts: alerts.length - kept.length,
  };
}

function renderAlert(alert: NotifiedAlert): Record<string, unknown> {
  return {
    status: alert.isFiring ? 'firing' : 'resolved',
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: rfc3339(alert.startsAtUs),
    endsAt: rfc3339(alert.endsAtUs),
    generatorURL: alert.generatorUrl,
    fingerprint: alert.id,
  };
}

/** The way there. */
export function webhookChannel(config: WebhookConfig, options: SenderOptions): Channel {
  const sender = new HttpSender(config.http, options);
  return {
    kind: config.kind,
    sendResolved: config.sendResolved,
    takesAcknowledgement: false,
    send: (notification, signal) =>
      sender.post(reveal(config.url), renderWebhook(notification, config.maxAlerts), signal, []),
    close: () => sender.close(),
  };
}
