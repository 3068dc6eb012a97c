/** What the rules say of themselves. */
import { counter, gauge, histogram } from '../../metrics/definition.js';

const group = ['rule_group'] as const;

/** Metrics of the evaluation of rules. */
export const ruleMetrics = {
  evaluations: counter('quorumscope_rule_evaluations_total', 'Rules evaluated.', group),
  failures: counter(
    'quorumscope_rule_evaluation_failures_total',
    'Rules whose expression could not be answered, or whose results clash.',
    group,
  ),
  duration: histogram(
    'quorumscope_rule_group_duration_seconds',
    'Time of one evaluation of a whole group.',
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    group,
    { unit: 'seconds' },
  ),
  lastEvaluation: gauge(
    'quorumscope_rule_group_last_evaluation_timestamp_seconds',
    'When a group was evaluated last, Unix time.',
    group,
    { unit: 'seconds' },
  ),
  missed: counter(
    'quorumscope_rule_group_iterations_missed_total',
    'Evaluations left out because an earlier one was still at work.',
    group,
  ),
  immediate: counter(
    'quorumscope_rule_immediate_evaluations_total',
    'Evaluations between two intervals, because of a finding, a failed view, a pattern, or a metric that seldom changes.',
    [],
  ),
  seriesRefused: counter(
    'quorumscope_rule_series_refused_total',
    'Results of rules that were left out because all rules together have too many series.',
    [],
  ),
  patternMatches: counter(
    'quorumscope_pattern_matches_total',
    'Times that the events of a pattern came together.',
    ['alertname'],
  ),
  patternForgotten: counter(
    'quorumscope_pattern_forgotten_total',
    'What patterns had to forget before its time: groups and matches beyond the bound, and waits for events at a node that lost some or went.',
    ['alertname', 'what'],
  ),
  alerts: gauge('quorumscope_rule_alerts', 'Alerts by state.', ['state']),
  rules: gauge('quorumscope_rule_group_rules', 'Rules of a group.', group),
  reloads: counter(
    'quorumscope_rule_reloads_total',
    'Readings of the rule files after the start, by outcome.',
    ['outcome'],
  ),
} as const;
