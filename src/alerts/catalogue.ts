/** The metrics of notifications. Receivers are named in the configuration, so their labels are bounded. */
import { counter, gauge, histogram } from '../metrics/definition.js';

const channel = ['receiver', 'channel'] as const;

export const notificationMetrics = {
  sent: counter(
    'quorumscope_notifications_sent_total',
    'Notifications that a receiver has taken, by why they were sent.',
    [...channel, 'reason'],
  ),
  failed: counter(
    'quorumscope_notifications_failed_total',
    'Attempts that failed: refused, or why they are repeated.',
    [...channel, 'reason'],
  ),
  latency: histogram(
    'quorumscope_notifications_latency_seconds',
    'From the wish to notify to the acknowledgement of the receiver, with the record on disk in between.',
    [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 60],
    channel,
    { unit: 'seconds' },
  ),
  owed: gauge(
    'quorumscope_notifications_owed',
    'Notifications that wait for a receiver that fails.',
    channel,
  ),
  delayed: counter(
    'quorumscope_notifications_delayed_total',
    'Notifications that were put off, by reason: rate_limit, busy (the receiver asked for it).',
    [...channel, 'reason'],
  ),
  alerts: gauge('quorumscope_notifications_alerts', 'Alerts that are held, by state: firing or resolved.', [
    'state',
  ]),
  muted: gauge('quorumscope_notifications_muted_alerts', 'Firing alerts that are not told of, by why.', [
    'reason',
  ]),
  groups: gauge('quorumscope_notifications_groups', 'Groups of alerts.', []),
  silences: gauge('quorumscope_notifications_silences', 'Silences, by state.', ['state']),
  recordFailures: counter(
    'quorumscope_notifications_record_failures_total',
    'Notifications sent although their record could not be made durable: after a crash they may be sent again.',
    [],
  ),
  refusedAlerts: counter(
    'quorumscope_notifications_refused_alerts_total',
    'Alerts over HTTP that were refused because they are malformed.',
    [],
  ),
  brokenTexts: counter(
    'quorumscope_notifications_template_errors_total',
    'Templates of receivers that could not be used, so that built-in words were sent.',
    channel,
  ),
  heartbeats: counter(
    'quorumscope_notifications_heartbeats_total',
    'Calls to the heartbeat address, by outcome.',
    ['outcome'],
  ),
  handedOver: counter(
    'quorumscope_notifications_handed_over_total',
    'Posts of alerts to an Alertmanager, by outcome.',
    ['outcome'],
  ),
} as const;
