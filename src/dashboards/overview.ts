/**
 * The dashboard for three in the morning. Its first screen answers, in this order: is the chain committing, is it me, who
 * is at fault, how much margin is left. Everything below says since when, and where to look next.
 */
import { metricPanel } from './metric-panels.js';
import type { Metrics } from './metrics.js';
import { row, type DashboardSpec, type PanelSpec } from './panel.js';

const COMMIT = 'hotstuff_consensus_last_commit_timestamp_seconds';
const OVER = '> bool on (job, instance) group_left () quorumscope_threshold{name="max_block_time"}';
const C = { by: ['chain_id'] } as const;

/** No quorum; none to spare; some to spare. */
export const MARGIN_COLOURS = {
  base: 'red',
  steps: [
    { from: 0, colour: 'orange' },
    { from: 1, colour: 'green' },
  ],
} as const satisfies Pick<PanelSpec, 'base' | 'steps'>;

/** Overview. */
export function overview(metrics: Metrics): DashboardSpec {
  return {
    uid: 'quorumscope-overview',
    title: 'HotStuff-2 overview',
    description: 'Is the chain committing, is it me, who is at fault, how much margin is left.',
    variables: ['chains', 'node'],
    refresh: '5s',
    rows: [
      row('Now', now(metrics)),
      row('Since when', course(metrics)),
      row('Who takes part', participation(metrics)),
      row('What users feel', service(metrics)),
    ],
  };
}

function now(m: Metrics): PanelSpec[] {
  return [committing(m), sinceCommit(m), isItMe(m), margin(m), oneFailure(m), faults(m), causes(m), alerts()];
}

function committing(m: Metrics): PanelSpec {
  const age = `time() - ${m.select(COMMIT, { allNodes: true })}`;
  return {
    kind: 'number',
    title: 'Is the chain committing?',
    description:
      'HALTED when no attached node has committed for longer than the threshold `max_block_time`; the same comparison as the alert.',
    questions: [{ expr: `min by (chain_id) (${age} ${OVER})`, legend: '{{chain_id}}' }],
    meanings: [
      { value: 0, text: 'committing', colour: 'green' },
      { value: 1, text: 'HALTED', colour: 'red' },
    ],
    whenAbsent: 'no commit seen',
    runbook: 'HotStuffChainHalted',
    width: 6,
    height: 5,
  };
}

function sinceCommit(m: Metrics): PanelSpec {
  return {
    kind: 'number',
    title: 'Since the last commit',
    description:
      'Age of the newest commit that any attached node has told of; it grows while the chain stands.',
    questions: [m.age(COMMIT, { ...C, allNodes: true })],
    unit: 's',
    whenAbsent: 'no commit seen',
    width: 4,
    height: 5,
  };
}

/** Worst first: what is true of a node in an earlier line hides the later ones. */
function isItMe(m: Metrics): PanelSpec {
  const by = 'max by (chain_id, node_id)';
  const connected = m.select('quorumscope_node_connected');
  const commit = m.select(COMMIT);
  const chain = `min by (chain_id) (time() - ${m.select(COMMIT, { allNodes: true })} ${OVER})`;
  const expr = [
    `${by} (${connected} == 0) + 3`,
    `${by} (${m.select('hotstuff_consensus_syncing')} == 1)`,
    `${by} (time() - ${commit} ${OVER}) * 2 > 0 and on (chain_id) ${chain} == 0`,
    `${by} (${connected}) * 0`,
  ].join('\nor on (chain_id, node_id)\n');
  return {
    kind: 'number',
    title: 'Is it me?',
    description:
      'Each attached node. STALLED: it does not commit while its chain goes on. NOT HEARD: nothing speaks for it any more, so nothing is known of it. Where all is well here and the chain stands, it is not you.',
    questions: [{ expr, legend: '{{node_id}}' }],
    meanings: [
      { value: 0, text: 'not me', colour: 'green' },
      { value: 1, text: 'catching up', colour: 'blue' },
      { value: 2, text: 'STALLED', colour: 'red' },
      { value: 3, text: 'NOT HEARD', colour: 'orange' },
    ],
    whenAbsent: 'nothing attached',
    runbook: 'HotStuffNodeStalled',
    width: 8,
    height: 5,
  };
}

function margin(m: Metrics): PanelSpec {
  return {
    kind: 'number',
    title: 'Margin',
    description:
      'Voting power that takes part beyond what a quorum needs. Below 0 there is no quorum; 0: whoever fails next halts the chain.',
    questions: [m.value('hotstuff_consensus_quorum_margin_voting_power')],
    ...MARGIN_COLOURS,
    whenAbsent: 'not known',
    runbook: 'HotStuffOneFailureFromHalt',
    width: 3,
    height: 5,
  };
}

function oneFailure(m: Metrics): PanelSpec {
  return {
    kind: 'number',
    title: 'One failure from a halt?',
    description: 'Whether the loss of one more validator that takes part would leave no quorum.',
    questions: [m.value('hotstuff_consensus_one_failure_from_halt')],
    meanings: [
      { value: 0, text: 'no', colour: 'green' },
      { value: 1, text: 'YES', colour: 'red' },
    ],
    whenAbsent: 'not known',
    runbook: 'HotStuffOneFailureFromHalt',
    width: 3,
    height: 5,
  };
}

function faults(m: Metrics): PanelSpec {
  const growth = m.growth('hotstuff_consensus_validator_blamed_total', {
    by: ['chain_id', 'validator', 'cause'],
  });
  return {
    kind: 'bars',
    title: 'Who is at fault?',
    description:
      'Views that failed or lagged because of a validator, by cause, within the time shown. Nobody is blamed on a guess. The causes are explained in docs/CAUSES.md.',
    questions: [{ expr: `topk(10, ${growth.expr} > 0)`, legend: '{{validator}}: {{cause}}' }],
    whenAbsent: 'nobody',
    min: 0,
    decimals: 0,
    runbook: 'HotStuffValidatorFailsViews',
    width: 8,
    height: 8,
  };
}

function causes(m: Metrics): PanelSpec {
  const growth = m.growth('hotstuff_consensus_views_failed_total', { by: ['chain_id', 'scope', 'cause'] });
  return {
    kind: 'bars',
    title: 'Why views failed, and where it lies',
    description:
      'Failed views by cause within the time shown. self: a validator of yours; peer: somebody else; network: nobody in particular; unknown: it could not be told from here.',
    questions: [{ expr: `topk(10, ${growth.expr} > 0)`, legend: '{{scope}}: {{cause}}' }],
    whenAbsent: 'no view failed',
    min: 0,
    decimals: 0,
    runbook: 'HotStuffNetworkFailsViews',
    width: 8,
    height: 8,
  };
}

function alerts(): PanelSpec {
  return {
    kind: 'alerts',
    title: 'Alerts that fire',
    description: 'From the shipped rules. Empty where no rules are loaded; the first row needs none.',
    questions: [
      {
        expr: 'max by (alertname, severity, scope, chain_id, validator, node_id) (ALERTS{alertstate="firing", alertname=~"HotStuff.+", alertname!="HotStuffWatchdog"})',
        legend: '{{alertname}}',
      },
    ],
    whenAbsent: 'none',
    width: 8,
    height: 8,
  };
}

function course(m: Metrics): PanelSpec[] {
  const height = metricPanel(m, 'hotstuff_consensus_committed_height', {
    title: 'Blocks behind the highest',
  });
  const own = m.value('hotstuff_consensus_committed_height');
  const highest = m.value('hotstuff_consensus_committed_height', { ...C, allNodes: true });
  return [
    metricPanel(m, 'hotstuff_consensus_blocks_committed_total', {
      title: 'Blocks committed per second, by node',
      description:
        'Every node tells of the same blocks: lines lie upon each other while all is well. Never to be summed.',
      width: 8,
    }),
    {
      ...height,
      questions: [
        { expr: `${highest.expr} - on (chain_id) group_right () ${own.expr}`, legend: own.legend },
        m.limit('max_blocks_behind'),
      ],
    },
    {
      ...metricPanel(m, 'hotstuff_consensus_verdicts_total', { shape: { by: ['outcome'] } }),
      title: 'Views by outcome',
      isStacked: true,
    },
    metricPanel(m, 'hotstuff_consensus_views_failed_total', {
      title: 'Failed views, by cause',
      shape: { by: ['scope', 'cause'] },
      isStacked: true,
      runbook: 'HotStuffNetworkFailsViews',
    }),
    metricPanel(m, 'hotstuff_consensus_consecutive_view_timeouts', {
      title: 'Views in a row that timed out',
      limits: ['max_liveness_timeouts'],
      runbook: 'HotStuffViewsTimeOut',
    }),
    metricPanel(m, COMMIT, { title: 'Since the last commit, by node', limits: ['max_block_time'] }),
  ];
}

function participation(m: Metrics): PanelSpec[] {
  return [
    {
      kind: 'state',
      title: 'Validators that have gone silent',
      description: m.definition('hotstuff_consensus_validator_silent').help,
      questions: [m.value('hotstuff_consensus_validator_silent', { legend: '{{validator}}' })],
      meanings: [
        { value: 0, text: 'takes part', colour: 'green' },
        { value: 1, text: 'silent', colour: 'red' },
      ],
      runbook: 'HotStuffValidatorSilent',
      width: 12,
    },
    {
      ...metricPanel(m, [
        'hotstuff_consensus_participating_voting_power',
        'hotstuff_consensus_quorum_voting_power',
      ]),
      title: 'Voting power that takes part, and what a quorum needs',
      width: 12,
    },
  ];
}

function service(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, 'hotstuff_consensus_block_finalization_latency_seconds', {
      title: 'Time to finality',
      shape: { by: ['chain_id'], allNodes: true },
    }),
    metricPanel(m, 'hotstuff_consensus_committed_transactions_per_second', {
      title: 'Transactions per second',
      shape: { by: ['chain_id'], allNodes: true },
      limits: ['min_transaction_throughput'],
    }),
    metricPanel(m, 'hotstuff_consensus_view_duration_seconds', {
      title: 'Time of decided views',
      shape: { by: ['chain_id'], where: 'outcome="decided"', allNodes: true },
    }),
  ];
}
