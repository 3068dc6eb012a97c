/** Metrics of the evidence store. */
import { counter, gauge } from '../metrics/definition.js';

export const evidenceMetrics = {
  records: gauge('quorumscope_evidence_records', 'Findings in the evidence store.', []),
  lost: counter(
    'quorumscope_evidence_lost_total',
    'Findings that could not be stored, or stored records that could not be read, by reason.',
    ['reason'],
  ),
} as const;
