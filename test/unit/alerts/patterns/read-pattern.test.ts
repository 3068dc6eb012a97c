import { describe, expect, it } from 'vitest';
import { readRuleFiles } from '../../../../src/alerts/rules/rule-file.js';

function problems(text: string): string[] {
  return readRuleFiles([{ name: 'p.yml', text }]).problems.map(({ where, message }) => `${where} ${message}`);
}

describe('a file of patterns', () => {
  it('is refused with all that is wrong in it, each with its place', () => {
    const found = problems(`patterns:
  - alert: A
    type: temporal_order
    events:
      - event: consensus.view_timed_ou
      - event: consensus.proposal_rejected
        where:
          reason: [malformed, wrong_lead]
          vew: 3
          view: {above: 3}
          validator: {gt: 3}
      - event: consensus.epoch_changed
        where: {validators: 1}
    timespan: ten
    annotations: {summary: '{{ foo }}'}
  - type: value_count
    events: [{event: quorumscope.finding}]
    group_by: [node_id, alertname]
    timespan: 1m
    condition: {gte: 3, gt: 2}
    labels: {'a-b': c}
`);
    expect(found).toEqual([
      'p.yml:3:11 found "temporal_order", expected one of event_count, value_count, temporal, temporal_ordered, not_followed',
      'p.yml:14:15 found "ten", expected a duration such as 5m or 1h30m',
      'p.yml:5:16 found "consensus.view_timed_ou", expected an event of docs/EVENTS.md or a quorumscope.* one of docs/RULES.md',
      expect.stringMatching(
        /^p\.yml:8:31 found "wrong_lead", expected one of below_lock, .*wrong_leader/,
      ) as string,
      expect.stringMatching(
        /^p\.yml:9:11 consensus.proposal_rejected has no field vew; it has view, /,
      ) as string,
      expect.stringMatching(/^p\.yml:10:18 found above, expected one of eq, ne, in, exists, gt, /) as string,
      expect.stringMatching(/^p\.yml:11:23 found gt, expected one of .*starts_with/) as string,
      'p.yml:13:17 validators is not one plain value, which is what can be compared',
      'p.yml:15:28 annotation "summary": template: 1: function "foo" not defined',
      expect.stringMatching(/^p\.yml:16:5 alert is missing/) as string,
      expect.stringMatching(/invalid label name: alertname/) as string,
      expect.stringMatching(/a value_count needs a field/) as string,
      expect.stringMatching(/expected either gt or gte/) as string,
      expect.stringMatching(/invalid label name: a-b/) as string,
      expect.stringMatching(/quorumscope.finding has no field node_id/) as string,
    ]);
  });

  it('stands apart from rules of Prometheus', () => {
    expect(problems('patterns: []\ngroups: []\n')).toEqual([
      'p.yml:2:1 field groups is not known here, expected one of patterns',
    ]);
  });

  it.each([
    ['type: not_followed', 'events: [{event: process.started}]', /expected two events: |expected two: /],
    ['type: temporal', 'events: [{event: process.started}]', /expected two events or more/],
    ['type: event_count', 'events: [{event: process.started}]', /condition is missing/],
    ['type: temporal', 'events: []', /events are missing/],
  ])('needs what its type needs: %s with %s', (type, events, expected) => {
    const found = problems(`patterns:\n  - {alert: A, ${type}, ${events}, timespan: 1m}\n`);
    expect(found.join('\n')).toMatch(expected);
  });
});
