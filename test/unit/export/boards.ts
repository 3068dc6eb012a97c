/** Boards for the exporters' tests: one of everything, hostile text, and many series. */
import { Board } from '../../../src/metrics/board.js';
import { counter, gauge, histogram, summary } from '../../../src/metrics/definition.js';
import { readSnapshot, type MetricsSnapshot } from '../../../src/export/snapshot.js';

/** 2025-06-01T12:00:00.123456Z */
export const TAKEN_AT_US = 1_748_779_200_123_456;

/** Label values that break what does not quote. */
export const hostileTexts = [
  '',
  ' ',
  'a,b',
  'say "hi"',
  'back\\slash',
  'new\nline',
  'carriage\rreturn',
  'tab\tbed',
  'a=b',
  '=1+1',
  '+SUM(A1)',
  '-2',
  '@import',
  'ünï¢ode 🙂',
  'x'.repeat(1_000),
  'trailing\\',
  '#|:@',
  "it's",
  '\u0000\u0007',
] as const;

/** Numbers that formats get wrong. */
export const specialValues = [
  0,
  -1.5,
  2 ** 53 + 2,
  1e-300,
  1e300,
  0.1 + 0.2,
  NaN,
  Infinity,
  -Infinity,
] as const;

/** One metric of each kind. */
export function oneOfEach(): MetricsSnapshot {
  const board = new Board();
  board
    .counter(counter('hotstuff_consensus_views_entered_total', 'Views.', ['chain_id', 'node_id']))
    .at('c', 'n')
    .add(42);
  board
    .gauge(gauge('hotstuff_process_resident_memory_bytes', 'Memory.', ['node_id'], { unit: 'bytes' }))
    .at('n')
    .set(1.5e8);
  const latency = board.histogram(
    histogram('hotstuff_network_latency_seconds', 'Latency.', [0.1, 1], ['peer'], { unit: 'seconds' }),
  );
  for (const value of [0.05, 0.5, 0.7, 3]) latency.at('p').observe(value);
  const fuel = board.summary(summary('hotstuff_execution_fuel', 'Fuel.', [0.5, 0.99], ['class']));
  for (let i = 1; i <= 100; i++) fuel.at('swap').observe(i);
  return onlyHotstuff(board);
}

/** A gauge with each hostile text as label value, and one with each special value. */
export function hostile(): MetricsSnapshot {
  const board = new Board();
  const texts = board.gauge(gauge('hotstuff_test_text', 'Hostile "help"\nof two lines \\ .', ['text']));
  hostileTexts.forEach((text, i) => texts.at(text).set(i));
  const values = board.gauge(gauge('hotstuff_test_value', 'Special values.', ['number']));
  specialValues.forEach((value, i) => values.at(String(i)).set(value));
  return onlyHotstuff(board);
}

/** `series` gauges over ten metrics. */
export function many(series: number): MetricsSnapshot {
  const board = new Board({ metricSeriesLimit: series });
  for (let i = 0; i < series; i++)
    board
      .gauge(gauge(`hotstuff_test_many_${i % 10}`, 'One of many.', ['node_id', 'validator']))
      .at(`node-${i % 7}`, `validator-${i}`)
      .set(i / 3);
  return onlyHotstuff(board);
}

function onlyHotstuff(board: Board): MetricsSnapshot {
  const { takenAtUs, metrics } = readSnapshot(board.snapshot(), TAKEN_AT_US);
  return { takenAtUs, metrics: metrics.filter(({ name }) => name.startsWith('hotstuff_')) };
}
