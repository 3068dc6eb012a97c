/**
 * Metrics of who takes part, per chain: they merge what all attached nodes saw. A view can be judged only
 * where its collector is attached, so that with one node attached they move once per rotation.
 */
import { counter, gauge } from '../../../metrics/definition.js';
import { fed } from '../../declare.js';

const perValidator = ['chain_id', 'validator'] as const;

/** What moves the judgement of a view: a node that catches up judges nobody. */
const judging = ['consensus.view_entered', 'consensus.vote_received', 'consensus.sync_completed'] as const;

/** Subject: participation. */
export const participationMetrics = {
  judged: fed(
    counter(
      'hotstuff_consensus_participation_views_total',
      'Views in which it could be told whose vote was absent: the collector is attached, lived through the view without a gap, and tells of late votes.',
      ['chain_id'],
    ),
    ...judging,
    'consensus.qc_formed',
  ),
  votes: fed(
    counter(
      'hotstuff_consensus_validator_view_votes_total',
      'What became of the vote of a validator in the views that could be judged: in_time, late (after the certificate was complete), absent. Late is not absent.',
      [...perValidator, 'outcome'],
      { limit: 10_000 },
    ),
    ...judging,
    'consensus.qc_formed',
    'consensus.epoch_changed',
  ),
  leads: fed(
    counter(
      'hotstuff_consensus_validator_views_led_total',
      'Views that a validator led: proposed (its block was seen by an attached node, or votes for it), failed (no attached node saw a proposal, and one gave the view up).',
      [...perValidator, 'outcome'],
      { limit: 10_000 },
    ),
    'consensus.view_entered',
    'consensus.epoch_changed',
    'consensus.sync_started',
    'consensus.sync_completed',
  ),
  participation: fed(
    gauge(
      'hotstuff_consensus_validator_participation_ratio',
      'Share of the last 10, 100 and 1,000 judged views that a validator voted in, late or not.',
      [...perValidator, 'window'],
      { unit: 'ratio', limit: 10_000 },
    ),
    ...judging,
    'consensus.qc_formed',
  ),
  reputation: fed(
    gauge(
      'hotstuff_consensus_validator_reputation_ratio',
      'Score of a validator, 0 to 1: (0.7 x timeliness + 0.3 x leading) x 0.5 per breach, over the last 1,000 judged views and views led. Timeliness: in time counts 1, late 0.9, absent 0. Leading: share of views led that it proposed in. Breach: provably against the protocol, forgiven after 1,000 judged views.',
      perValidator,
      { unit: 'ratio', limit: 10_000 },
    ),
    ...judging,
    'consensus.qc_formed',
    'consensus.sync_started',
    'consensus.byzantine_detected',
  ),
  silent: fed(
    gauge(
      'hotstuff_consensus_validator_silent',
      'Whether a validator does not take part (1): absent in three judged views in a row and in no certificate since, under different leaders or failing to lead as well.',
      perValidator,
      { limit: 10_000 },
    ),
    ...judging,
  ),
  participatingPower: fed(
    gauge(
      'hotstuff_consensus_participating_voting_power',
      'Voting power of the validators that are not silent; absent until a view could be judged.',
      ['chain_id'],
    ),
    ...judging,
    'consensus.epoch_changed',
  ),
  margin: fed(
    gauge(
      'hotstuff_consensus_quorum_margin_voting_power',
      'Participating voting power minus the quorum; below 0 no certificate can form.',
      ['chain_id'],
    ),
    ...judging,
    'consensus.epoch_changed',
  ),
  oneFailureFromHalt: fed(
    gauge(
      'hotstuff_consensus_one_failure_from_halt',
      'Whether the margin is smaller than the largest participating validator (1): its failure would halt the chain.',
      ['chain_id'],
    ),
    ...judging,
  ),
} as const;
