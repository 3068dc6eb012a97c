import type { MetricsCollector } from '../../../src/base/metrics-collector.js';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import type { LogFields, Logger } from '../../../src/base/logger.js';
import { Board } from '../../../src/metrics/board.js';
import { BoardCollector, collectorMetrics, type CollectorOptions } from '../../../src/metrics/collector.js';
import { counter, gauge, histogram, type MetricDefinition } from '../../../src/metrics/definition.js';

function setUp(options: Partial<CollectorOptions> = {}) {
  const board = new Board();
  const clock = new ManualClock();
  const warnings: LogFields[] = [];
  const ignore = (): void => undefined;
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (_, fields = {}) => warnings.push(fields),
  };
  const collector: MetricsCollector = new BoardCollector({ board, clock, logger, ...options });
  const refused = (reason: string): number => board.counter(collectorMetrics.refused).at(reason).value;
  const definition = (name: string): MetricDefinition => board.declared(name)!;
  return { board, clock, collector, warnings, refused, definition };
}

describe('metrics by name', () => {
  it('are declared by their first use and found again whatever the order of labels', () => {
    const { board, collector, definition } = setUp();
    collector.incrementCounter('app_requests_total', { route: '/a', method: 'GET' });
    collector.incrementCounterBy('app_requests_total', 4, { method: 'GET', route: '/a' });
    expect(definition('app_requests_total')).toMatchObject({ kind: 'counter', labels: ['method', 'route'] });
    expect(board.counter(counter('app_requests_total', 'x', ['method', 'route'])).at('GET', '/a').value).toBe(
      5,
    );
  });

  it('set and move gauges', () => {
    const { board, collector } = setUp();
    collector.setGauge('app_queue', 7);
    collector.incrementGauge('app_queue', -2);
    collector.incrementGauge('app_other', 3);
    expect(board.gauge(gauge('app_queue', 'x', [])).at().value).toBe(5);
    expect(board.gauge(gauge('app_other', 'x', [])).at().value).toBe(3);
  });

  it('take bounds and unit that fit the name', () => {
    const { collector, definition } = setUp();
    collector.recordHistogram('app_wait_seconds', 0.2);
    collector.recordHistogram('app_body_bytes', 2_000);
    collector.recordHistogram('app_retries', 2);
    expect(definition('app_wait_seconds')).toMatchObject({
      unit: 'seconds',
      bounds: expect.arrayContaining([0.25]) as unknown,
    });
    expect(definition('app_body_bytes')).toMatchObject({
      unit: 'bytes',
      bounds: expect.arrayContaining([4096]) as unknown,
    });
    expect(definition('app_retries').unit).toBeUndefined();
    expect(definition('app_retries').bounds).toContain(2);
  });

  it('record into what a catalogue declared', () => {
    const { board, collector } = setUp();
    const declared = board.counter(counter('hotstuff_jobs_total', 'Jobs.', ['node_id', 'chain_id']));
    collector.incrementCounter('hotstuff_jobs_total', { chain_id: 'c', node_id: 'n' });
    expect(declared.at('n', 'c').value).toBe(1);
  });

  it('declare themselves as custom metrics of every kind', () => {
    const { board, collector, definition } = setUp();
    const labels = { shard: '1' };
    collector.recordCustomMetric({
      name: 'app_jobs_total',
      kind: 'counter',
      value: 3,
      labels,
      help: 'Jobs done.',
    });
    collector.recordCustomMetric({ name: 'app_depth', kind: 'gauge', value: 4, labels });
    collector.recordCustomMetric({
      name: 'app_wait_seconds',
      kind: 'histogram',
      value: 0.3,
      labels,
      unit: 'seconds',
      bounds: [0.1, 1],
    });
    collector.recordCustomMetric({
      name: 'app_size_bytes',
      kind: 'summary',
      value: 9,
      labels,
      quantiles: [0.5],
    });
    expect(definition('app_jobs_total').help).toBe('Jobs done.');
    expect(board.gauge(definition('app_depth')).at('1').value).toBe(4);
    expect(definition('app_wait_seconds').bounds).toEqual([0.1, 1]);
    expect(board.histogram(definition('app_wait_seconds')).at('1').count).toBe(1);
    expect(board.summary(definition('app_size_bytes')).at('1').sketch.count).toBe(1);
  });
});

describe('timing an operation', () => {
  const durations = (board: Board) => board.histogram(histogramOf(board)).at('x');
  const histogramOf = (board: Board): MetricDefinition<readonly ['op']> =>
    board.declared('app_op_seconds') as MetricDefinition<readonly ['op']>;

  it('records the duration in seconds and returns what the operation returns', () => {
    const { board, clock, collector } = setUp();
    const result = collector.timeOperation('app_op_seconds', { op: 'x' }, () => {
      clock.advance(250_000);
      return 'done';
    });
    expect(result).toBe('done');
    expect(durations(board)).toMatchObject({ count: 1, sum: 0.25 });
  });

  it('records when the operation throws, and throws the same', () => {
    const { board, clock, collector } = setUp();
    const failure = new Error('no');
    expect(() =>
      collector.timeOperation('app_op_seconds', { op: 'x' }, () => {
        clock.advance(1_000);
        throw failure;
      }),
    ).toThrow(failure);
    expect(durations(board).sum).toBeCloseTo(0.001);
  });

  it('waits for promises, kept or broken', async () => {
    const { board, clock, collector } = setUp();
    let keep: (value: number) => void = () => undefined;
    const kept = collector.timeOperation(
      'app_op_seconds',
      { op: 'x' },
      () => new Promise<number>((resolve) => (keep = resolve)),
    );
    clock.advance(2_000_000);
    expect(board.declared('app_op_seconds')).toBeUndefined();
    keep(42);
    expect(await kept).toBe(42);
    expect(durations(board).sum).toBe(2);
    await expect(
      collector.timeOperation('app_op_seconds', { op: 'x' }, () => Promise.reject(new Error('broken'))),
    ).rejects.toThrow('broken');
    expect(durations(board).count).toBe(2);
  });
});

describe('what cannot be recorded', () => {
  it.each<[string, string, (collector: MetricsCollector) => void]>([
    ['a counter without _total', 'definition', (c) => c.incrementCounter('app_requests')],
    ['a gauge named _total', 'definition', (c) => c.setGauge('app_total', 1)],
    ['a name that is none', 'definition', (c) => c.setGauge('app-queue', 1)],
    ['a label name that is none', 'definition', (c) => c.setGauge('app_queue', 1, { 'a-b': 'x' })],
    [
      'another kind than declared',
      'definition',
      (c) => {
        c.setGauge('app_queue', 1);
        c.recordHistogram('app_queue', 1);
      },
    ],
    [
      'bounds that do not ascend',
      'definition',
      (c) => c.recordCustomMetric({ name: 'app_x', kind: 'histogram', value: 1, bounds: [2, 1] }),
    ],
    [
      'other labels than declared',
      'labels',
      (c) => {
        c.setGauge('app_queue', 1, { a: 'x' });
        c.setGauge('app_queue', 1, { b: 'x' });
      },
    ],
    [
      'a label too many',
      'labels',
      (c) => {
        c.setGauge('app_queue', 1, { a: 'x' });
        c.setGauge('app_queue', 1, { a: 'x', b: 'x' });
      },
    ],
    ['a label value that is no text', 'labels', (c) => c.setGauge('app_queue', 1, { a: {} as string })],
    ['a value that is no number', 'value', (c) => c.setGauge('app_queue', '7' as unknown as number)],
    ['nothing at all', 'definition', (c) => c.recordCustomMetric(undefined as never)],
    [
      'a kind that is none',
      'definition',
      (c) => c.recordCustomMetric({ name: 'app_x', kind: 'meter' as never, value: 1 }),
    ],
  ])('is counted and logged, never thrown: %s', (_, reason, record) => {
    const { collector, refused, warnings } = setUp();
    record(collector);
    expect(refused(reason)).toBe(1);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ reason, problem: expect.any(String) as unknown });
  });

  it('is logged once per metric', () => {
    const { collector, refused, warnings } = setUp();
    for (let i = 0; i < 5; i++) collector.incrementCounter('app_requests');
    collector.incrementCounter('app_errors');
    expect(refused('definition')).toBe(6);
    expect(warnings.map(({ metric }) => metric)).toEqual(['app_requests', 'app_errors']);
  });

  it('includes metrics beyond the limit', () => {
    const { collector, refused, definition } = setUp({ metricLimit: 2 });
    for (const name of ['app_a', 'app_b', 'app_c']) collector.setGauge(name, 1);
    expect(definition('app_c')).toBeUndefined();
    expect(refused('limit')).toBe(1);
  });
});

it('flushes through its port, and says when that failed', async () => {
  let flushed = 0;
  const good = setUp({ flush: () => Promise.resolve(void flushed++) });
  await good.collector.flushMetrics();
  expect(flushed).toBe(1);
  await setUp().collector.flushMetrics();
  const bad = setUp({ flush: () => Promise.reject(new Error('unreachable')) });
  await expect(bad.collector.flushMetrics()).rejects.toThrow('unreachable');
});

it('leaves histograms declared elsewhere as they are', () => {
  const { board, collector } = setUp();
  const own = board.histogram(histogram('app_wait_seconds', 'x', [3], []));
  collector.recordHistogram('app_wait_seconds', 2);
  expect(own.at().count).toBe(1);
});
