/** Metrics of proposals and of a block's way to its commit. */
import { counter, histogram, nodeLabels } from '../../metrics/definition.js';
import { latencyBuckets, workBuckets } from '../buckets.js';
import { fed } from '../declare.js';

/** The stations of a block as this node sees them, in order. */
export const stages = ['propose', 'vote', 'certify', 'commit'] as const;

/** Subject: proposals. */
export const proposalMetrics = {
  blocksProposed: fed(
    counter(
      'hotstuff_consensus_blocks_proposed_total',
      'Blocks that this node proposed as leader.',
      nodeLabels,
    ),
    'consensus.proposal_sent',
  ),
  emptyBlocksProposed: fed(
    counter(
      'hotstuff_consensus_empty_blocks_proposed_total',
      'Blocks without transactions that this node proposed.',
      nodeLabels,
    ),
    'consensus.proposal_sent',
  ),
  blockBuild: fed(
    histogram(
      'hotstuff_consensus_block_build_duration_seconds',
      'Time that this node took to build a block it proposed.',
      latencyBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'consensus.proposal_sent',
  ),
  blockProposal: fed(
    histogram(
      'hotstuff_consensus_block_proposal_duration_seconds',
      'From entering a view as its leader to sending the proposal; the wait for status messages included.',
      latencyBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'consensus.view_entered',
    'consensus.proposal_sent',
  ),
  proposalsReceived: fed(
    counter(
      'hotstuff_consensus_proposals_received_total',
      'Proposals received and accepted as valid.',
      nodeLabels,
    ),
    'consensus.proposal_received',
  ),
  proposalsRejected: fed(
    counter('hotstuff_consensus_proposals_rejected_total', 'Proposals received and refused.', [
      ...nodeLabels,
      'reason',
    ]),
    'consensus.proposal_rejected',
  ),
  proposalProcessing: fed(
    histogram(
      'hotstuff_consensus_proposal_processing_duration_seconds',
      'From having a proposal to being done with it.',
      workBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'consensus.proposal_received',
  ),
  validatorProposals: fed(
    counter(
      'hotstuff_consensus_validator_proposals_received_total',
      'Proposals received from a validator, by whether they were accepted.',
      [...nodeLabels, 'validator', 'outcome'],
      { limit: 10_000 },
    ),
    'consensus.proposal_received',
    'consensus.proposal_rejected',
  ),
  stageDuration: fed(
    histogram(
      'hotstuff_consensus_stage_duration_seconds',
      'Stages of a block as seen here. propose: view entered to proposal received; vote: proposal received to own first vote sent; certify: proposal here to its first certificate known here; commit: that certificate to the commit here.',
      latencyBuckets,
      [...nodeLabels, 'stage'],
      { unit: 'seconds' },
    ),
    'consensus.view_entered',
    'consensus.proposal_received',
    'consensus.proposal_sent',
    'consensus.vote_sent',
    'consensus.qc_formed',
    'consensus.qc_received',
    'consensus.block_committed',
  ),
  blockCommit: fed(
    histogram(
      'hotstuff_consensus_block_commit_duration_seconds',
      "From having a block's proposal here (received or sent) to its commit here, by this node's own clock: clocks of other machines cannot distort it.",
      latencyBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'consensus.proposal_received',
    'consensus.proposal_sent',
    'consensus.block_committed',
  ),
  blockFinalization: fed(
    histogram(
      'hotstuff_consensus_block_finalization_latency_seconds',
      "From the block's own timestamp, which its proposer's wall clock gave, to its commit here.",
      latencyBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'consensus.block_committed',
  ),
} as const;
