/** Metrics of votes: sent, and received in time, late, twice or refused; also per validator. */
import { counter, gauge, histogram, nodeLabels } from '../../metrics/definition.js';
import { latencyBuckets, workBuckets } from '../buckets.js';
import { fed } from '../declare.js';

/** What became of a vote that arrived; they add up to all arrivals. */
export const voteOutcomes = ['in_time', 'late', 'duplicate', 'rejected'] as const;

/** Subject: votes. */
export const voteMetrics = {
  votesSent: fed(
    counter('hotstuff_consensus_votes_sent_total', 'Votes sent, by phase.', [...nodeLabels, 'vote']),
    'consensus.vote_sent',
  ),
  votesReceived: fed(
    counter(
      'hotstuff_consensus_votes_received_total',
      'Votes that arrived, by phase and what became of them: in_time, late (after the certificate was complete), duplicate, rejected.',
      [...nodeLabels, 'vote', 'outcome'],
    ),
    'consensus.vote_received',
    'consensus.vote_rejected',
  ),
  votesRejected: fed(
    counter('hotstuff_consensus_votes_rejected_total', 'Votes refused, by reason; duplicates included.', [
      ...nodeLabels,
      'reason',
    ]),
    'consensus.vote_rejected',
  ),
  voteProcessing: fed(
    histogram(
      'hotstuff_consensus_vote_processing_duration_seconds',
      'From having a vote to being done with it.',
      workBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'consensus.vote_received',
  ),
  voteLateness: fed(
    histogram(
      'hotstuff_consensus_vote_lateness_seconds',
      'How long after its certificate was complete a late vote arrived; votes in time are left out.',
      latencyBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'consensus.vote_received',
  ),
  validatorVotes: fed(
    counter(
      'hotstuff_consensus_validator_votes_received_total',
      'Votes that arrived from a validator, by what became of them. Only the collector of a view receives votes: compare validators, not nodes.',
      [...nodeLabels, 'validator', 'outcome'],
      { limit: 10_000 },
    ),
    'consensus.vote_received',
    'consensus.vote_rejected',
  ),
  validatorLastVote: fed(
    gauge(
      'hotstuff_consensus_validator_last_vote_view',
      'Highest view for which a vote of a validator arrived here.',
      [...nodeLabels, 'validator'],
      { limit: 10_000 },
    ),
    'consensus.vote_received',
  ),
} as const;
