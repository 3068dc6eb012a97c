/**
 * Queries over 4,000 series of 5-second samples held in memory: one aggregation over all of them, and a
 * round of 100 rules such as a rule file holds, each over its 40. Queries are compiled once, as rules are.
 */
import { WallClock } from '../../src/base/clock.js';
import { compile, PromqlEngine, type CompiledQuery } from '../../src/promql/engine.js';
import { MemorySeries } from '../support/memory-series.js';
import { measureAsync } from './measure.js';
import { duration, type BenchRow } from './row.js';

const SERIES = 4000;
const METRICS = 100;
const SAMPLE_MS = 5000;
const SAMPLES = 180;
const END_MS = 1_767_225_600_000;
const ROUNDS = 25;
/** All series are sampled together, as the board is. */
const TIMES = Float64Array.from({ length: SAMPLES }, (_, k) => END_MS - (SAMPLES - k) * SAMPLE_MS + 1);

/** Measures for about a second. */
export async function run(): Promise<BenchRow[]> {
  const source = new MemorySeries();
  for (let i = 0; i < SERIES; i++) addSeries(source, 'x_total', i);
  for (let metric = 0; metric < METRICS; metric++)
    for (let i = 0; i < SERIES / METRICS; i++) addSeries(source, `m${metric}_total`, i);
  const engine = new PromqlEngine({ source, clock: new WallClock() });
  const sum = compile('sum by (node_id)(rate(x_total[5m]))');
  const rules = Array.from({ length: METRICS }, (_, i) => compile(ruleText(i)));
  const day = compile('sum by (node_id)(rate(x_total[5m]))');
  return [
    row('sum by (node_id)(rate(x[5m])) over 4,000 series', await time(engine, [sum]), 4e6),
    row('a round of 100 rules over 4,000 series', await time(engine, rules), 10e6),
    await rangeRow(engine, day),
  ];
}

function addSeries(source: MemorySeries, name: string, i: number): void {
  const labels = {
    __name__: name,
    job: 'quorumscope',
    node_id: `node-${i % 16}`,
    validator: `v${Math.floor(i / 16)}`,
  };
  // Restarted now and then, as counters are.
  source.add(
    labels,
    TIMES,
    TIMES.map((_, k) => ((k + (i % 50)) % 150) * (1 + (i % 7))),
  );
}

function ruleText(i: number): string {
  const metric = `m${i}_total`;
  const texts = [
    `sum by (node_id)(rate(${metric}[5m])) > 100`,
    `max by (job)(increase(${metric}[2m])) / count by (job)(${metric}) < 0`,
    `absent(${metric}{job="quorumscope"})`,
    `${metric} - ${metric} offset 1m > 1e9`,
    `avg_over_time(${metric}{node_id=~"node-(1|2|3)"}[5m]) > 1e9 and on (node_id) ${metric} > 0`,
  ];
  return texts[i % texts.length]!;
}

async function time(engine: PromqlEngine, queries: readonly CompiledQuery[]): Promise<number> {
  return measureAsync(
    async () => {
      let answered = 0;
      for (const query of queries) {
        const outcome = await engine.instant(query, END_MS);
        if (outcome.status === 'error') throw new Error(outcome.error);
        answered++;
      }
      return answered;
    },
    undefined,
    { warmUps: 15, rounds: ROUNDS },
  );
}

async function rangeRow(engine: PromqlEngine, query: CompiledQuery): Promise<BenchRow> {
  const steps = 120;
  const ns = await measureAsync(
    async () => {
      const outcome = await engine.range(query, END_MS - (steps - 1) * SAMPLE_MS, END_MS, SAMPLE_MS);
      if (outcome.status === 'error') throw new Error(outcome.error);
      return outcome.value.type === 'matrix' ? outcome.value.series.length : 0;
    },
    undefined,
    { warmUps: 3, rounds: 7 },
  );
  return {
    what: `the same over ${steps} steps of 5 s`,
    ours: duration(ns),
    peers: [],
    floor: 'at most 100 ms',
    holds: ns <= 100e6,
  };
}

function row(what: string, ns: number, floorNs: number): BenchRow {
  return {
    what,
    ours: duration(ns),
    peers: [],
    floor: `at most ${duration(floorNs)}`,
    holds: ns <= floorNs,
  };
}
