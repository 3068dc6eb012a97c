/**
 * Metrics that need the whole record of a view: how closely quorums close, how much of the timer good
 * views use, and the pacemaker's back-off. Stages of a block are in proposal-metrics.ts.
 */
import { counter, gauge, histogram, nodeLabels } from '../../../metrics/definition.js';
import { latencyBuckets, ratioBuckets, workBuckets } from '../../buckets.js';
import { fed } from '../../declare.js';

/** What feeds a record's certificates. */
const certifying = ['consensus.view_entered', 'consensus.vote_received', 'consensus.qc_formed'] as const;

/** Subject: phases of views. */
export const phaseMetrics = {
  closingGap: fed(
    histogram(
      'hotstuff_consensus_quorum_closing_gap_seconds',
      'From the vote before to the vote that closed a quorum, on the node that collected it: how long the others waited for the last one.',
      workBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    ...certifying,
    'consensus.dc_formed',
  ),
  closings: fed(
    counter(
      'hotstuff_consensus_validator_quorum_closings_total',
      'Quorums collected here that a validator closed with its vote: it sets the pace.',
      [...nodeLabels, 'validator'],
      { limit: 10_000 },
    ),
    ...certifying,
    'consensus.dc_formed',
  ),
  secondPhase: fed(
    histogram(
      'hotstuff_consensus_second_phase_duration_seconds',
      'From the first certificate of a view to its second (DC), as known here; the basic form has it in every view.',
      latencyBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'consensus.view_entered',
    'consensus.qc_formed',
    'consensus.qc_received',
    'consensus.dc_formed',
    'consensus.dc_received',
  ),
  timerUse: fed(
    histogram(
      'hotstuff_consensus_view_timer_used_ratio',
      'Share of its timer that a decided view had used when the node left it. Near 1 the timer is too small; above 1 the certificate came after the timer.',
      [...ratioBuckets, 1.5, 2],
      nodeLabels,
      { unit: 'ratio' },
    ),
    'consensus.view_entered',
  ),
  backoff: fed(
    gauge(
      'hotstuff_consensus_view_timer_backoff_ratio',
      'Timer of the current view by the base timer that the node states in its hello: 1 is no back-off.',
      nodeLabels,
      { unit: 'ratio' },
    ),
    'hello',
    'consensus.view_entered',
  ),
  skipped: fed(
    counter(
      'hotstuff_consensus_views_skipped_total',
      'Views passed over on entering a later one, by what let the node enter; a jump is one view change however far.',
      [...nodeLabels, 'trigger'],
    ),
    'consensus.view_entered',
  ),
} as const;
