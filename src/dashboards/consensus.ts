/** The dashboard of the protocol: views and why they fail, stages of a block, votes, certificates, locks, safety. */
import { metricPanel, metricPanels } from './metric-panels.js';
import type { Metrics } from './metrics.js';
import { row, type DashboardSpec, type PanelSpec } from './panel.js';

const h = (name: string): string => `hotstuff_consensus_${name}`;

/** Consensus. */
export function consensus(m: Metrics): DashboardSpec {
  return {
    uid: 'quorumscope-consensus',
    title: 'HotStuff-2 consensus',
    description: 'What every view did, why it failed, and where its time went.',
    variables: ['chain', 'node'],
    rows: [
      row('Safety', safety(m)),
      row('Views', views(m)),
      row('Why views fail', failures(m)),
      row('Where the time of a block goes', stages(m)),
      row('Commits', commits(m)),
      row('Votes', votes(m)),
      row('Certificates and locks', certificates(m), true),
      row('Leading', leading(m), true),
      row('Catching up and epochs', catchingUp(m), true),
    ],
  };
}

/** Counts since the sidecar was started: a finding is no rate. */
function safety(m: Metrics): PanelSpec[] {
  const count = (name: string, title: string, by: readonly string[], runbook: string): PanelSpec => ({
    kind: 'number',
    title,
    description: `${m.definition(name).help} Since the sidecar was started. (\`${name}\`)`,
    questions: [m.value(name, { by })],
    steps: [{ from: 1, colour: 'red' }],
    whenAbsent: 'none',
    decimals: 0,
    width: 8,
    height: 5,
    runbook,
  });
  return [
    count(h('findings_total'), 'Findings', ['chain_id', 'class', 'kind'], 'HotStuffSafetyViolation'),
    count(
      h('safety_violations_total'),
      'Safety violations that nodes stated',
      ['node_id', 'kind'],
      'HotStuffSafetyViolation',
    ),
    count(
      h('byzantine_behaviors_total'),
      'Byzantine behaviour that nodes stated',
      ['validator', 'kind'],
      'HotStuffValidatorByzantine',
    ),
  ];
}

function views(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, h('current_view')),
    metricPanel(m, h('decided_views_per_second'), { title: 'Views decided per second' }),
    metricPanel(m, h('view_changes_total'), {
      title: 'Views entered, by trigger',
      isStacked: true,
      shape: { by: ['node_id', 'trigger'] },
    }),
    metricPanel(m, h('view_duration_seconds'), { shape: { by: ['outcome'] } }),
    {
      kind: 'heatmap',
      title: 'Time of views',
      description: m.definition(h('view_duration_seconds')).help,
      questions: [m.buckets(h('view_duration_seconds'))],
      unit: 's',
    },
    metricPanel(m, h('view_timer_used_ratio'), {
      title: 'Share of its timer that a view needed',
      quantiles: [0.5, 0.9],
      limits: ['max_view_timer_usage'],
      runbook: 'HotStuffViewTimerTooSmall',
    }),
    metricPanel(m, h('view_timeouts_total'), { title: 'Timers that expired per second' }),
    metricPanel(m, h('consecutive_view_timeouts'), {
      limits: ['max_liveness_timeouts'],
      runbook: 'HotStuffViewsTimeOut',
    }),
    metricPanel(m, h('view_timer_seconds')),
    metricPanel(m, h('view_timer_backoff_ratio'), { title: 'Back-off of the timer', unit: 'short' }),
    metricPanel(m, h('views_skipped_total')),
    metricPanel(m, h('view_change_duration_seconds'), { title: 'Time lost between views' }),
  ];
}

function failures(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, h('verdicts_total'), {
      title: 'Views by outcome',
      isStacked: true,
      shape: { by: ['outcome'] },
    }),
    metricPanel(m, h('views_failed_total'), {
      title: 'Failed views, by cause and scope',
      isStacked: true,
      runbook: 'HotStuffNetworkFailsViews',
    }),
    metricPanel(m, h('views_lagged_total'), { title: 'Lagged views, by cause and scope', isStacked: true }),
    metricPanel(m, h('validator_blamed_total'), {
      title: 'Views that a validator made fail or lag',
      shape: { by: ['validator', 'cause'] },
      isStacked: true,
      runbook: 'HotStuffValidatorFailsViews',
    }),
    metricPanel(m, h('vantage_ratio'), { title: 'Vantage', max: 1 }),
    metricPanel(m, h('verdicts_revised_total')),
    metricPanel(m, h('last_failed_view_timestamp_seconds'), {
      kind: 'number',
      title: 'Since a view failed',
      width: 8,
    }),
  ];
}

function stages(m: Metrics): PanelSpec[] {
  const stage: PanelSpec = metricPanel(m, h('stage_duration_seconds'), {
    title: 'Stages of a block, median',
    quantiles: [0.5],
    shape: { by: ['stage'] },
    isStacked: true,
  });
  return [
    stage,
    metricPanel(m, h('stage_duration_seconds'), {
      title: 'Stages of a block, tail',
      quantiles: [0.99],
      shape: { by: ['stage'] },
    }),
    ...metricPanels(m, [
      h('block_commit_duration_seconds'),
      h('block_finalization_latency_seconds'),
      h('second_phase_duration_seconds'),
      h('quorum_closing_gap_seconds'),
      h('proposal_processing_duration_seconds'),
      h('vote_processing_duration_seconds'),
    ]),
    metricPanel(m, h('signature_duration_seconds'), { shape: { by: ['operation'] } }),
    metricPanel(m, h('signatures_total'), { shape: { by: ['operation'] } }),
  ];
}

function commits(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, h('committed_height')),
    metricPanel(m, h('committed_blocks_per_second'), { title: 'Blocks per second' }),
    metricPanel(m, h('committed_transactions_per_second'), {
      title: 'Transactions per second',
      limits: ['min_transaction_throughput'],
      runbook: 'HotStuffThroughputLow',
    }),
    metricPanel(m, h('efficiency_ratio'), { title: 'Blocks committed per view entered' }),
    metricPanel(m, h('views_per_commit')),
    metricPanel(m, h('views_since_last_commit')),
    metricPanel(m, h('last_commit_timestamp_seconds'), {
      limits: ['max_block_time'],
      runbook: 'HotStuffChainHalted',
    }),
    ...metricPanels(m, [
      h('transactions_committed_total'),
      h('block_transactions'),
      h('block_size_bytes'),
      h('blocks_pruned_total'),
    ]),
  ];
}

function votes(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, h('votes_sent_total')),
    metricPanel(m, h('votes_received_total'), { shape: { by: ['vote', 'outcome'] }, isStacked: true }),
    metricPanel(m, h('votes_rejected_total')),
    metricPanel(m, h('vote_lateness_seconds'), { title: 'How late late votes are' }),
    metricPanel(m, [h('wishes_sent_total'), h('wishes_received_total')], { title: 'Wishes per second' }),
    metricPanel(m, [h('statuses_sent_total'), h('statuses_received_total')], {
      title: 'Status messages per second',
    }),
  ];
}

function certificates(m: Metrics): PanelSpec[] {
  return [
    ...metricPanels(m, [
      h('certificates_formed_total'),
      h('certificates_received_total'),
      h('certificates_rejected_total'),
      h('certificate_collect_duration_seconds'),
      h('certificate_signers'),
      h('locked_view'),
      h('lock_updates_total'),
    ]),
    metricPanel(m, [h('highest_qc_view'), h('highest_dc_view'), h('highest_tc_view')], {
      title: 'Highest certificates',
    }),
  ];
}

function leading(m: Metrics): PanelSpec[] {
  return metricPanels(m, [
    h('views_led_total'),
    h('blocks_proposed_total'),
    h('empty_blocks_proposed_total'),
    h('leader_wait_seconds'),
    h('block_build_duration_seconds'),
    h('block_proposal_duration_seconds'),
    h('proposals_received_total'),
    h('proposals_rejected_total'),
  ]);
}

function catchingUp(m: Metrics): PanelSpec[] {
  return metricPanels(m, [
    h('syncing'),
    h('syncs_started_total'),
    h('sync_blocks_total'),
    h('sync_duration_seconds'),
    h('epoch'),
    h('epoch_changes_total'),
  ]);
}
