import { describe, expect, it } from 'vitest';
import { readRuleFiles } from '../../../src/alerts/rules/rule-file.js';
import { RuleBench } from '../../support/rule-bench.js';

const read = (text: string) => readRuleFiles([{ name: 'c.yml', text }]);

describe('conditions', () => {
  it('become PromQL', () => {
    const { groups, problems } = read(`
conditions:
  - {name: Gas, metric: 'gas{contract="c"}', comparator: gt, threshold: 1e6, window: 5m, minimum_points: 10, severity: high, cooldown: 300s}
  - {name: Plain, metric: up, comparator: '<', threshold: 1, for: 1m}
  - {name: Rate, metric: errors_total, comparator: ge, threshold: 0.5, window: 2m, function: rate}
`);
    expect(problems).toEqual([]);
    expect(groups[0]!.rules).toMatchObject([
      {
        name: 'Gas',
        expr: 'avg_over_time(gas{contract="c"}[5m]) > 1000000 and count_over_time(gas{contract="c"}[5m]) >= 10',
        keepFiringForUs: 300e6,
      },
      { name: 'Plain', expr: 'up < 1', forUs: 60e6 },
      { name: 'Rate', expr: 'rate(errors_total[2m]) >= 0.5' },
    ]);
  });

  it('say all that is wrong with them, with the place', () => {
    const { problems } = read(`
conditions:
  - {name: A, metric: sum(up), comparator: above, threshold: much, minimum_points: 3}
  - {foo: 1}
`);
    expect(problems.map(({ where, message }) => `${where} ${message.slice(0, 40)}`)).toEqual([
      'c.yml:3:23 found "sum(up)", expected a metric, with',
      'c.yml:3:44 found "above", expected one of gt, ge, g',
      'c.yml:3:62 found "much", expected a number',
      'c.yml:3:84 needs a window',
      'c.yml:4:6 field foo is not known here, expected on',
      'c.yml:4:5 name is missing',
      'c.yml:4:5 metric is missing',
      'c.yml:4:5 comparator is missing',
      'c.yml:4:5 threshold is missing',
    ]);
  });

  it('fire only with enough points, and once within the cooldown', async () => {
    const bench = await RuleBench.start({
      rules:
        'conditions: [{name: Gas, metric: gas, comparator: gt, threshold: 5, window: 30s, function: last, minimum_points: 3, cooldown: 1m}]',
    });
    const gas = async (value: number): Promise<void> => {
      bench.series.set('gas', {}, value);
      await bench.step(10);
    };
    await gas(9);
    await gas(9);
    expect(bench.told).toEqual([]);
    for (const value of [9, 1, 1, 9, 1, 1]) await gas(value);
    expect(bench.told.map(({ endsAtUs }) => endsAtUs)).toEqual([undefined]);
    expect(bench.told[0]!.labels).toEqual({ alertname: 'Gas', severity: 'warning' });
  });

  it('give their alerts the severity that their word stands for', async () => {
    const of = (name: string, severity: string): string =>
      `{name: ${name}, metric: gas, comparator: gt, threshold: 5, severity: ${severity}}`;
    const bench = await RuleBench.start({
      rules: `conditions: [${of('A', 'high')}, ${of('B', 'medium')}, ${of('C', 'low')}]`,
    });
    bench.series.set('gas', {}, 9);
    await bench.step(10);
    const severities = bench.told.map(({ labels }) => [labels['alertname'], labels['severity']]);
    expect(Object.fromEntries(severities)).toEqual({ A: 'critical', B: 'warning', C: 'info' });
  });

  it('stand in files of their own', () => {
    expect(read('conditions: []\ngroups: []').problems).toHaveLength(1);
  });
});
