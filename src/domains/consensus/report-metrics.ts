/** Metrics of what the node itself reports about safety, misbehaviour and signature work. */
import { counter, histogram, nodeLabels } from '../../metrics/definition.js';
import { workBuckets } from '../buckets.js';
import { fed } from '../declare.js';

/** Subject: reports of the node. */
export const reportMetrics = {
  safetyViolations: fed(
    counter(
      'hotstuff_consensus_safety_violations_total',
      'Broken safety rules that the node itself reports, by kind. Any increase is an emergency.',
      [...nodeLabels, 'kind'],
    ),
    'consensus.safety_violated',
  ),
  byzantineBehaviors: fed(
    counter(
      'hotstuff_consensus_byzantine_behaviors_total',
      'Breaches of the protocol by a validator that the node itself reports, by kind.',
      [...nodeLabels, 'kind', 'validator'],
      { limit: 10_000 },
    ),
    'consensus.byzantine_detected',
  ),
  signatures: fed(
    counter('hotstuff_consensus_signatures_total', 'Signatures worked on, by operation.', [
      ...nodeLabels,
      'operation',
    ]),
    'consensus.signature_processed',
  ),
  signatureDuration: fed(
    histogram(
      'hotstuff_consensus_signature_duration_seconds',
      'Time of one signature operation; an aggregate is one operation.',
      workBuckets,
      [...nodeLabels, 'operation'],
      { unit: 'seconds' },
    ),
    'consensus.signature_processed',
  ),
} as const;
