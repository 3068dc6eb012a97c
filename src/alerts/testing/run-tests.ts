/**
 * Runs unit tests of rules as promtool does: time begins at zero, all groups are evaluated every evaluation interval, and
 * alerts are looked at as of the last evaluation at or before their time. What does not hold is said as expected and
 * found. Pure: rules and tests come in, failures go out.
 */
import { messageOf } from '../../base/errors.js';
import { silentLogger } from '../../base/logger.js';
import { formatSample } from '../../promql/numbers.js';
import { PromqlEngine } from '../../promql/engine.js';
import type { Clock } from '../../base/clock.js';
import { compareStrings, type Labels } from '../../promql/labels.js';
import { parse } from '../../promql/parse.js';
import { GroupRun } from '../evaluation/group-run.js';
import { joinedSeries } from '../evaluation/joined-series.js';
import { RuleOutputs } from '../evaluation/rule-outputs.js';
import type { RuleRoom } from '../evaluation/rule-run.js';
import { PatternWatch } from '../patterns/pattern-watch.js';
import type { RuleSet } from '../rules/rule.js';
import type { AlertCase, ExpressionCase, RuleTest, TestFile } from './test-file.js';
import { tellEvent } from './test-events.js';
import { testSeries } from './test-series.js';

/** Longest time of a test. */
const MOST_STEPS = 1_000_000;

/** Runs all tests of a file. Resolves with what does not hold; never rejects. */
export async function runRuleTests(
  file: TestFile,
  rules: RuleSet,
  clock: Pick<Clock, 'monoUs'>,
): Promise<readonly string[]> {
  const order = new Map(file.groupOrder.map((name, i) => [name, i]));
  const sorted = [...rules].sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
  const failures: string[] = [];
  for (const [i, test] of file.tests.entries()) {
    const name = test.name === '' ? `test ${i + 1}` : test.name;
    const found = await new TestRun(test, sorted, file.evaluationUs, clock).run();
    failures.push(...found.map((failure) => `name: ${name}\n${failure}`));
  }
  return failures;
}

class TestRun {
  readonly #test: RuleTest;
  readonly #stepUs: number;
  readonly #clock: Pick<Clock, 'monoUs'>;
  readonly #room: RuleRoom;
  readonly #groups: readonly GroupRun[];
  readonly #patterns: PatternWatch;
  #nextEvent = 0;
  #nowUs = 0;

  constructor(test: RuleTest, rules: RuleSet, stepUs: number, clock: Pick<Clock, 'monoUs'>) {
    this.#test = test;
    this.#stepUs = stepUs;
    this.#clock = clock;
    const outputs = new RuleOutputs(Infinity);
    const engine = new PromqlEngine({ source: joinedSeries(testSeries(test), outputs), clock });
    this.#room = {
      engine,
      outputs,
      externalUrl: test.externalUrl,
      externalLabels: test.externalLabels,
      graceEndsUs: -Infinity,
    };
    this.#groups = rules.map((group) => new GroupRun(group, () => undefined));
    this.#patterns = new PatternWatch({
      clock: { nowUs: () => this.#nowUs },
      logger: silentLogger,
      nameOf: (_chain, validator) => validator,
      matched: () => undefined,
    });
    const watched = this.#groups.flatMap(({ runs }) =>
      runs.flatMap(({ rule: { key }, matcher }) => (matcher === undefined ? [] : [{ key, matcher }])),
    );
    this.#patterns.watch(watched);
  }

  async run(): Promise<readonly string[]> {
    const { alertCases, expressionCases } = this.#test;
    const lastUs = Math.max(0, ...[...alertCases, ...expressionCases].map(({ evalUs }) => evalUs));
    if (lastUs / this.#stepUs > MOST_STEPS) return [`  more than ${MOST_STEPS} evaluations`];
    const failures: string[] = [];
    for (let tsUs = 0; tsUs <= lastUs; tsUs += this.#stepUs) {
      const errors = await this.#evaluate(tsUs);
      if (errors.length > 0) return [...failures, ...errors];
      for (const one of alertCases)
        if (one.evalUs >= tsUs && one.evalUs < tsUs + this.#stepUs) failures.push(...this.#checkAlerts(one));
    }
    for (const one of expressionCases) failures.push(...(await this.#checkExpression(one)));
    return failures;
  }

  async #evaluate(tsUs: number): Promise<readonly string[]> {
    const errors: string[] = [];
    const { events } = this.#test;
    for (; (events[this.#nextEvent]?.atUs ?? Infinity) <= tsUs; this.#nextEvent++) {
      const event = events[this.#nextEvent]!;
      this.#nowUs = event.atUs;
      tellEvent(this.#patterns, event);
    }
    for (const group of this.#groups)
      await group.evaluate(
        this.#room,
        tsUs,
        () => this.#clock.monoUs(),
        ({ rule, health }) => {
          if (health.health === 'err')
            errors.push(`  rule: ${rule.name}, time: ${tsUs / 1e6}s, err: ${health.lastError}`);
        },
      );
    return errors;
  }

  #checkAlerts({ evalUs, alertname, alerts }: AlertCase): readonly string[] {
    const found = this.#groups.flatMap(({ runs }) =>
      runs.flatMap(({ rule, instances }) =>
        rule.kind === 'alert' && rule.name === alertname
          ? [...instances.values()].filter(({ state }) => state === 'firing')
          : [],
      ),
    );
    const got = found.map(({ texts, annotations }) => shown(texts, annotations)).sort(compareStrings);
    const expected = alerts.map(({ labels, annotations }) => shown(labels, annotations)).sort(compareStrings);
    if (JSON.stringify(got) === JSON.stringify(expected)) return [];
    return [
      `  alertname: ${alertname}, time: ${evalUs / 1e6}s\n    expected:${list(expected)}\n    found:${list(got)}`,
    ];
  }

  async #checkExpression({ expr, evalUs, samples }: ExpressionCase): Promise<readonly string[]> {
    const where = `  expr: ${JSON.stringify(expr)}, time: ${evalUs / 1e6}s`;
    try {
      parse(expr);
    } catch (error) {
      return [`${where}\n    ${messageOf(error)}`];
    }
    const outcome = await this.#room.engine.instant(expr, evalUs / 1000);
    if (outcome.status === 'error') return [`${where}\n    ${outcome.error}`];
    const { value } = outcome;
    if (value.type !== 'vector' && value.type !== 'scalar')
      return [`${where}\n    the result is not a vector or scalar`];
    const results = value.type === 'scalar' ? [{ labels: undefined, value: value.value }] : value.samples;
    const got = results.map(({ labels, value: one }) => sample(labels, one)).sort(byText);
    const expected = samples.map(({ labels, value: one }) => sample(labels, one)).sort(byText);
    const holds =
      got.length === expected.length &&
      got.every((one, i) => one.labels === expected[i]!.labels && isSame(one.value, expected[i]!.value));
    if (holds) return [];
    const lines = (of: readonly Sample[]): string => list(of.map(textOf));
    return [`${where}\n    expected:${lines(expected)}\n    found:${lines(got)}`];
  }
}

interface Sample {
  readonly labels: string;
  readonly value: number;
}

function sample(labels: Labels | undefined, value: number): Sample {
  return { labels: labels?.toString() ?? '{}', value };
}

function textOf({ labels, value }: Sample): string {
  return `${labels} ${formatSample(value)}`;
}

function byText(a: Sample, b: Sample): number {
  return compareStrings(a.labels, b.labels) || a.value - b.value;
}

/** Window edges differ between versions of Prometheus, and with them the last digit of a rate. */
function isSame(a: number, b: number): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

function shown(
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): string {
  return `labels: ${texts(labels)} annotations: ${texts(annotations)}`;
}

function texts(of: Readonly<Record<string, string>>): string {
  const names = Object.keys(of)
    .filter((name) => of[name] !== '')
    .sort(compareStrings);
  return `{${names.map((name) => `${name}=${JSON.stringify(of[name])}`).join(', ')}}`;
}

function list(lines: readonly string[]): string {
  return lines.length === 0 ? ' nothing' : lines.map((line) => `\n      ${line}`).join('');
}
