import { describe, expect, it } from 'vitest';
import { RuleBench } from '../../support/rule-bench.js';
import { counter } from '../../../src/metrics/definition.js';

const DOWN = `
groups:
  - name: g
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: Down
        expr: up == 0
        for: 20s
        keep_firing_for: 20s
        labels: {severity: critical, who: '{{ $labels.node }}'}
        annotations: {summary: '{{ $labels.node }} is {{ $value }}'}
      - alert: AnyDown
        expr: count(ALERTS{alertname="Down", alertstate="firing"}) > 0
`;

const up = (bench: RuleBench, value: number | undefined): void =>
  bench.series.set('up', { job: 'j', node: 'n1' }, value);
const heard = (bench: RuleBench, name: string): string[] =>
  bench.told
    .filter(({ labels }) => labels['alertname'] === name)
    .map(({ endsAtUs }) => (endsAtUs === undefined ? 'firing' : 'resolved'));

describe('RuleEvaluator', () => {
  it('waits for `for`, fires, keeps firing, resolves', async () => {
    const bench = await RuleBench.start({ rules: DOWN });
    up(bench, 0);
    await bench.step(10);
    const beganUs = bench.clock.nowUs();
    expect(bench.states()).toEqual(['pending']);
    await bench.step(10);
    expect(bench.told).toEqual([]);
    await bench.step(10);
    expect(bench.told[0]).toMatchObject({
      labels: { alertname: 'Down', job: 'j', node: 'n1', severity: 'critical', who: 'n1' },
      annotations: { summary: 'n1 is 0' },
      startsAtUs: beganUs + 20e6,
      endsAtUs: undefined,
    });
    up(bench, 1);
    await bench.step(10);
    await bench.step(10);
    expect(heard(bench, 'Down')).toEqual(['firing']);
    await bench.step(10);
    expect(heard(bench, 'Down')).toEqual(['firing', 'resolved']);
    expect(bench.told.at(-2)?.endsAtUs).toBe(bench.clock.nowUs());
  });

  it('says in its texts what holds now: the value, and what the text asked', async () => {
    const rules = `
groups:
  - name: g
    rules:
      - alert: Down
        expr: up < 5
        annotations:
          of_value: 'at {{ $value }}'
          of_others: 'others: {{ range query "others" }}{{ .Value }}{{ end }}'
`;
    const bench = await RuleBench.start({ rules });
    const texts = async (value: number, others: number): Promise<unknown> => {
      up(bench, value);
      bench.series.set('others', {}, others);
      await bench.step(10);
      const [run] = bench.evaluator.groups[0]!.runs;
      return [...run!.instances.values()].map(({ annotations }) => Object.values(annotations));
    };
    expect(await texts(0, 7)).toEqual([['at 0', 'others: 7']]);
    expect(await texts(0, 8)).toEqual([['at 0', 'others: 8']]);
    expect(await texts(3, 8)).toEqual([['at 3', 'others: 8']]);
    await bench.load(rules.replace('at {{', 'now {{'));
    expect(await texts(3, 8)).toEqual([['now 3', 'others: 8']]);
  });

  it('shows recordings and ALERTS to later rules of the same cycle, and ends them', async () => {
    const bench = await RuleBench.start({ rules: DOWN });
    up(bench, 0);
    for (let i = 0; i < 3; i++) await bench.step(10);
    expect(heard(bench, 'AnyDown')).toEqual(['firing']);
    const since = Math.floor(bench.clock.nowUs() / 1e6) - 20;
    expect(bench.outputs()).toEqual(
      [
        '{__name__="ALERTS", alertname="AnyDown", alertstate="firing"} 1',
        '{__name__="ALERTS", alertname="Down", alertstate="firing", job="j", node="n1", severity="critical", who="n1"} 1',
        `{__name__="ALERTS_FOR_STATE", alertname="AnyDown"} ${since + 20}`,
        `{__name__="ALERTS_FOR_STATE", alertname="Down", job="j", node="n1", severity="critical", who="n1"} ${since}`,
        '{__name__="job:up:sum", job="j"} 0',
      ].sort(),
    );
    up(bench, undefined);
    for (let i = 0; i < 3; i++) await bench.step(10);
    expect(bench.outputs()).toEqual([]);
  });

  it('forgets what was pending when the condition goes away', async () => {
    const bench = await RuleBench.start({ rules: DOWN });
    up(bench, 0);
    await bench.step(10);
    up(bench, 1);
    await bench.step(10);
    expect(bench.states()).toEqual([]);
    up(bench, 0);
    await bench.step(10);
    await bench.step(10);
    expect(bench.told).toEqual([]);
  });

  it('tells what fires every minute, and what is resolved for a quarter of an hour', async () => {
    const bench = await RuleBench.start({
      rules: DOWN.replace('keep_firing_for: 20s', '').replace('for: 20s', ''),
    });
    up(bench, 0);
    for (let i = 0; i < 13; i++) await bench.step(10);
    expect(heard(bench, 'Down')).toEqual(['firing', 'firing']);
    up(bench, 1);
    for (let i = 0; i < 100; i++) await bench.step(10);
    const resolved = bench.told.filter(
      ({ labels, endsAtUs }) => labels['alertname'] === 'Down' && endsAtUs !== undefined,
    );
    expect(resolved.length).toBeGreaterThan(10);
    expect(new Set(resolved.map(({ endsAtUs }) => endsAtUs)).size).toBe(1);
    expect(bench.states()).toEqual([]);
  });

  it('fails a rule whose results have the same labels, and leaves its alerts alone', async () => {
    const rules = `
groups:
  - name: g
    rules:
      - alert: Down
        expr: up == 0
        labels: {node: same}
`;
    const bench = await RuleBench.start({ rules });
    up(bench, 0);
    await bench.step(10);
    bench.series.set('up', { job: 'j', node: 'n2' }, 0);
    await bench.step(10);
    const [run] = bench.evaluator.groups[0]!.runs;
    expect(run!.health).toMatchObject({
      health: 'err',
      lastError: 'vector contains metrics with the same labelset after applying alert labels',
    });
    expect(bench.states()).toEqual(['firing']);
    expect(heard(bench, 'Down')).toEqual(['firing']);
  });

  it('resolves what fires when there are more alerts than the limit', async () => {
    const rules = `
groups:
  - name: g
    limit: 1
    rules:
      - {alert: Down, expr: up == 0}
`;
    const bench = await RuleBench.start({ rules });
    up(bench, 0);
    await bench.step(10);
    bench.series.set('up', { job: 'j', node: 'n2' }, 0);
    await bench.step(10);
    expect(bench.evaluator.groups[0]!.runs[0]!.health.lastError).toBe('exceeded limit of 1 with 2 alerts');
    expect(heard(bench, 'Down')).toEqual(['firing', 'resolved']);
  });

  it('keeps alerts over a reload that leaves the rule, and resolves those of a rule that is gone', async () => {
    const bench = await RuleBench.start({ rules: DOWN });
    up(bench, 0);
    await bench.step(10);
    await bench.step(10);
    await bench.load(DOWN.replace('is {{ $value }}', 'is down'));
    await bench.step(10);
    expect(heard(bench, 'Down')).toEqual(['firing']);
    expect(bench.told.find(({ labels }) => labels['alertname'] === 'Down')?.annotations).toEqual({
      summary: 'n1 is down',
    });
    await bench.load('groups: []');
    await bench.evaluator.idle();
    expect(heard(bench, 'Down')).toEqual(['firing', 'resolved']);
    expect(bench.outputs()).toEqual([]);
  });

  it('evaluates at once what reads a touched metric, through recordings, but nothing that has to wait', async () => {
    const rules = `
groups:
  - name: g
    interval: 1h
    rules:
      - {record: 'found:sum', expr: sum(found_total)}
      - {alert: Found, expr: 'found:sum > 0'}
      - {alert: FoundLong, expr: 'found_total > 0', for: 1s}
      - {alert: Other, expr: other > 0}
`;
    const bench = await RuleBench.start({ rules });
    bench.evaluator.start();
    bench.series.set('found_total', {}, 1);
    bench.series.set('other', {}, 1);
    bench.clock.advance(5000);
    bench.evaluator.touch(['found_total'], 'finding');
    await new Promise((resolve) => setImmediate(resolve));
    await bench.evaluator.idle();
    expect(bench.told.map(({ labels }) => labels['alertname'])).toEqual(['Found']);
    expect(bench.states()).toEqual(['firing']);
    await bench.close();
  });

  it('evaluates what was found although views fail in a storm', async () => {
    const rules = `
groups:
  - name: g
    interval: 1h
    rules:
      - {alert: Found, expr: 'found_total > 0'}
      - {alert: Failed, expr: 'failed_total > 0'}
`;
    const bench = await RuleBench.start({ rules });
    bench.evaluator.start();
    bench.clock.advance(5000);
    const turn = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      await bench.evaluator.idle();
    };
    let refused = 0;
    for (let i = 0; i < 40; i++) {
      if (!bench.evaluator.touch(['failed_total'], 'failed_view')) refused++;
      await turn();
    }
    expect(refused).toBeGreaterThan(10);
    bench.series.set('found_total', {}, 1);
    expect(bench.evaluator.touch(['found_total'], 'finding')).toBe(true);
    await turn();
    expect(bench.told.map(({ labels }) => labels['alertname'])).toEqual(['Found']);
    await bench.close();
  });

  it('evaluates what was found between two groups of a cycle, and the rest of the cycle not before that', async () => {
    const group = (name: string): string =>
      `  - name: ${name}\n    rules:\n      - {alert: ${name}, expr: 'on_${name} > 0'}\n`;
    const bench = await RuleBench.start({
      rules: `groups:\n${['A', 'B', 'C', 'Found'].map(group).join('')}`,
    });
    bench.evaluator.start();
    bench.clock.advance(5000);
    for (const name of ['A', 'B', 'C', 'Found']) bench.series.set(`on_${name}`, {}, 1);
    // The event comes while the first group is evaluated.
    bench.onSelect = (name) => {
      if (name !== 'on_A') return;
      bench.onSelect = () => undefined;
      bench.clock.advance(3000);
      bench.evaluator.touch(['on_Found'], 'finding');
      return new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
    };
    bench.evaluator.cycle();
    await bench.evaluator.idle();
    expect(bench.told.map(({ labels }) => labels['alertname'])).toEqual(['A', 'Found', 'B', 'C']);
    const [first, ...rest] = bench.told.map(({ startsAtUs }) => startsAtUs);
    expect(rest.every((us) => us > first! && us === rest[0])).toBe(true);
    await bench.close();
  });
});

describe('what alerts without `for` read', () => {
  const RULES = `
groups:
  - name: g
    rules:
      - {alert: Down, expr: hotstuff_process_errors_total > 0}
      - {alert: DownForLong, expr: hotstuff_process_errors_total > 0, for: 1s}
`;
  const errors = counter('hotstuff_process_errors_total', 'Errors.', ['job', 'node']);

  it('is looked at ten times a second, and what changed is evaluated at once', async () => {
    const bench = await RuleBench.start({ rules: RULES });
    const onBoard = bench.board.counter(errors).at('j', 'n1');
    bench.series.set('hotstuff_process_errors_total', { job: 'j', node: 'n1' }, 0);
    await bench.load(RULES);
    bench.evaluator.start();
    bench.clock.advance(100_000);
    await settled(bench);
    onBoard.add();
    bench.series.set('hotstuff_process_errors_total', { job: 'j', node: 'n1' }, 1);
    bench.clock.advance(100_000);
    await settled(bench);
    expect(heard(bench, 'Down')).toEqual(['firing']);
    // Who waits for `for` begins to wait with the next cycle.
    expect(bench.states()).toEqual(['firing']);
    await bench.close();
  });
});

async function settled(bench: RuleBench): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await bench.evaluator.idle();
}
