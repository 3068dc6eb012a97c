/** Metrics of findings. They belong to the chain: several nodes see one fact. */
import { counter } from '../../../metrics/definition.js';
import { fed } from '../../declare.js';

/** What findings are drawn from. */
const evidence = [
  'consensus.proposal_sent',
  'consensus.proposal_received',
  'consensus.vote_sent',
  'consensus.vote_received',
  'consensus.qc_formed',
  'consensus.qc_received',
  'consensus.lock_updated',
  'consensus.block_committed',
  'consensus.byzantine_detected',
  'consensus.safety_violated',
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
