/**
 * The shipped rules against the rest of the house: metrics and labels exist, thresholds are settings, windows are long
 * enough, every alert says whom it is about, stands in the runbook and has a test in which only the right sidecar fires.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { logMetrics } from '../../src/attach/logs/catalogue.js';
import { parseDuration } from '../../src/base/duration.js';
import { thresholdSettings } from '../../src/config/thresholds.js';
import { deliveryMetrics } from '../../src/delivery/catalogue.js';
import { allMetrics } from '../../src/domains/catalogue.js';
import { domainMetrics } from '../../src/domains/domain-metrics.js';
import { evidenceMetrics } from '../../src/evidence/catalogue.js';
import { healthMetrics } from '../../src/health/catalogue.js';
import { components } from '../../src/health/health-report.js';
import { healthRules } from '../../src/health/rules/rules.js';
import { incidentMetrics } from '../../src/incidents/catalogue.js';
import { intakeMetrics } from '../../src/intake/catalogue.js';
import { journalMetrics } from '../../src/journal-meter.js';
import { boardMetrics } from '../../src/metrics/board.js';
import { sampleNames, type MetricDefinition } from '../../src/metrics/definition.js';
import { compile } from '../../src/promql/engine.js';
import { ruleFiles, shippedRules, type Rule } from '../support/alerted-run.js';

const folder = join(import.meta.dirname, '../../alerts');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

const catalogues: readonly Readonly<Record<string, MetricDefinition>>[] = [
  boardMetrics,
  deliveryMetrics,
  domainMetrics,
  evidenceMetrics,
  healthMetrics,
  incidentMetrics,
  intakeMetrics,
  journalMetrics,
  logMetrics,
];
const definitions = [...allMetrics.values(), ...catalogues.flatMap((one) => Object.values(one))];
const byName = new Map(definitions.flatMap((one) => sampleNames(one).map((name) => [name, one] as const)));

const rules = shippedRules();
const alerts = rules.filter(({ alert }) => alert !== undefined);
/** Patterns of events, which only the sidecar evaluates. */
const { patterns } = parse(read('patterns.yml')) as {
  readonly patterns: readonly Omit<Rule, 'expr'>[];
};
const alertNames = [...alerts, ...patterns].map(({ alert }) => alert!);
const METRIC = /\b(?:hotstuff|quorumscope)_\w+/g;
/** The longest scrape interval that the pack promises to work with. */
const SCRAPE_US = parseDuration('15s')!;

/** Everything in PromQL: the expression, and queries within annotations. */
function queriesOf({ expr, annotations = {} }: Rule): string[] {
  const within = Object.values(annotations).flatMap((text) =>
    [...text.matchAll(/printf "(.*?)" \$/g)].map(([, query]) => query!),
  );
  return [expr, ...within];
}

const nameOf = ({ alert, record }: Rule): string => alert ?? record!;

/** `problem (rule)` for each that is found. */
function problems(of: readonly Rule[], find: (rule: Rule) => readonly string[]): string[] {
  return of.flatMap((rule) => find(rule).map((problem) => `${nameOf(rule)}: ${problem}`));
}

describe('rules', () => {
  it('are many, in a file per domain', () => {
    expect(alerts.length).toBeGreaterThan(60);
    expect([...ruleFiles().keys()].sort()).toEqual(
      [...components, 'recording'].map((name) => `${name}.rules.yml`).sort(),
    );
  });

  it('read metrics that exist', () => {
    const unknown = problems(rules, (rule) =>
      queriesOf(rule).flatMap((query) => (query.match(METRIC) ?? []).filter((name) => !byName.has(name))),
    );
    expect(unknown).toEqual([]);
  });

  it('match and keep only labels that these metrics have', () => {
    const strange = problems(rules, (rule) =>
      queriesOf(rule).flatMap((query) => {
        const own = new Set(['job', 'instance']);
        for (const name of query.match(METRIC) ?? []) {
          for (const label of byName.get(name)!.labels) own.add(label);
          if (name.endsWith('_bucket')) own.add('le');
        }
        const matched = [...query.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, name, matchers]) => {
          const labels = [...(byName.get(name!)?.labels ?? []), 'le', 'instance'];
          return [...matchers!.matchAll(/(\w+)\s*(?:=~|!=|=|!~)/g)]
            .map(([, label]) => label!)
            .filter((label) => !labels.includes(label));
        });
        const grouped = [...query.matchAll(/\b(?:by|on|group_left|group_right)\s*\(([^)]*)\)/g)]
          .flatMap(([, list]) => list!.split(',').map((label) => label.trim()))
          .filter((label) => label !== '' && !own.has(label));
        return [...matched, ...grouped];
      }),
    );
    expect(strange).toEqual([]);
  });

  it('are read by our own query language too', () => {
    for (const rule of rules) expect(() => compile(rule.expr), nameOf(rule)).not.toThrow();
  });

  it('look back over at least three scrapes, so that it does not matter whether the edge counts', () => {
    const short = problems(rules, (rule) =>
      queriesOf(rule).flatMap((query) =>
        [...query.matchAll(/\[(\w+)(?::\w*)?\]/g)]
          .map(([, window]) => window!)
          .filter((window) => parseDuration(window)! < 3 * SCRAPE_US),
      ),
    );
    expect(short).toEqual([]);
  });

  it('compare with thresholds that are settings, each sidecar with its own', () => {
    const used = new Set<string>();
    const loose = problems(rules, ({ expr }) => {
      const whole = expr.match(/quorumscope_threshold/g)?.length ?? 0;
      const own = [
        ...expr.matchAll(/on \(job, instance\) group_left \(\) quorumscope_threshold\{name="(\w+)"\}/g),
      ];
      for (const [, name] of own) used.add(name!);
      return whole === own.length ? [] : ['a threshold that is not of the same sidecar'];
    });
    expect(loose).toEqual([]);
    expect([...used].filter((name) => !Object.hasOwn(thresholdSettings, name))).toEqual([]);
    expect(Object.keys(thresholdSettings).filter((name) => !used.has(name))).toEqual([]);
  });

  it('say how bad it is, whom it is about, and where to read on', () => {
    const incomplete = problems(
      [...alerts, ...patterns.map((one) => ({ ...one, expr: '' }))],
      ({ alert, labels = {}, annotations = {} }) => [
        ...(/^HotStuff([A-Z][a-z]+)+$/.test(alert!) ? [] : ['its name']),
        ...(['critical', 'warning', 'info'].includes(labels['severity']!) ? [] : ['severity']),
        ...(['self', 'peer', 'network'].includes(labels['scope']!) ? [] : ['scope']),
        ...(components.some((one) => one === labels['component']) ? [] : ['component']),
        ...['summary', 'description', 'runbook_url', 'dashboard_url'].filter((name) => !annotations[name]),
        ...(annotations['runbook_url'] === `alerts/runbook.md#${alert!.toLowerCase()}`
          ? []
          : ['runbook_url']),
      ],
    );
    expect(incomplete).toEqual([]);
    expect(new Set(alertNames).size).toBe(alerts.length + patterns.length);
  });

  it('use of templates only what docs/ALERTS.md promises', () => {
    const promised = new Set([
      'with',
      'range',
      'end',
      'printf',
      'query',
      'humanize',
      'humanizePercentage',
      'humanizeDuration',
    ]);
    const beyond = problems(alerts, ({ annotations = {} }) =>
      Object.values(annotations).flatMap((text) =>
        [...text.matchAll(/\{\{(.*?)\}\}/g)].flatMap(([, action]) => {
          const bare = action!
            .replace(/"(?:[^"\\]|\\.)*"/g, '')
            .replace(/\$?\.?[A-Z$][\w.]*|\$\w[\w.]*|\./g, '');
          return (bare.match(/\w+/g) ?? []).filter((word) => !promised.has(word));
        }),
      ),
    );
    expect(beyond).toEqual([]);
  });
});

describe('the runbook', () => {
  const headings = [...read('runbook.md').matchAll(/^### (\w+)$/gm)].map(([, heading]) => heading!);

  it('has a heading per alert, and no other', () => {
    expect(headings.toSorted()).toEqual(alertNames.toSorted());
  });

  it('is where health points too', () => {
    expect(healthRules.filter(({ alert }) => !headings.includes(alert)).map(({ check }) => check)).toEqual(
      [],
    );
  });
});

interface TestFile {
  readonly rule_files: readonly string[];
  readonly tests: readonly {
    readonly input_series: readonly { readonly series: string }[];
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts?: readonly { readonly exp_labels: Readonly<Record<string, string>> }[];
    }[];
    readonly promql_expr_test?: readonly { readonly expr: string }[];
  }[];
}

describe('tests of rules', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.yml'));
  const tests = files.flatMap((name) => (parse(read(name)) as TestFile).tests);

  it('show for every alert two sidecars of which only the right one fires, and a time or a neighbour without it', () => {
    const untested = alerts.map(nameOf).filter((name) => {
      const own = tests.filter((test) => test.alert_rule_test?.some(({ alertname }) => alertname === name));
      return !own.some(({ input_series, alert_rule_test = [] }) => {
        const instances = new Set(input_series.map(({ series }) => /instance="(.*?)"/.exec(series)?.[1]));
        const fires = alert_rule_test.flatMap(({ exp_alerts = [] }) =>
          exp_alerts.map(({ exp_labels }) => exp_labels),
        );
        const isWatchdog = name === 'HotStuffWatchdog';
        return (
          instances.size >= 2 &&
          fires.length > 0 &&
          (isWatchdog || fires.every((labels) => labels['instance'] === 'a:10920'))
        );
      });
    });
    expect(untested).toEqual([]);
  });

  it('show every recorded series', () => {
    const asked = tests
      .flatMap(({ promql_expr_test = [] }) => promql_expr_test.map(({ expr }) => expr))
      .join('\n');
    const records = rules.flatMap(({ record }) => record ?? []);
    expect(records.filter((record) => !asked.includes(record))).toEqual([]);
    expect(records.length).toBeGreaterThan(0);
  });
});

describe('the Alertmanager example', () => {
  it('names alerts that exist', () => {
    const named = [...read('alertmanager.yml').matchAll(/alertname\s*(?:=~|!=|=)\s*"?([\w()|]+)/g)].flatMap(
      ([, pattern]) => {
        const [, prefix, list, suffix] = /^(\w*)(?:\(([\w|]+)\))?(\w*)$/.exec(pattern!)!;
        return list === undefined ? [pattern!] : list.split('|').map((one) => `${prefix}${one}${suffix}`);
      },
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !alertNames.includes(name))).toEqual([]);
  });
});

describe('checks of health', () => {
  it('read metrics that exist', () => {
    const source = ['consensus', 'network', 'node', 'process', 'sidecar']
      .map((name) => readFileSync(join(import.meta.dirname, `../../src/health/rules/${name}.ts`), 'utf8'))
      .concat(readFileSync(join(import.meta.dirname, '../../src/health/subjects.ts'), 'utf8'))
      .join('\n');
    const names = [...source.matchAll(/'((?:hotstuff|quorumscope)_\w+)'/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !byName.has(name))).toEqual([]);
  });

  it('have names of their own, within their component', () => {
    expect(new Set(healthRules.map(({ check }) => check)).size).toBe(healthRules.length);
    expect(healthRules.filter(({ check, component }) => !check.startsWith(`${component}.`))).toEqual([]);
  });
});
