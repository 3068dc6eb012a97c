/**
 * Rule files and their unit tests before promtool and before us: the same verdict on the shipped pack, on spoilt copies
 * of it, and on the life of alerts over series made at random.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GroupRun } from '../../src/alerts/evaluation/group-run.js';
import { joinedSeries } from '../../src/alerts/evaluation/joined-series.js';
import { RuleOutputs } from '../../src/alerts/evaluation/rule-outputs.js';
import { readRuleFiles } from '../../src/alerts/rules/rule-file.js';
import { runRuleTests } from '../../src/alerts/testing/run-tests.js';
import { readTestFile } from '../../src/alerts/testing/test-file.js';
import { testSeries } from '../../src/alerts/testing/test-series.js';
import { WallClock } from '../../src/base/clock.js';
import { createRandom } from '../../src/base/random.js';
import { PromqlEngine } from '../../src/promql/engine.js';

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
const pack = join(import.meta.dirname, '../../alerts');
const names = readdirSync(pack).filter((name) => name.endsWith('.rules.yml'));
const clock = new WallClock();
const scratch = mkdtempSync(join(tmpdir(), 'quorumscope-rules-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function promtool(what: 'check' | 'test', file: string): { good: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', [what, 'rules', file], { encoding: 'utf8' });
  return { good: status === 0, output: stdout + stderr };
}

function weAccept(text: string): boolean {
  return readRuleFiles([{ name: 'f', text }]).problems.length === 0;
}

async function wePass(rules: string, tests: string): Promise<readonly string[]> {
  const read = readRuleFiles([{ name: 'f', text: rules }]);
  const test = readTestFile('t', tests);
  const problems = [...read.problems, ...test.problems].map(({ message }) => message);
  return problems.length > 0 ? problems : runRuleTests(test.file, read.groups, clock);
}

/** One word changed for another, the n-th time that it stands there; undefined when it does not. */
function spoilt(text: string, from: string, to: string, nth: number): string | undefined {
  const parts = text.split(from);
  if (parts.length <= nth + 1) return undefined;
  return parts.slice(0, nth + 1).join(from) + to + parts.slice(nth + 1).join(from);
}

const RULE_CHANGES: readonly (readonly [string, string])[] = [
  ['    > on', '    < on'],
  ['severity: warning', 'severity: info'],
  ['for: 5m', 'for: 2h'],
  ['for: 1m', 'for: 2h'],
  ['humanizePercentage', 'humanize'],
  ['unless', 'and'],
];
const TEST_CHANGES: readonly (readonly [string, string])[] = [
  ["severity: '", "severity: 'x"],
  ['exp_alerts: []', 'exp_alerts: [{}]'],
  ["values: '0x80'", "values: '_'"],
  ['value: 0', 'value: 1'],
];

describe.skipIf(!hasPromtool)('promtool (skipped without the Debian package `prometheus`)', () => {
  it.each(names)(
    'accepts %s and its tests, and so do we; of spoilt copies both think the same',
    async (name) => {
      const folder = join(scratch, name);
      mkdirSync(folder);
      const rules = readFileSync(join(pack, name), 'utf8');
      const testName = name.replace('.rules.', '.test.');
      const tests = readFileSync(join(pack, testName), 'utf8');
      const compare = async (changedRules: string, changedTests: string): Promise<boolean> => {
        writeFileSync(join(folder, name), changedRules);
        writeFileSync(join(folder, testName), changedTests);
        const theirs = promtool('test', join(folder, testName));
        const ours = await wePass(changedRules, changedTests);
        expect({ good: ours.length === 0, ours, theirs: theirs.output }).toMatchObject({ good: theirs.good });
        return theirs.good;
      };
      expect(promtool('check', join(pack, name)).good).toBe(true);
      expect(await compare(rules, tests)).toBe(true);
      let refused = 0;
      for (const [from, to] of RULE_CHANGES) {
        const changed = spoilt(rules, from, to, 0);
        if (changed !== undefined && !(await compare(changed, tests))) refused++;
      }
      for (const [from, to] of TEST_CHANGES) {
        const changed = spoilt(tests, from, to, 0);
        if (changed !== undefined && !(await compare(rules, changed))) refused++;
      }
      expect(refused).toBeGreaterThan(0);
    },
  );

  const file = (rule: string): string => `groups:\n  - name: g\n    rules:\n      - ${rule}\n`;
  it.each([
    ['an alert', file('{alert: A, expr: up == 0}')],
    ['a recording', file("{record: 'a:b', expr: sum(up), labels: {x: y}}")],
    ['nothing', ''],
    ['no rules', 'groups: []'],
    ['neither alert nor record', file('{expr: up}')],
    ['both', file('{alert: A, record: b, expr: up}')],
    ['no expression', file('{alert: A}')],
    ['bad PromQL', file("{alert: A, expr: 'sum(up'}")],
    ['an unknown function of PromQL', file("{alert: A, expr: 'foo(up)'}")],
    ['a bad duration', file('{alert: A, expr: up, for: 5}')],
    ['a duration of a recording', file('{record: a, expr: up, for: 5m}')],
    ['annotations of a recording', file('{record: a, expr: up, annotations: {a: b}}')],
    ['a bad label', file("{alert: A, expr: up, labels: {'a-b': c}}")],
    ['a label that is reserved', file('{alert: A, expr: up, labels: {__name__: c}}')],
    ['an unknown function of templates', file("{alert: A, expr: up, annotations: {a: '{{ foo }}'}}")],
    ['an unknown variable of templates', file("{alert: A, expr: up, annotations: {a: '{{ $foo }}'}}")],
    ['an action that is not closed', file("{alert: A, expr: up, annotations: {a: '{{ $value'}}")],
    ['an end that is missing', file("{alert: A, expr: up, annotations: {a: '{{ if true }}x'}}")],
    ['an end too many', file("{alert: A, expr: up, annotations: {a: 'x{{ end }}'}}")],
    ['a field nobody knows', file('{alert: A, expr: up, foo: bar}')],
    ['a group of no name', 'groups: [{rules: []}]'],
    ['a group twice', 'groups: [{name: a}, {name: a}]'],
    ['a key twice', file('{alert: A, alert: B, expr: up}')],
    ['no YAML', 'groups: ['],
    ['numbers as texts', file('{alert: A, expr: 1, labels: {severity: 1}}')],
    [
      'templates of all kinds',
      file(
        `{alert: A, expr: up, annotations: {a: '{{ range $i, $x := query "up" | sortByLabel "job" }}{{ if gt $x.Value 1.0 }}{{ $x.Labels.job }}{{ else if eq $i 1 }}{{ . | value | printf "%.2f" }}{{ else }}-{{ end }}{{ end }}{{- /* no */ -}}{{ with $v := .Value }}{{ $v }}{{ end }}'}}`,
      ),
    ],
  ])('thinks of %s as we do', (what, text) => {
    const path = join(scratch, `${what.replaceAll(' ', '-')}.yml`);
    writeFileSync(path, text);
    const theirs = promtool('check', path);
    expect({ good: weAccept(text), output: theirs.output }).toMatchObject({ good: theirs.good });
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'gives the same ALERTS and recordings as we do, step by step (seed %i)',
    async (seed) => {
      const random = createRandom(seed);
      const steps = 60;
      const pick = (): string => ['0', '1', '_', 'stale', '2'][Math.floor(random.float() * 5)]!;
      const series = Array.from({ length: 4 }, (_, i) => {
        const values: string[] = [];
        while (values.length < steps) {
          const value = pick();
          for (let run = 1 + Math.floor(random.float() * 8); run > 0; run--) values.push(value);
        }
        return { name: `x{node="n${i}", job="j"}`, values: values.slice(0, steps).join(' ') };
      });
      const rules = `
groups:
  - name: first
    rules:
      - {record: 'x:sum', expr: 'sum by (job) (x)', labels: {from: rule}}
      - {alert: Now, expr: 'x == 1', labels: {severity: 'v{{ $value }}'}, annotations: {s: '{{ $labels.node }} {{ $value | humanize }}'}}
      - {alert: Later, expr: 'x >= 1', for: 25s}
      - {alert: Kept, expr: 'x == 2', for: 10s, keep_firing_for: 35s}
      - {alert: Few, expr: 'absent(x{node="n1"})', for: 5s}
  - name: second
    rules:
      - {record: 'alerts:count', expr: 'count by (alertname, alertstate) (ALERTS)'}
      - {alert: Many, expr: 'label_replace(alerts:count{alertstate="firing"} > 1, "of", "$1", "alertname", "(.*)")', for: 20s}
`;
      const head = `rule_files: [r.yml]\nevaluation_interval: 10s\ngroup_eval_order: [first, second]\ntests:\n  - interval: 10s\n    input_series:\n${series
        .map(({ name, values }) => `      - {series: '${name}', values: '${values}'}`)
        .join('\n')}\n`;
      const test = readTestFile('t', head);
      const { groups } = readRuleFiles([{ name: 'r.yml', text: rules }]);
      const outputs = new RuleOutputs(Infinity);
      const engine = new PromqlEngine({
        source: joinedSeries(testSeries(test.file.tests[0]!), outputs),
        clock,
      });
      const runs = groups.map((group) => new GroupRun(group, () => undefined));
      const room = { engine, outputs, externalUrl: '', externalLabels: {}, graceEndsUs: -Infinity };
      for (let i = 0; i <= steps; i++)
        for (const run of runs)
          await run.evaluate(
            room,
            i * 10e6,
            () => 0,
            () => undefined,
          );
      let expected = '    promql_expr_test:\n';
      let samples = 0;
      for (let i = 0; i <= steps; i++)
        for (const expr of ['ALERTS', 'ALERTS_FOR_STATE', 'x:sum', 'alerts:count']) {
          const outcome = await engine.instant(expr, i * 10_000);
          if (outcome.status === 'error' || outcome.value.type !== 'vector') throw new Error('no answer');
          expected += `      - expr: ${JSON.stringify(expr)}\n        eval_time: ${i * 10}s\n        exp_samples:\n`;
          for (const { labels, value } of outcome.value.samples) {
            const text = labels.withoutName().toString();
            expected += `          - {labels: '${expr}${text}', value: ${value}}\n`;
            samples++;
          }
        }
      expect(samples).toBeGreaterThan(200);
      const folder = join(scratch, `seed-${seed}`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'r.yml'), rules);
      writeFileSync(join(folder, 't.yml'), head + expected);
      const { good, output } = promtool('test', join(folder, 't.yml'));
      expect(good, output.slice(0, 3000)).toBe(true);
    },
  );
});
