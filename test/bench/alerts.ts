/**
 * Alerts: how long it takes from a finding that touched a metric to the listener that is told, with the state fsynced in
 * between; and a round of 100 rules over 4,000 series with everything that is kept of their results.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroupRun } from '../../src/alerts/evaluation/group-run.js';
import { RuleEvaluator } from '../../src/alerts/evaluation/rule-evaluator.js';
import { RuleOutputs } from '../../src/alerts/evaluation/rule-outputs.js';
import { joinedSeries } from '../../src/alerts/evaluation/joined-series.js';
import { readRuleFiles } from '../../src/alerts/rules/rule-file.js';
import { AlertJournal } from '../../src/alerts/state/alert-journal.js';
import { WallClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { RecentWindow } from '../../src/history/recent/recent-window.js';
import { Board } from '../../src/metrics/board.js';
import { counter, gauge } from '../../src/metrics/definition.js';
import { PromqlEngine } from '../../src/promql/engine.js';
import { duration, type BenchRow } from './row.js';

const SERIES = 4000;
const METRICS = 100;
const FIRINGS = 200;
const MS = 1e6;
const clock = new WallClock();

/** Measures for a few seconds. */
export async function run(): Promise<BenchRow[]> {
  return [await latencyRow(), await roundRow()];
}

function crowdedBoard(): { board: Board; window: RecentWindow } {
  const board = new Board({ seriesLimit: 20_000, metricSeriesLimit: 10_000 });
  for (let metric = 0; metric < METRICS; metric++)
    for (let i = 0; i < SERIES / METRICS; i++)
      board
        .gauge(gauge(`hotstuff_m${metric}`, 'Filler.', ['node_id', 'validator']))
        .at(`n${i % 4}`, `v${i}`)
        .set(i);
  const target = { job: 'quorumscope', instance: 'bench' };
  return { board, window: new RecentWindow({ board, target, windowMs: 600_000, maxBytes: 256 << 20 }) };
}

async function latencyRow(): Promise<BenchRow> {
  const { board, window } = crowdedBoard();
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-bench-'));
  const journal = await AlertJournal.open({ folder, clock });
  const found = board.counter(counter('hotstuff_found_total', 'Findings.', ['kind']));
  let heard: () => void = () => undefined;
  let lastMs = 0;
  const evaluator = new RuleEvaluator({
    source: window,
    clock,
    // Immediate evaluations are limited per second: this clock earns them faster.
    wallClock: { monoUs: () => clock.monoUs() * 100 },
    board,
    logger: silentLogger,
    listener: { tell: () => heard() },
    journal,
    outputs: new RuleOutputs(600_000),
    intervalUs: 3_600_000_000,
    restartGraceUs: 0,
    externalUrl: '',
    sample: () => {
      lastMs = Math.max(Math.floor(clock.nowUs() / 1000), lastMs + 1);
      window.sample(lastMs);
      return lastMs;
    },
  });
  await evaluator.load(
    rulesOf([
      '{alert: Found, expr: "sum by (kind) (hotstuff_found_total) > 0", annotations: {s: "{{ $value }} of {{ $labels.kind }}"}}',
    ]),
  );
  evaluator.start();
  const times: number[] = [];
  for (let i = 0; i < FIRINGS; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const told = new Promise<void>((resolve) => (heard = resolve));
    const start = process.hrtime.bigint();
    found.at(`k${i}`).add();
    if (!evaluator.touch(['hotstuff_found_total'], 'finding')) {
      evaluator.cycle();
      await evaluator.idle();
      continue;
    }
    await told;
    times.push(Number(process.hrtime.bigint() - start));
  }
  await evaluator.stop();
  await journal.close();
  rmSync(folder, { recursive: true, force: true });
  times.sort((a, b) => a - b);
  const p99 = times[Math.floor(times.length * 0.99)]!;
  return {
    what: `finding -> told, fsync in between, ${times.length} firings beside 4,000 series: median / p99`,
    ours: `${duration(times[times.length >> 1]!)} / ${duration(p99)}`,
    peers: [],
    floor: 'p99 at most 50 ms',
    holds: p99 <= 50 * MS,
  };
}

async function roundRow(): Promise<BenchRow> {
  const { window } = crowdedBoard();
  const beganMs = Math.floor(clock.nowUs() / 1000);
  for (let i = 0; i < 300; i++) window.sample(beganMs + i * 1000);
  const outputs = new RuleOutputs(600_000);
  const source = joinedSeries(window, outputs);
  const engine = new PromqlEngine({ source, clock });
  // Two in five over a range, as in the shipped rules.
  const rules = Array.from({ length: METRICS }, (_, i) => {
    const metric = `hotstuff_m${i}`;
    return [
      `{alert: A${i}, expr: "max by (node_id) (${metric}) > 1e9", for: 1m}`,
      `{record: 'r:m${i}', expr: "sum by (node_id) (rate(${metric}[5m]))"}`,
      `{alert: A${i}, expr: "avg_over_time(${metric}[2m]) > 38", annotations: {s: "{{ $labels.validator }} has {{ $value | humanize }}"}}`,
      `{alert: A${i}, expr: "absent(${metric})"}`,
      `{alert: A${i}, expr: "${metric} > 38 unless on (node_id) ${metric} < 0"}`,
    ][i % 5]!;
  });
  const [group] = rulesOf(rules).map((one) => new GroupRun(one, () => undefined));
  const room = { engine, outputs, externalUrl: '', externalLabels: {}, graceEndsUs: -Infinity };
  let tsUs = (beganMs + 300_000) * 1000;
  const times: number[] = [];
  for (let i = 0; i < 50; i++) {
    tsUs += 1_000_000;
    window.sample(tsUs / 1000);
    // Processor time: the machine has other work.
    const before = process.cpuUsage();
    await group!.evaluate(
      room,
      tsUs,
      () => clock.monoUs(),
      () => undefined,
    );
    const { user, system } = process.cpuUsage(before);
    if (i >= 15) times.push((user + system) * 1000);
  }
  const ns = times.sort((x, y) => x - y)[times.length >> 1]!;
  return {
    what: 'a round of 100 rules over 4,000 series of the board, alerts and outputs kept (processor time)',
    ours: duration(ns),
    peers: [],
    floor: 'at most 10 ms',
    holds: ns <= 10 * MS,
  };
}

function rulesOf(rules: readonly string[]) {
  const lines = rules.map((rule) => `      - ${rule}\n`).join('');
  const { groups, problems } = readRuleFiles([
    { name: 'bench', text: `groups:\n  - name: g\n    rules:\n${lines}` },
  ]);
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  return groups;
}
