/** The dashboard of the validator set: who takes part, who is late or silent, who is blamed, how much each one weighs. */
import { metricPanel, metricPanels } from './metric-panels.js';
import { MARGIN_COLOURS } from './overview.js';
import type { Metrics } from './metrics.js';
import { row, type DashboardSpec, type PanelSpec } from './panel.js';

const h = (name: string): string => `hotstuff_consensus_${name}`;

/** Validators. */
export function validators(m: Metrics): DashboardSpec {
  return {
    uid: 'quorumscope-validators',
    title: 'HotStuff-2 validators',
    description: 'Who takes part, who is late, silent or at fault.',
    variables: ['chain', 'node'],
    rows: [
      row('The set', theSet(m)),
      row('Taking part', takingPart(m)),
      row('At fault', atFault(m)),
      row('Votes and proposals, as the attached nodes received them', received(m)),
      row('Who is who', whoIsWho(m)),
    ],
  };
}

function theSet(m: Metrics): PanelSpec[] {
  const number = (name: string, title: string): PanelSpec =>
    metricPanel(m, name, { kind: 'number', title, whenAbsent: 'not known', width: 4, height: 5 });
  return [
    number(h('validators'), 'Validators'),
    number(h('set_voting_power'), 'Voting power'),
    number(h('quorum_voting_power'), 'Needed for a quorum'),
    number(h('participating_voting_power'), 'Takes part'),
    metricPanel(m, h('quorum_margin_voting_power'), {
      kind: 'number',
      title: 'Margin',
      ...MARGIN_COLOURS,
      whenAbsent: 'not known',
      width: 4,
      height: 5,
      runbook: 'HotStuffOneFailureFromHalt',
    }),
    {
      ...number(h('one_failure_from_halt'), 'One failure from a halt?'),
      meanings: [
        { value: 0, text: 'no', colour: 'green' },
        { value: 1, text: 'YES', colour: 'red' },
      ],
      runbook: 'HotStuffOneFailureFromHalt',
    },
  ];
}

function takingPart(m: Metrics): PanelSpec[] {
  const legend = '{{validator}}';
  return [
    metricPanel(m, h('validator_participation_ratio'), {
      title: 'Share of views voted in',
      shape: { legend: '{{validator}} {{window}}' },
      limits: ['min_participation'],
      max: 1,
      width: 12,
      runbook: 'HotStuffValidatorParticipationLow',
    }),
    {
      kind: 'state',
      title: 'Silent',
      description: m.definition(h('validator_silent')).help,
      questions: [m.value(h('validator_silent'), { legend })],
      meanings: [
        { value: 0, text: 'takes part', colour: 'green' },
        { value: 1, text: 'silent', colour: 'red' },
      ],
      width: 12,
      runbook: 'HotStuffValidatorSilent',
    },
    metricPanel(m, h('validator_view_votes_total'), {
      title: 'Votes, by what became of them',
      shape: { by: ['validator', 'outcome'] },
    }),
    metricPanel(m, h('validator_reputation_ratio'), { shape: { legend }, max: 1 }),
    metricPanel(m, h('validator_quorum_closings_total'), {
      title: 'Whose vote closes the quorum',
      shape: { by: ['validator'] },
      isStacked: true,
    }),
    metricPanel(m, h('participation_views_total'), { title: 'Views judged per second' }),
    metricPanel(m, h('validator_views_led_total'), {
      title: 'Views led, by outcome',
      shape: { by: ['validator', 'outcome'] },
    }),
    metricPanel(m, h('participating_voting_power')),
  ];
}

function atFault(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, h('validator_blamed_total'), {
      title: 'Views that failed or lagged because of a validator',
      shape: { by: ['validator', 'cause'] },
      isStacked: true,
      width: 12,
      runbook: 'HotStuffValidatorFailsViews',
    }),
    metricPanel(m, h('validator_findings_total'), {
      kind: 'table',
      title: 'Findings',
      unit: 'short',
      questionsOf: 'value',
      whenAbsent: 'none',
      width: 12,
      runbook: 'HotStuffValidatorByzantine',
    }),
  ];
}

function received(m: Metrics): PanelSpec[] {
  return metricPanels(
    m,
    [
      h('validator_votes_received_total'),
      h('validator_last_vote_view'),
      h('validator_proposals_received_total'),
      h('validator_wishes_received_total'),
      h('validator_last_wish_view'),
    ],
    { shape: { by: ['validator'] } },
  );
}

function whoIsWho(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, 'hotstuff_validator_info', { kind: 'table', title: 'Ids', width: 8 }),
    metricPanel(m, 'hotstuff_node_info', {
      kind: 'table',
      title: 'Which validator a node speaks for',
      width: 8,
    }),
    metricPanel(m, h('validator_voting_power'), { kind: 'bars', shape: { legend: '{{validator}}' } }),
    metricPanel(m, h('own_voting_power')),
  ];
}
