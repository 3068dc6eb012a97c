/** Metrics of certificates and of what they move: the lock and the highest certificates known. */
import { counter, gauge, histogram, nodeLabels } from '../../metrics/definition.js';
import { countBuckets, latencyBuckets } from '../buckets.js';
import { fed } from '../declare.js';

/** Kinds of certificate: quorum, double, timeout. */
export const certificateKinds = ['qc', 'dc', 'tc'] as const;

/** Subject: certificates. */
export const certificateMetrics = {
  formed: fed(
    counter(
      'hotstuff_consensus_certificates_formed_total',
      'Certificates that this node collected, by kind.',
      [...nodeLabels, 'certificate'],
    ),
    'consensus.qc_formed',
    'consensus.dc_formed',
    'consensus.tc_formed',
  ),
  received: fed(
    counter(
      'hotstuff_consensus_certificates_received_total',
      'Certificates that arrived from others, by kind.',
      [...nodeLabels, 'certificate'],
    ),
    'consensus.qc_received',
    'consensus.dc_received',
    'consensus.tc_received',
  ),
  rejected: fed(
    counter('hotstuff_consensus_certificates_rejected_total', 'Certificates that arrived and were refused.', [
      ...nodeLabels,
      'certificate',
      'reason',
    ]),
    'consensus.certificate_rejected',
  ),
  collect: fed(
    histogram(
      'hotstuff_consensus_certificate_collect_duration_seconds',
      'From the first vote or wish received to the one that closed the quorum.',
      latencyBuckets,
      [...nodeLabels, 'certificate'],
      { unit: 'seconds' },
    ),
    'consensus.qc_formed',
    'consensus.dc_formed',
    'consensus.tc_formed',
  ),
  signers: fed(
    histogram(
      'hotstuff_consensus_certificate_signers',
      'Signers of the certificates that this node collected.',
      countBuckets,
      [...nodeLabels, 'certificate'],
    ),
    'consensus.qc_formed',
    'consensus.dc_formed',
    'consensus.tc_formed',
  ),
  lockedView: fed(
    gauge(
      'hotstuff_consensus_locked_view',
      'View of the certificate that the node is locked on.',
      nodeLabels,
    ),
    'consensus.lock_updated',
  ),
  locks: fed(
    counter('hotstuff_consensus_lock_updates_total', 'Times that the node locked a certificate.', nodeLabels),
    'consensus.lock_updated',
  ),
  highestQc: fed(
    gauge(
      'hotstuff_consensus_highest_qc_view',
      'View of the highest quorum certificate that the node knows.',
      nodeLabels,
    ),
    'consensus.high_qc_updated',
    'consensus.qc_formed',
    'consensus.qc_received',
  ),
  highestDc: fed(
    gauge(
      'hotstuff_consensus_highest_dc_view',
      'View of the highest double certificate that the node knows.',
      nodeLabels,
    ),
    'consensus.dc_formed',
    'consensus.dc_received',
  ),
  highestTc: fed(
    gauge(
      'hotstuff_consensus_highest_tc_view',
      'Highest view that a timeout certificate known to the node lets enter.',
      nodeLabels,
    ),
    'consensus.tc_formed',
    'consensus.tc_received',
  ),
} as const;
