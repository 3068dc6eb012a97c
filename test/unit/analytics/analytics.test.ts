/** What the caller gives, what is refused and why, what a cost is to the last digit. */
import { expect, it } from 'vitest';
import { selectorOf } from '../../../src/analytics/expressions.js';
import { decimal, plus, written } from '../../../src/analytics/money.js';
import { spanOf } from '../../../src/analytics/span.js';
import { analyticsOver, MemoryHistory, NOW_MS } from './source.js';

const START = 1_735_689_600_000;
const range = { fromMs: START, toMs: START + 10_000 };

function history(): MemoryHistory {
  const made = new MemoryHistory();
  const times = [START, START + 5_000, START + 10_000];
  const fuel = (labels: Record<string, string>, last: number): void =>
    made.add({ __name__: 'fuel_total', chain_id: 'x', ...labels }, times, [0, 1, last]);
  // Two nodes that execute the same calls.
  fuel({ node_id: 'a', class: 'compute' }, 1_000_003);
  fuel({ node_id: 'b', class: 'compute' }, 1_000_001);
  fuel({ node_id: 'a', class: 'storage' }, 7);
  fuel({ node_id: 'b', class: 'storage' }, 7);
  made.add({ __name__: 'heap' }, times, [5, 6, 7]);
  for (const [quantile, last] of [
    ['0.5', 3],
    ['0.95', 8],
    ['0.99', 9],
  ] as const)
    made.add({ __name__: 'wait_seconds', quantile, queue: 'q' }, times, [1, 2, last]);
  made.add({ __name__: 'wait_seconds_count', queue: 'q' }, times, [10, 20, 40]);
  return made;
}

const meter = { name: 'fuel', metric: 'fuel_total', by: ['class'], nodes: 'max' } as const;

it('prices what was used without losing a digit', async () => {
  const report = await analyticsOver(history()).usage({
    range,
    meters: [meter],
    prices: {
      currency: 'EUR',
      digits: 4,
      prices: [
        { meter: 'fuel', labels: { class: 'storage' }, price: '0.1', per: 3 },
        { meter: 'fuel', labels: { class: 'compute' }, price: '0.000035' },
      ],
    },
  });
  // 1,000,003 x 0.000035 = 35.000105; 7 x 0.1 / 3 = 0.23333...; the total is rounded from the exact sum.
  expect(report.meters[0]).toMatchObject({
    total: 1_000_010,
    cost: '35.2334',
    lines: [
      { labels: { class: 'compute' }, quantity: 1_000_003, cost: '35.0001' },
      { labels: { class: 'storage' }, quantity: 7, cost: '0.2333' },
    ],
  });
  expect(report).toMatchObject({ currency: 'EUR', cost: '35.2334', unpriced: [], absent: [] });
});

it('says what it has no price for, and adds nodes up only where it is told to', async () => {
  const prices = { currency: 'EUR', prices: [{ meter: 'fuel', labels: { class: 'storage' }, price: '1' }] };
  const meters = [{ ...meter, nodes: 'sum' as const }];
  const report = await analyticsOver(history()).usage({ range, meters, prices });
  expect(report.meters[0]!.lines.map(({ quantity, cost }) => [quantity, cost])).toEqual([
    [2_000_004, undefined],
    [14, '14.00'],
  ]);
  expect(report).toMatchObject({ unpriced: ['fuel'], cost: '14.00' });
  expect(await analyticsOver(history()).usage({ range })).toMatchObject({ meters: [] });
});

it('adds up by contract what every node repeats, unless other meters are asked for', async () => {
  const made = new MemoryHistory();
  const times = [START, START + 5_000, START + 10_000];
  const used = (contract: string, node_id: string, last: number): void =>
    made.add({ __name__: 'hotstuff_execution_fuel_used_total', chain_id: 'x', node_id, contract }, times, [
      0,
      10,
      last,
    ]);
  used('swap', 'a', 120);
  used('swap', 'b', 100);
  used('mint', 'a', 30);
  used('mint', 'b', 40);
  const { meters } = await analyticsOver(made).usage({ range });
  expect(meters.map(({ name, total }) => [name, total])).toEqual([['fuel', 160]]);
  const byContract = meters[0]!.lines.map(({ labels, quantity }) => [labels['contract'], quantity]);
  expect(Object.fromEntries(byContract)).toEqual({ swap: 120, mint: 40 });
});

it('rounds halves to the even digit, and adds exactly', () => {
  const shown = (text: string, digits: number): string => written(decimal(text, 'a price'), digits);
  expect([
    shown('0.125', 2),
    shown('0.135', 2),
    shown('-0.125', 2),
    shown('-0.001', 2),
    shown('2.5', 0),
  ]).toEqual(['0.12', '0.14', '-0.12', '0.00', '2']);
  expect(written(plus(decimal('0.1', 'a'), decimal('0.2', 'b')), 18)).toBe('0.300000000000000000');
  expect(() => decimal('1e3', 'the price')).toThrow(/the price is a decimal such as 0.000035; found "1e3"/);
});

it('takes the quantiles that a summary states', async () => {
  const { groups } = await analyticsOver(history()).performance({
    range,
    metric: 'wait_seconds',
    by: ['queue'],
  });
  expect(groups).toEqual([{ labels: { queue: 'q' }, median: 3, p95: 8, p99: 9, count: 30 }]);
});

it('tells what is unknown from what is empty', async () => {
  const analytics = analyticsOver(history());
  const rejects = async (asked: Promise<unknown>, code: string, message: RegExp): Promise<void> => {
    await expect(asked).rejects.toMatchObject({ code, message: expect.stringMatching(message) as unknown });
  };
  await rejects(
    analytics.performance({ range, metric: 'nothing' }),
    'analytics.unknown',
    /no series named nothing/,
  );
  await rejects(
    analytics.timeSeries({
      range,
      metric: 'fuel_total',
      by: ['klass'],
      aggregation: 'increase',
      intervalMs: 5_000,
    }),
    'analytics.unknown',
    /fuel_total has no label klass; it has chain_id, class, node_id/,
  );
  await rejects(
    analytics.usage({ range: { fromMs: START, toMs: START }, meters: [meter] }),
    'analytics.request',
    /the range is empty: toMs is not after fromMs/,
  );
  await rejects(analytics.timeSeries({ range, metric: 'heap' }), 'analytics.request', /holds no whole 1m/);
  const each = { range, intervalMs: 5_000 };
  await rejects(
    analytics.timeSeries({ ...each, metric: 'heap', aggregation: 'rate' }),
    'analytics.request',
    /no rate of heap, a gauge/,
  );
  await rejects(
    analytics.timeSeries({ ...each, metric: 'fuel_total', aggregation: 'sum' }),
    'analytics.request',
    /ask for increase/,
  );
  await rejects(
    analytics.timeSeries({ ...each, metric: 'heap', aggregation: 'p95', by: [] }),
    'analytics.request',
    /leave by out/,
  );
  await rejects(
    analytics.timeSeries({ range: { fromMs: 0, toMs: START }, metric: 'heap' }),
    'analytics.request',
    /longer than three years/,
  );
  await rejects(
    analytics.timeSeries({
      range: { fromMs: START - 86_400_000, toMs: START },
      metric: 'heap',
      intervalMs: 1000,
    }),
    'analytics.request',
    /86400 intervals, more than 11000/,
  );
  const given = new AbortController();
  given.abort();
  await rejects(
    analytics.usage({ range, meters: [meter] }, { signal: given.signal }),
    'promql.canceled',
    /canceled/,
  );
});

it('lets no option become more than a name or a value', () => {
  expect(selectorOf('x', { a: 'b"} or y{c="', d: ['e.f', 'g|h'] })).toBe(
    String.raw`x{a="b\"} or y{c=\"", d=~"e\\.f|g\\|h"}`,
  );
  expect(() => selectorOf('x) or (y', {})).toThrow(/is no metric name/);
  expect(() => selectorOf('x', { 'a"': 'b' })).toThrow(/is no label/);
});

it('follows counters in whole steps, of which there are never too many', () => {
  const DAY = 86_400_000;
  for (const days of [0.001, 0.01, 0.2, 1, 7, 30, 90, 365, 1000]) {
    const span = spanOf({ fromMs: START + 17, toMs: START + 17 + days * DAY });
    expect((span.toMs - span.fromMs) / span.stepMs).toBeLessThanOrEqual(1500);
    expect([span.fromMs % span.stepMs, span.toMs % span.stepMs]).toEqual([0, 0]);
    expect(span.toMs).toBeLessThanOrEqual(START + 17 + days * DAY);
  }
});

it('has no figure where nothing is known', async () => {
  const data = await analyticsOver(history()).dashboard({ range });
  expect(data.madeAtMs).toBe(NOW_MS);
  expect(Object.values(data.figures).flatMap((section) => Object.keys(section))).toEqual([]);
  expect(data.trends).toEqual({});
});
