/**
 * What a page of 10,000 series costs, and a sampling tick of as many. Both sides hold the same mix
 * (4,000 counters, 2,000 gauges, 4,000 lines of histograms) and change the same series between pages.
 */
import { gzipSync } from 'node:zlib';
import {
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';
import { createRandom } from '../../src/base/random.js';
import { createExposition } from '../../src/export/prometheus/exposition.js';
import { Board } from '../../src/metrics/board.js';
import { counter, gauge, histogram } from '../../src/metrics/definition.js';
import { measure, measureAsync } from './measure.js';
import { duration, peer, type BenchRow, type Peer } from './row.js';

const labels = ['chain_id', 'node_id', 'validator'] as const;
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const validators = Array.from({ length: 100 }, (_, i) => `validator-${String(i).padStart(3, '0')}`);
/** Lines: 13 bounds, +Inf, sum, count. */
const HISTOGRAMS = 250;
const random = createRandom(11);

interface Pair {
  ours(value: number): void;
  theirs(value: number): void;
}

/** The same 10,000 series twice. */
function build(): { board: Board; registry: Registry; counters: Pair[]; gauges: Pair[]; histograms: Pair[] } {
  const board = new Board();
  const registry = new Registry();
  const registers = [registry];
  const pairs = (metrics: number, kind: 'counter' | 'gauge' | 'histogram'): Pair[] =>
    Array.from({ length: metrics }, (_, metric) => {
      const name = `hotstuff_consensus_${kind}_number_${metric}${kind === 'counter' ? '_total' : ''}`;
      const config = { name, help: 'As long as help usually is.', labelNames: labels, registers };
      const count = kind === 'histogram' ? HISTOGRAMS / metrics : 100;
      return validators.slice(0, count).map((validator) => pairOf(board, kind, config, validator));
    }).flat();
  return {
    board,
    registry,
    counters: pairs(40, 'counter'),
    gauges: pairs(20, 'gauge'),
    histograms: pairs(5, 'histogram'),
  };
}

interface Config {
  name: string;
  help: string;
  labelNames: typeof labels;
  registers: Registry[];
}

function pairOf(board: Board, kind: string, config: Config, validator: string): Pair {
  const at = ['mainnet', 'node-1', validator] as const;
  const registry = config.registers[0]!;
  if (kind === 'counter') {
    const ours = board.counter(counter(config.name, config.help, labels)).at(...at);
    const prom =
      (registry.getSingleMetric(config.name) as PromCounter | undefined) ?? new PromCounter(config);
    const theirs = prom.labels(...at);
    return { ours: (value) => ours.add(value), theirs: (value) => theirs.inc(value) };
  }
  if (kind === 'gauge') {
    const ours = board.gauge(gauge(config.name, config.help, labels)).at(...at);
    const prom = (registry.getSingleMetric(config.name) as PromGauge | undefined) ?? new PromGauge(config);
    const theirs = prom.labels(...at);
    return { ours: (value) => ours.set(value), theirs: (value) => theirs.set(value) };
  }
  const ours = board.histogram(histogram(config.name, config.help, bounds, labels)).at(...at);
  const known = registry.getSingleMetric(config.name) as PromHistogram | undefined;
  const theirs = (known ?? new PromHistogram({ ...config, buckets: bounds })).labels(...at);
  return { ours: (value) => ours.observe(value), theirs: (value) => theirs.observe(value) };
}

/** The rows about pages and sampling. */
export async function run(): Promise<BenchRow[]> {
  const { board, registry, counters, gauges, histograms } = build();
  for (const pair of counters) change(pair, random.int(1_000_000));
  for (const pair of [...gauges, ...histograms]) change(pair, random.int(100_000) / 1000);
  const exposition = createExposition({ board });
  const someChange = (): void => {
    for (const pair of [...counters, ...gauges]) if (random.float() < 0.3) change(pair, random.int(9) + 1);
    for (const pair of histograms) if (random.float() < 0.1) change(pair, random.int(10_000) / 1000);
  };
  const allFloatsChange = (): void => {
    for (const pair of [...counters, ...gauges]) change(pair, random.float() * 1000);
    for (const pair of histograms) change(pair, random.float());
  };
  /** As a server does it: the page is given back once it was sent or compressed. */
  const served = async (send: (page: Uint8Array) => number): Promise<number> => {
    const page = await exposition.render('text');
    const length = send(page);
    exposition.recycle(page);
    return length;
  };
  const render = (): Promise<number> => served((sent) => sent.length);
  const renderTheirs = async (): Promise<number> => (await registry.metrics()).length;
  const gzip = (): Promise<number> => served((sent) => gzipSync(sent, { level: 1 }).length);
  // As frameworks compress by default. At our level the ratio is bounded by zlib itself, which then takes most
  // of our time: that one is shown beside, without a floor.
  const gzipTheirs = async (): Promise<number> => gzipSync(await registry.metrics()).length;
  const gzipTheirsFast = async (): Promise<number> => gzipSync(await registry.metrics(), { level: 1 }).length;

  const rows: BenchRow[] = [];
  for (const [what, prepare, ratio, mostMs] of [
    ['30 % changed since the last page', someChange, 8, 2],
    ['all floats changed', allFloatsChange, 4, undefined],
  ] as const) {
    const plain = { 'prom-client': renderTheirs };
    rows.push(await page(`exposition of 10,000 series, ${what}`, prepare, render, plain, ratio, mostMs));
    const zipped = { 'prom-client, gzip': gzipTheirs, 'prom-client, gzip of level 1': gzipTheirsFast };
    rows.push(await page(`the same with gzip, ${what}`, prepare, gzip, zipped, ratio, undefined));
  }
  rows.push(sampling(board));
  return rows;
}

function change(pair: Pair, value: number): void {
  pair.ours(value);
  pair.theirs(value);
}

/** @param theirs by name; the floor is on the first */
async function page(
  what: string,
  prepare: () => void,
  ours: () => Promise<number>,
  theirs: Readonly<Record<string, () => Promise<number>>>,
  ratio: number,
  mostMs: number | undefined,
): Promise<BenchRow> {
  const oursNs = await measureAsync(ours, prepare, { warmUps: 20, rounds: 31 });
  const peers: Peer[] = [];
  for (const [name, render] of Object.entries(theirs)) {
    peers.push(peer(name, await measureAsync(render, prepare, { warmUps: 3, rounds: 9 }), oursNs));
  }
  const isFast = mostMs === undefined || oursNs <= mostMs * 1e6;
  return {
    what,
    ours: duration(oursNs),
    peers,
    floor: `${mostMs === undefined ? '' : `<= ${mostMs} ms and `}>= ${ratio}x faster than ${Object.keys(theirs)[0]}`,
    holds: isFast && peers[0]!.ratio >= ratio,
  };
}

function sampling(board: Board): BenchRow {
  const row = new Float64Array(board.slots.used);
  const ticks = 200;
  const ns = measure(ticks, () => {
    let sum = 0;
    for (let i = 0; i < ticks; i++) {
      row.set(board.slots.values.subarray(0, row.length));
      sum += row[i]! + 1;
    }
    return sum;
  });
  return {
    what: `sampling ${row.length} slots of 10,000 series into a row`,
    ours: duration(ns),
    peers: [],
    floor: '<= 0.01 ms',
    holds: ns <= 10_000,
  };
}
