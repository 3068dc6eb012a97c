/** Metrics of findings. They belong to the chain: several nodes see one fact. */
import { counter } from '../../../metrics/definition.js';
import { fed } from '../../declare.js';

/** What findings are drawn from: mostly two of these that contradict each other. */
const evidence = [
  'consensus.view_entered',
  'consensus.proposal_sent',
  'consensus.proposal_received',
  'consensus.proposal_rejected',
  'consensus.vote_sent',
  'consensus.vote_received',
  'consensus.vote_rejected',
  'consensus.qc_formed',
  'consensus.qc_received',
  'consensus.dc_formed',
  'consensus.dc_received',
  'consensus.tc_formed',
  'consensus.tc_received',
  'consensus.certificate_rejected',
  'consensus.lock_updated',
  'consensus.high_qc_updated',
  'consensus.block_committed',
  'consensus.epoch_changed',
  'consensus.byzantine_detected',
  'consensus.safety_violated',
  'state.transition_applied',
  'execution.block_executed',
] as const;

/** Subject: findings. */
export const findingMetrics = {
  findings: fed(
    counter(
      'hotstuff_consensus_findings_total',
      'Proven breaches, each counted once per chain. Class safety: conflicting commits or certificates; byzantine: what one validator provably did; divergence: nodes that must agree do not.',
      ['chain_id', 'class', 'kind'],
    ),
    ...evidence,
  ),
  validatorFindings: fed(
    counter(
      'hotstuff_consensus_validator_findings_total',
      'Findings that name a validator, by class.',
      ['chain_id', 'validator', 'class'],
      { limit: 10_000 },
    ),
    ...evidence,
  ),
} as const;
