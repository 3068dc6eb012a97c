/** Metrics of the incident recorder. */
import { counter, gauge } from '../metrics/definition.js';

export const incidentMetrics = {
  recorded: counter('quorumscope_incidents_recorded_total', 'Incidents written, by what began them.', [
    'trigger',
  ]),
  lost: counter(
    'quorumscope_incidents_lost_total',
    'Incidents that were not written: too many at once, or the disk failed.',
    ['reason'],
  ),
  removed: counter(
    'quorumscope_incidents_removed_total',
    'Incidents deleted to keep within number and size, the oldest first.',
    [],
  ),
  kept: gauge('quorumscope_incidents', 'Incidents on disk.', []),
  keptBytes: gauge('quorumscope_incidents_size_bytes', 'Size of the incidents on disk.', [], {
    unit: 'bytes',
  }),
  bufferBytes: gauge(
    'quorumscope_incident_buffer_bytes',
    'Raw lines in memory, from which an incident takes what was before it.',
    [],
    { unit: 'bytes' },
  ),
  bufferSeconds: gauge(
    'quorumscope_incident_buffer_seconds',
    'Time that the raw lines in memory go back: less than asked for when they are many.',
    [],
    { unit: 'seconds' },
  ),
} as const;
