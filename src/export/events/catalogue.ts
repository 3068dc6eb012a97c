/** Metrics of the event stream. */
import { counter, gauge } from '../../metrics/definition.js';

export const eventStreamMetrics = {
  clients: gauge('quorumscope_event_stream_clients', 'Clients that listen to events.', []),
  sent: counter('quorumscope_event_stream_sent_total', 'Events given to clients.', []),
  missed: counter(
    'quorumscope_event_stream_missed_total',
    'Events that clients did not read in time, each told by a gap.',
    [],
  ),
  refused: counter(
    'quorumscope_event_stream_refused_total',
    'Clients refused because there were too many.',
    [],
  ),
  buffered: gauge('quorumscope_event_stream_buffered_bytes', 'Size of the events held for clients.', [], {
    unit: 'bytes',
  }),
} as const;
