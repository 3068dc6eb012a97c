/**
 * Generated queries over generated metrics, asked of our engine and of a real Prometheus that was
 * backfilled with the same samples. Debian's Prometheus 2.42 has ranges that are closed on the left, so no
 * sample and no subquery step ever falls on an edge; and it looks for several matches after a comparison
 * has filtered them, so none is asked for where there may be several.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WallClock } from '../../src/base/clock.js';
import { createRandom, type Random } from '../../src/base/random.js';
import { PromqlEngine, type QueryOutcome } from '../../src/promql/engine.js';
import { MemorySeries } from '../support/memory-series.js';
import { PrometheusServer, type Matrix } from '../support/prometheus.js';

const SEED = 20_250_101;
const QUERIES = 600;
const BASE_S = 1_767_225_600;
const SAMPLE_S = 5;
const SAMPLES = 240;
/** Off every sample and every multiple of a subquery's step. */
const START_S = BASE_S + 607.003;
const STEP_S = 15;
const STEPS = 30;
/** Sums are compensated since 3.0. */
const CLOSE = 1e-6;

interface Written {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

const NODES = ['a', 'b', 'c', 'd'];
const VALIDATORS = ['v0', 'v1', 'v2', 'v3', 'v4'];

/** Metrics such as a network of four nodes gives, with restarts, constants, and steps. */
function metrics(random: Random): Written[] {
  const written: Written[] = [];
  const counter = (name: string, labels: Record<string, string>, rate: number): number[] => {
    let value = 50 + random.int(1000);
    const values = Array.from({ length: SAMPLES }, () => {
      value = random.float() < 0.01 ? random.int(3) : value + Math.floor(random.float() * rate);
      return value;
    });
    written.push({ name, type: 'counter', labels, values });
    return values;
  };
  const gauge = (name: string, labels: Record<string, string>, next: (before: number) => number): void => {
    let value = random.float() * 10;
    const values = Array.from({ length: SAMPLES }, () => (value = next(value)));
    written.push({ name, type: 'gauge', labels, values });
  };
  for (const node_id of NODES) {
    counter('timeouts_total', { node_id }, 2);
    gauge('peers', { node_id }, (before) =>
      random.float() < 0.2 ? 3 + random.int(9) + random.float() : before,
    );
    for (const validator of VALIDATORS) {
      for (const vote of ['vote1', 'vote2']) counter('votes_total', { node_id, validator, vote }, 30);
      gauge('lag_seconds', { node_id, validator }, (before) => before * 0.9 + random.float() - 0.3);
    }
    let sums = new Array<number>(SAMPLES).fill(7);
    for (const le of ['0.1', '0.5', '1', '2.5', '+Inf']) {
      const more = counter('_', {}, 12);
      written.pop();
      sums = sums.map((sum, i) => sum + more[i]!);
      written.push({ name: 'latency_seconds_bucket', type: 'gauge', labels: { node_id, le }, values: sums });
    }
  }
  for (const [i, validator] of VALIDATORS.entries())
    gauge('validator_info', { validator, name: `Validator ${i % 3}` }, () => 1);
  return written;
}

/** A generated query: always an instant vector, sometimes one that must fail. */
class QueryMaker {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  vector(depth: number): string {
    if (depth <= 0) return this.#selector();
    const inner = (): string => this.vector(depth - 1);
    return this.#pick([
      () => this.#selector(),
      () => this.#overTime(),
      () => this.#overTime(),
      () => `${this.#pick(AGGREGATES)}${this.#grouping()}(${inner()})`,
      () => `${this.#pick(AGGREGATES)}${this.#grouping()}(${inner()})`,
      () => `quantile${this.#grouping()}(${this.#pick(['0', '0.3', '0.5', '0.99', '1'])}, ${inner()})`,
      () =>
        `${this.#pick(['topk', 'bottomk'])}${this.#grouping()}(${this.#pick(['1', '2', '3'])}, lag_seconds)`,
      () => `${this.#pick(SAMPLE_FUNCTIONS)}(${inner()})`,
      () => `clamp(${inner()}, -1, ${this.#pick(['2', '0.5', '-2'])})`,
      () => `round(${inner()}, ${this.#pick(['1', '0.1', '5'])})`,
      () => `-(${inner()})`,
      () =>
        `(${inner()}) ${this.#pick(OPERATORS)} ${this.#pick(['2', '0.5', '-3', 'time()', 'scalar(peers{node_id="a"})'])}`,
      () => `${this.#pick(['2', '-0.5'])} ${this.#pick(OPERATORS)} (${inner()})`,
      () => this.#matched(depth),
      () => this.#matched(depth),
      () =>
        `(${inner()}) ${this.#pick(['and', 'or', 'unless'])}${this.#pick(['', ' on (node_id)', ' ignoring (le, vote)'])} (${inner()})`,
      () =>
        `histogram_quantile(${this.#pick(['0.5', '0.9', '0.99', '1.5'])}, sum by (le, node_id) (rate(latency_seconds_bucket[${this.#range()}])))`,
      () => `label_replace(${inner()}, "copy", "$1-x", "node_id", "([a-c])")`,
      () => `label_join(${inner()}, "joined", "/", "validator", "node_id")`,
      () => `absent(${this.#selector()})`,
      () =>
        `${this.#pick(SUBQUERY_FUNCTIONS)}((${inner()})[${this.#pick(['41s', '2m3s', '5m7s'])}:${this.#pick(['30s', '1m', '20s'])}]${this.#shift()})`,
      () => `count_values${this.#grouping()}("value", round(peers))`,
      () => `timestamp(${this.#selector()})`,
      () => `${this.#pick(['hour', 'minute', 'day_of_week', 'days_in_month'])}(${this.#overTime()})`,
    ])();
  }

  #selector(): string {
    return `${this.#bare()}${this.#shift()}`;
  }

  #bare(): string {
    const name = this.#pick([
      'votes_total',
      'votes_total',
      'timeouts_total',
      'peers',
      'lag_seconds',
      'validator_info',
    ]);
    const condition = this.#pick([
      '',
      '',
      '{node_id="a"}',
      '{node_id!="b"}',
      '{node_id=~"a|c"}',
      '{validator=~"v[0-2]"}',
      '{vote=""}',
    ]);
    return name + condition;
  }

  #overTime(): string {
    const window = `${this.#bare()}[${this.#range()}]${this.#shift()}`;
    const counter = `votes_total${this.#pick(['', '{vote="vote1"}'])}[${this.#range()}]${this.#shift()}`;
    return this.#pick([
      () => `${this.#pick(COUNTER_FUNCTIONS)}(${counter})`,
      () => `${this.#pick(WINDOW_FUNCTIONS)}(${window})`,
      () => `quantile_over_time(${this.#pick(['0', '0.25', '0.9'])}, ${window})`,
      () => `predict_linear(lag_seconds[${this.#range()}], ${this.#pick(['60', '-30'])})`,
    ])();
  }

  #matched(depth: number): string {
    const operator = this.#pick(OPERATORS);
    const left = this.#pick([
      'votes_total{vote="vote1"}',
      'lag_seconds',
      'rate(votes_total{vote="vote2"}[2m])',
    ]);
    return this.#pick([
      () => `${left} ${operator} ignoring (vote) lag_seconds`,
      () => `${left} ${operator} on (node_id) group_left peers`,
      () => `${left} ${operator} on (validator) group_left (name) validator_info`,
      () => `peers ${operator} on (node_id) group_right () ${left}`,
      () => `${left} ${this.#pick(ARITHMETIC)} on (node_id) peers`,
      () => `(${this.vector(depth - 1)}) ${operator} (${this.vector(depth - 1)})`,
    ])();
  }

  #grouping(): string {
    return this.#pick([
      '',
      '',
      ' by (node_id) ',
      ' by (validator, vote) ',
      ' without (validator) ',
      ' without () ',
    ]);
  }

  #range(): string {
    return this.#pick(['40s', '1m', '2m', '5m', '12s']);
  }

  #shift(): string {
    return this.#pick([
      '',
      '',
      '',
      '',
      ' offset 1m',
      ' offset -30s',
      ` @ ${BASE_S + 702.002}`,
      ' @ end()',
      ' @ start() offset 2m',
    ]);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#random.int(choices.length)]!;
  }
}

const AGGREGATES = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'];
const SAMPLE_FUNCTIONS = ['abs', 'ceil', 'floor', 'exp', 'sqrt', 'ln', 'log2', 'sgn', 'atan', 'deg'];
const COUNTER_FUNCTIONS = ['rate', 'increase', 'irate', 'resets', 'changes', 'delta', 'idelta'];
const WINDOW_FUNCTIONS = [
  ...[
    'avg_over_time',
    'min_over_time',
    'max_over_time',
    'sum_over_time',
    'count_over_time',
    'last_over_time',
  ],
  ...['stddev_over_time', 'stdvar_over_time', 'present_over_time', 'changes', 'deriv', 'absent_over_time'],
];
const SUBQUERY_FUNCTIONS = [
  'max_over_time',
  'min_over_time',
  'count_over_time',
  'last_over_time',
  'sum_over_time',
];
const ARITHMETIC = ['+', '-', '*', '/', '%', '^'];
const OPERATORS = [...ARITHMETIC, '>', '< bool', '>= bool', '!=', '=='];

function exposition(written: readonly Written[]): string {
  const lines: string[] = [];
  let declared = '';
  const family = (name: string): string => name.replace(/_total$/, '');
  for (const { name, type, labels, values } of [...written].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (declared !== name) lines.push(`# TYPE ${family(name)} ${type}`);
    declared = name;
    const text = Object.entries(labels)
      .map(([label, value]) => `${label}="${value}"`)
      .join(',');
    values.forEach((value, i) =>
      lines.push(`${name}{${text}} ${value} ${(BASE_S + i * SAMPLE_S).toFixed(0)}.001`),
    );
  }
  return [...lines, '# EOF', ''].join('\n');
}

/** Our answer in the form of Prometheus's. */
function matrixOf(outcome: QueryOutcome): Matrix | string {
  if (outcome.status === 'error') return outcome.error;
  if (outcome.value.type !== 'matrix') throw new Error('not a matrix');
  return outcome.value.series.map(({ labels, times, values }) => ({
    metric: Object.fromEntries(labels.entries()),
    values: Array.from(times, (time, i) => [time / 1000, values[i]!] as const),
  }));
}

function difference(ours: Matrix | string, theirs: Matrix | string): string | undefined {
  if (typeof ours === 'string' || typeof theirs === 'string') {
    const isSame = typeof ours === typeof theirs;
    return isSame ? undefined : `ours ${sizeOf(ours)}, theirs ${sizeOf(theirs)}`;
  }
  const keyed = (matrix: Matrix): Map<string, Matrix[number]> =>
    new Map(matrix.map((series) => [JSON.stringify(Object.entries(series.metric).sort()), series]));
  const known = keyed(theirs);
  for (const [key, { values }] of keyed(ours)) {
    const other = known.get(key);
    if (other === undefined) return `only ours has ${key}`;
    known.delete(key);
    if (other.values.length !== values.length)
      return `${key}: ${values.length} and ${other.values.length} samples`;
    const at = values.findIndex(
      ([time, value], i) => time !== other.values[i]![0] || !isClose(value, other.values[i]![1]),
    );
    if (at >= 0) return `${key}: ${values[at]!.join(' ')} and ${other.values[at]!.join(' ')}`;
  }
  const [left] = known.keys();
  return left === undefined ? undefined : `only theirs has ${left}`;
}

function sizeOf(answer: Matrix | string): string {
  return typeof answer === 'string' ? `failed: ${answer}` : `has ${answer.length} series`;
}

function isClose(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  return a === b || Math.abs(a - b) <= CLOSE * Math.max(Math.abs(a), Math.abs(b)) + 1e-9;
}

describe('our engine beside a real Prometheus', () => {
  let folder: string;
  let server: PrometheusServer;
  const source = new MemorySeries();

  beforeAll(async () => {
    const written = metrics(createRandom(SEED, 'metrics'));
    const times = Float64Array.from({ length: SAMPLES }, (_, i) => (BASE_S + i * SAMPLE_S) * 1000 + 1);
    for (const { name, labels, values } of written) source.add({ __name__: name, ...labels }, times, values);
    folder = mkdtempSync(join(tmpdir(), 'quorumscope-differential-'));
    writeFileSync(join(folder, 'metrics.txt'), exposition(written));
    const blocks = join(folder, 'blocks');
    execFileSync(
      'promtool',
      ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'metrics.txt'), blocks],
      {
        stdio: 'pipe',
      },
    );
    server = await PrometheusServer.over(blocks);
  });

  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it(`gives the same answers to ${QUERIES} generated queries`, async () => {
    const maker = new QueryMaker(createRandom(SEED, 'queries'));
    const engine = new PromqlEngine({ source, clock: new WallClock() });
    const endS = START_S + (STEPS - 1) * STEP_S;
    const wrong: string[] = [];
    let failed = 0;
    let empty = 0;
    for (let i = 0; i < QUERIES; i++) {
      const query = maker.vector(1 + (i % 3));
      const theirs = await server.range(query, START_S, endS, STEP_S);
      const ours = matrixOf(await engine.range(query, START_S * 1000, endS * 1000, STEP_S * 1000));
      if (typeof theirs === 'string') failed++;
      else if (theirs.length === 0) empty++;
      const found = difference(ours, theirs);
      if (found !== undefined) wrong.push(`${query}\n    ${found}`);
    }
    expect(wrong.join('\n')).toBe('');
    // The queries must be worth asking.
    expect(failed).toBeLessThan(QUERIES / 4);
    expect(failed).toBeGreaterThan(0);
    expect(empty).toBeLessThan(QUERIES / 4);
  });
});
