/** The figures of the dashboard from a board that was fed like a node's, held to what was fed. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Analytics } from '../../../src/analytics/analytics.js';
import type { DashboardData } from '../../../src/analytics/dashboard.js';
import { WallClock } from '../../../src/base/clock.js';
import { createRandom } from '../../../src/base/random.js';
import { executionMetrics } from '../../../src/domains/execution/catalogue.js';
import { processMetrics } from '../../../src/domains/process/catalogue.js';
import { storageMetrics } from '../../../src/domains/storage/catalogue.js';
import { RecentWindow } from '../../../src/history/recent/recent-window.js';
import { intakeMetrics } from '../../../src/intake/catalogue.js';
import { Board } from '../../../src/metrics/board.js';

const START_MS = 1_767_225_600_000;
const SECONDS = 60;
const node = ['main', 'n0'] as const;
const range = { fromMs: START_MS, toMs: START_MS + SECONDS * 1000 };

/** What was fed in the minute that is asked for. */
const fed = {
  reads: 0,
  writes: 0,
  deletes: 0,
  errors: 0,
  hits: 0,
  misses: 0,
  evictions: 0,
  started: 0,
  good: 0,
  bad: 0,
  optimizing: 0,
  readTimes: [] as number[],
  writeTimes: [] as number[],
};
let data: DashboardData;

beforeAll(async () => {
  const board = new Board();
  const window = new RecentWindow({
    board,
    target: { job: 'quorumscope', instance: 'here' },
    windowMs: 600_000,
    maxBytes: 1e8,
  });
  const random = createRandom(5);
  // What happened before the range counts for nothing but what is still active.
  second(board, random);
  const before = { started: fed.started, ended: fed.good + fed.bad };
  for (const [key, value] of Object.entries(fed))
    if (Array.isArray(value)) value.length = 0;
    else Object.assign(fed, { [key]: 0 });
  for (let i = 0; i <= SECONDS; i++) {
    if (i > 0) second(board, random);
    window.sample(START_MS + i * 1000);
  }
  const nowUs = (range.toMs + 5) * 1000;
  const analytics = new Analytics({
    source: window,
    dataClock: { nowUs: () => nowUs },
    wallClock: new WallClock(),
  });
  data = await analytics.dashboard({ range, where: { chain_id: ['main'] } });
  fed.started += before.started - before.ended;
});

/** A second of a node's work. */
function second(board: Board, random: ReturnType<typeof createRandom>): void {
  const { reads, writes, deletes, readDuration, writeDuration, errors } = storageMetrics;
  const times = (count: number, action: () => void): void => {
    for (let i = 0; i < count; i++) action();
  };
  times(20 + random.int(10), () => {
    fed.reads++;
    board
      .counter(reads)
      .at(...node, random.int(2) === 0 ? 'block' : 'state', random.int(9) === 0 ? 'error' : 'ok')
      .add();
    const time = random.float() ** 3 / 50;
    fed.readTimes.push(time);
    board
      .histogram(readDuration)
      .at(...node, 'block')
      .observe(time);
  });
  times(5 + random.int(10), () => {
    fed.writes++;
    board
      .counter(writes)
      .at(...node, 'block', 'ok')
      .add();
    const time = random.float() ** 2 / 20;
    fed.writeTimes.push(time);
    board
      .histogram(writeDuration)
      .at(...node, 'block')
      .observe(time);
  });
  times(random.int(3), () => {
    fed.deletes++;
    board
      .counter(deletes)
      .at(...node, 'block', 'ok')
      .add();
  });
  times(random.int(2), () => {
    fed.errors++;
    board
      .counter(errors)
      .at(...node, 'read', 'io')
      .add();
  });
  times(10 + random.int(10), () => {
    const isHit = random.int(4) > 0;
    fed[isHit ? 'hits' : 'misses']++;
    board
      .counter(isHit ? storageMetrics.cacheHits : storageMetrics.cacheMisses)
      .at(...node, 'blocks')
      .add();
  });
  times(random.int(3), () => {
    fed.evictions++;
    board
      .counter(storageMetrics.cacheEvictions)
      .at(...node, 'blocks')
      .add();
  });
  optimizations(board, random);
  board
    .gauge(executionMetrics.instancesActive)
    .at(...node)
    .set(7);
  board
    .gauge(processMetrics.resident)
    .at(...node)
    .set(123_000_000);
  board
    .gauge(processMetrics.threads)
    .at(...node)
    .set(11);
  board.gauge(intakeMetrics.sourceConnected).at('unix').set(3);
  board.gauge(intakeMetrics.sourceConnected).at('tcp').set(2);
}

function optimizations(board: Board, random: ReturnType<typeof createRandom>): void {
  const { optimizationsStarted, optimizationsCompleted, optimizationDuration } = executionMetrics;
  fed.started += 2;
  board
    .counter(optimizationsStarted)
    .at(...node, 'batching')
    .add(2);
  const isGood = random.int(3) > 0;
  fed[isGood ? 'good' : 'bad']++;
  board
    .counter(optimizationsCompleted)
    .at(...node, 'batching', isGood ? 'ok' : 'error')
    .add();
  const time = 1 + random.float();
  fed.optimizing += time;
  board
    .histogram(optimizationDuration)
    .at(...node)
    .observe(time);
}

/** A quantile as buckets tell it: in proportion within the one that it falls into. */
function bucketed(q: number, bounds: readonly number[], times: readonly number[]): number {
  const rank = q * times.length;
  for (const [i, bound] of bounds.entries()) {
    const upTo = times.filter((time) => time <= bound).length;
    if (upTo < rank) continue;
    const from = i === 0 ? 0 : bounds[i - 1]!;
    const below = times.filter((time) => time <= from).length;
    return from + ((bound - from) * (rank - below)) / (upTo - below);
  }
  return bounds.at(-1)!;
}

describe('the dashboard of a board that was fed', () => {
  it('says when it was made, and of which time', () => {
    expect(data.madeAtMs).toBe(range.toMs + 5);
    expect(data.range).toMatchObject(range);
  });

  it('counts operations', () => {
    const { operations, health } = data.figures;
    expect(operations['reads_per_second']).toBeCloseTo(fed.reads / SECONDS, 9);
    expect(operations['writes_per_second']).toBeCloseTo(fed.writes / SECONDS, 9);
    const all = fed.reads + fed.writes + fed.deletes;
    expect(operations['total_operations']).toBeCloseTo(all, 6);
    expect(health['error_rate']).toBeCloseTo(fed.errors / all, 9);
  });

  it.each([
    ['read', 0.5],
    ['read', 0.95],
    ['read', 0.99],
    ['write', 0.5],
    ['write', 0.95],
    ['write', 0.99],
  ] as const)('estimates the latency of a %s at %f', (verb, q) => {
    const { bounds = [] } = storageMetrics[`${verb}Duration`];
    const expected = bucketed(q, bounds, fed[`${verb}Times`]);
    expect(data.figures.performance[`${verb}_latency_p${q * 100}`]).toBeCloseTo(expected, 9);
  });

  it('tells how well caches do', () => {
    const { cache } = data.figures;
    expect(cache['total_hits']).toBeCloseTo(fed.hits, 6);
    expect(cache['total_misses']).toBeCloseTo(fed.misses, 6);
    expect(cache['hit_rate']).toBeCloseTo(fed.hits / (fed.hits + fed.misses), 9);
    expect(cache['evictions']).toBeCloseTo(fed.evictions, 6);
  });

  it('tells what became of optimisations', () => {
    const { optimizations: found } = data.figures;
    const ended = fed.good + fed.bad;
    expect(found['active']).toBeCloseTo(fed.started - ended, 6);
    expect(found['completed']).toBeCloseTo(fed.good, 6);
    expect(found['failed']).toBeCloseTo(fed.bad, 6);
    expect(found['success_rate']).toBeCloseTo(fed.good / ended, 9);
    expect(found['avg_duration']).toBeCloseTo(fed.optimizing / ended, 6);
  });

  it('shows what a node has now', () => {
    expect(data.figures.health).toMatchObject({
      active_instances: 7,
      attached_sources: 5,
      memory_bytes: 123_000_000,
      threads: 11,
    });
  });
});
