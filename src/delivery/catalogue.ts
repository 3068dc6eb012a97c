/**
 * The metrics of everything that leaves the process. Per destination, at every moment:
 * produced = sent + dropped + queued + spooled (all in points; what is under way counts as queued).
 */
import { counter, gauge, histogram } from '../metrics/definition.js';

const destination = ['destination'] as const;

export const deliveryMetrics = {
  produced: counter(
    'quorumscope_delivery_produced_total',
    'Points handed over to be delivered.',
    destination,
  ),
  sent: counter('quorumscope_delivery_sent_total', 'Points that the receiver has acknowledged.', destination),
  dropped: counter(
    'quorumscope_delivery_dropped_total',
    'Points given up: refused by the receiver, too old, no room, or left over at shutdown.',
    [...destination, 'reason'],
  ),
  queued: gauge('quorumscope_delivery_queued', 'Points that wait in memory or are under way.', destination),
  spooled: gauge('quorumscope_delivery_spooled', 'Points that wait on disk.', destination),
  spooledBytes: gauge('quorumscope_delivery_spooled_bytes', 'Size of what waits on disk.', destination, {
    unit: 'bytes',
  }),
  attempts: counter(
    'quorumscope_delivery_attempts_total',
    'Attempts to send, by outcome: delivered, refused, or why it will be repeated.',
    [...destination, 'outcome'],
  ),
  duration: histogram(
    'quorumscope_delivery_duration_seconds',
    'Time of an attempt.',
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
    destination,
    { unit: 'seconds' },
  ),
  failing: gauge(
    'quorumscope_delivery_failing',
    'Whether the last attempt failed (1); from the fifth failure in a row on nothing but a probe is sent (2).',
    destination,
  ),
  lastSent: gauge(
    'quorumscope_delivery_last_success_timestamp_seconds',
    'When something was last acknowledged.',
    destination,
    { unit: 'seconds' },
  ),
} as const;
