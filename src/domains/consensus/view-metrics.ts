/** Metrics of views and the pacemaker: where the node is, how it got there, how long it took. */
import { counter, gauge, histogram, nodeLabels } from '../../metrics/definition.js';
import { latencyBuckets } from '../buckets.js';
import { fed } from '../declare.js';

/** How a view ended: with its certificate, or given up. */
export const viewOutcomes = ['decided', 'failed'] as const;

/** Subject: views. */
export const viewMetrics = {
  currentView: fed(
    gauge('hotstuff_consensus_current_view', 'View that the node is in.', nodeLabels),
    'consensus.view_entered',
  ),
  viewChanges: fed(
    counter(
      'hotstuff_consensus_view_changes_total',
      'Views entered, by what let the node enter: start, qc, dc (the view before was decided), tc, timer (it failed), sync (one jump, however far).',
      [...nodeLabels, 'trigger'],
    ),
    'consensus.view_entered',
  ),
  viewsLed: fed(
    counter(
      'hotstuff_consensus_views_led_total',
      'Views entered in which this node is the leader; absent until the node says which validator it is.',
      nodeLabels,
    ),
    'consensus.view_entered',
  ),
  viewDuration: fed(
    histogram(
      'hotstuff_consensus_view_duration_seconds',
      'From entering a view to entering the next. Outcome decided: left by a QC or DC; failed: left by a TC or timer. Jumps by sync are left out.',
      latencyBuckets,
      [...nodeLabels, 'outcome'],
      { unit: 'seconds' },
    ),
    'consensus.view_entered',
  ),
  viewChangeDuration: fed(
    histogram(
      'hotstuff_consensus_view_change_duration_seconds',
      "Time lost between views: from the first expiry of the view's timer here to entering a later view. Views that did not time out here, and jumps by sync, are left out.",
      latencyBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'consensus.view_timed_out',
    'consensus.view_entered',
  ),
  viewTimeouts: fed(
    counter(
      'hotstuff_consensus_view_timeouts_total',
      'Times that the timer of a view expired before it was decided (liveness timeouts).',
      nodeLabels,
    ),
    'consensus.view_timed_out',
  ),
  consecutiveTimeouts: fed(
    gauge(
      'hotstuff_consensus_consecutive_view_timeouts',
      'Views in a row that have timed out here; 0 once a view is entered by a QC or DC.',
      nodeLabels,
    ),
    'consensus.view_timed_out',
    'consensus.view_entered',
  ),
  viewTimer: fed(
    gauge(
      'hotstuff_consensus_view_timer_seconds',
      'Timer that the current view runs under, back-off included.',
      nodeLabels,
      { unit: 'seconds' },
    ),
    'consensus.view_entered',
    'consensus.view_timed_out',
  ),
  leaderWait: fed(
    histogram(
      'hotstuff_consensus_leader_wait_seconds',
      'From entering a view as its leader to being free to propose: at once (responsive) or after waiting for status messages (waited).',
      latencyBuckets,
      [...nodeLabels, 'path'],
      { unit: 'seconds' },
    ),
    'consensus.leader_waited',
  ),
  statusesSent: fed(
    counter(
      'hotstuff_consensus_statuses_sent_total',
      'Status (new-view) messages sent to leaders.',
      nodeLabels,
    ),
    'consensus.status_sent',
  ),
  statusesReceived: fed(
    counter(
      'hotstuff_consensus_statuses_received_total',
      'Status (new-view) messages received as leader.',
      nodeLabels,
    ),
    'consensus.status_received',
  ),
  wishesSent: fed(
    counter('hotstuff_consensus_wishes_sent_total', 'Wish (timeout) messages sent.', nodeLabels),
    'consensus.wish_sent',
  ),
  wishesReceived: fed(
    counter('hotstuff_consensus_wishes_received_total', 'Wish (timeout) messages received.', nodeLabels),
    'consensus.wish_received',
  ),
  validatorWishes: fed(
    counter(
      'hotstuff_consensus_validator_wishes_received_total',
      'Wish (timeout) messages received from a validator.',
      [...nodeLabels, 'validator'],
      { limit: 10_000 },
    ),
    'consensus.wish_received',
  ),
  validatorLastWish: fed(
    gauge(
      'hotstuff_consensus_validator_last_wish_view',
      'Highest view that a validator has asked for.',
      [...nodeLabels, 'validator'],
      { limit: 10_000 },
    ),
    'consensus.wish_received',
  ),
  viewsPerSecond: fed(
    gauge(
      'hotstuff_consensus_decided_views_per_second',
      'Consensus throughput: views entered by a QC or DC, each the proof that a view was decided, per second of the window.',
      nodeLabels,
    ),
    'consensus.view_entered',
  ),
} as const;
