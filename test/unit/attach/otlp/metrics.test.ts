/** Metrics of OTLP of every kind, from a request to the page. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread } from '../../../../src/attach/otlp/spread.js';
import { attributesOf, beside, isBalanced, metrics, nanos } from './beside.js';

const NODE = /^node_/;
const DELTA = 1;
const CUMULATIVE = 2;

type Values = Readonly<Record<string, string | number | boolean>>;

const point = (value: object, attributes: Values = {}, atUs = 0, startUs = -1_000_000): object => ({
  attributes: attributesOf(attributes),
  startTimeUnixNano: nanos(startUs),
  timeUnixNano: nanos(atUs),
  ...value,
});
const sum = (name: string, dataPoints: object[], more: object = {}): object => ({
  name,
  sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true, ...more },
});
const gauge = (name: string, dataPoints: object[], more: object = {}): object => ({
  name,
  gauge: { dataPoints },
  ...more,
});

describe('sums', () => {
  it('that are cumulative count what they grew, whatever of it came again, and go on when they began anew', async () => {
    const { json, page } = await beside();
    const say = (asInt: number, atUs: number, startUs?: number) =>
      json(
        '/v1/metrics',
        metrics([
          sum('hotstuff.messages', [point({ asInt: String(asInt) }, { kind: 'vote' }, atUs, startUs)]),
        ]),
      );
    await say(5, 1);
    await say(5, 1);
    await say(9, 2);
    expect(await page(NODE)).toEqual({ 'node_messages_total{node_id="n1",kind="vote"}': 9 });
    await say(2, 3, 2);
    await say(3, 4, 2);
    expect(await page(NODE)).toEqual({ 'node_messages_total{node_id="n1",kind="vote"}': 12 });
    expect(await page(/^quorumscope_otlp_resets_total/)).toEqual({ quorumscope_otlp_resets_total: 1 });
  });

  it('that are deltas count each once, also where a request is sent twice', async () => {
    const { json, page } = await beside();
    const say = (asDouble: number, atUs: number) =>
      json(
        '/v1/metrics',
        metrics([sum('m', [point({ asDouble }, {}, atUs)], { aggregationTemporality: DELTA })]),
      );
    await say(2, 10);
    const again = await say(2, 10);
    expect(JSON.parse(again.body.toString())).toMatchObject({ partialSuccess: { rejectedDataPoints: '1' } });
    await say(3, 20);
    expect(await page(NODE)).toEqual({ 'node_m_total{node_id="n1"}': 5 });
    expect(await page(/^quorumscope_otlp_rejected_total/)).toEqual({
      'quorumscope_otlp_rejected_total{kind="metrics",reason="out_of_order"}': 1,
    });
  });

  it('that go up and down are gauges, cumulative or not', async () => {
    const { json, page } = await beside();
    const of = (name: string, asInt: number, aggregationTemporality: number, atUs: number): object =>
      sum(name, [point({ asInt }, {}, atUs)], { aggregationTemporality, isMonotonic: false });
    await json('/v1/metrics', metrics([of('a', 7, CUMULATIVE, 1), of('b', 7, DELTA, 1)]));
    await json('/v1/metrics', metrics([of('a', 4, CUMULATIVE, 2), of('b', -4, DELTA, 2)]));
    expect(await page(NODE)).toEqual({ 'node_a{node_id="n1"}': 4, 'node_b{node_id="n1"}': 3 });
  });

  it('without temporality, or without a number, are rejected', async () => {
    const { json, page } = await beside();
    await json(
      '/v1/metrics',
      metrics([
        sum('a', [point({ asInt: 1 })], { aggregationTemporality: 0 }),
        sum('b', [point({}), point({ asDouble: 'NaN' }), point({ asInt: -3 }, { x: 1 })]),
      ]),
    );
    const counters = await page(/^quorumscope_otlp_/);
    expect(counters).toMatchObject({
      'quorumscope_otlp_rejected_total{kind="metrics",reason="temporality"}': 1,
      'quorumscope_otlp_rejected_total{kind="metrics",reason="value"}': 3,
    });
    expect(isBalanced(counters)).toBe(true);
    expect(await page(NODE)).toEqual({});
  });
});

describe('gauges', () => {
  it('are withdrawn when they say so, and when they are silent for as long as makes stale', async () => {
    const { json, page, clock } = await beside();
    await json(
      '/v1/metrics',
      metrics([
        gauge('a', [point({ asInt: 1 })]),
        gauge('b', [point({ asInt: 2 })]),
        gauge('c', [point({ asInt: 3 })]),
      ]),
    );
    expect(await page(NODE)).toEqual({
      'node_a{node_id="n1"}': 1,
      'node_b{node_id="n1"}': 2,
      'node_c{node_id="n1"}': 3,
    });
    clock.advance(50_000_000);
    await json(
      '/v1/metrics',
      metrics([gauge('a', [point({ flags: 1 })]), gauge('b', [point({ asInt: 5 })])]),
    );
    expect(await page(NODE)).toEqual({ 'node_b{node_id="n1"}': 5, 'node_c{node_id="n1"}': 3 });
    clock.advance(30_000_000);
    expect(await page(NODE)).toEqual({ 'node_b{node_id="n1"}': 5 });
  });

  it('that are sent as changes stand where they stood when they come again', async () => {
    const { json, page, clock } = await beside();
    const say = (asInt: number, atUs: number) =>
      json(
        '/v1/metrics',
        metrics([
          sum('a', [point({ asInt }, {}, atUs)], { aggregationTemporality: DELTA, isMonotonic: false }),
        ]),
      );
    await say(7, 1);
    clock.advance(80_000_000);
    expect(await page(NODE)).toEqual({});
    await say(-2, 2);
    expect(await page(NODE)).toEqual({ 'node_a{node_id="n1"}': 5 });
  });

  it('of a process that began anew are the new one’s', async () => {
    const { json, page } = await beside();
    const say = (run: string, name: string, asInt: number) =>
      json(
        '/v1/metrics',
        metrics([gauge(name, [point({ asInt })])], { 'service.name': 'n1', 'process.pid': run }),
      );
    await say('10', 'a', 1);
    await say('10', 'b', 2);
    await say('11', 'a', 3);
    expect(await page(NODE)).toEqual({ 'node_a{node_id="n1"}': 3 });
  });
});

describe('distributions', () => {
  const bounds = [0.1, 0.5, 1];

  it('with bounds come out with the same buckets, sum and count, cumulative or delta', async () => {
    const { json, page } = await beside();
    const of = (
      name: string,
      counts: number[],
      total: number,
      aggregationTemporality: number,
      atUs: number,
    ): object => ({
      name,
      unit: 's',
      histogram: {
        aggregationTemporality,
        dataPoints: [
          point(
            {
              count: counts.reduce((a, b) => a + b),
              sum: total,
              bucketCounts: counts.map(String),
              explicitBounds: bounds,
            },
            {},
            atUs,
          ),
        ],
      },
    });
    await json(
      '/v1/metrics',
      metrics([of('a', [1, 2, 0, 1], 3.25, CUMULATIVE, 1), of('b', [1, 2, 0, 1], 3.25, DELTA, 1)]),
    );
    await json(
      '/v1/metrics',
      metrics([of('a', [1, 4, 1, 1], 4.5, CUMULATIVE, 2), of('b', [0, 2, 1, 0], 1.25, DELTA, 2)]),
    );
    for (const name of ['a', 'b']) {
      const found = await page(new RegExp(`^node_${name}_seconds`));
      expect(found).toEqual({
        [`node_${name}_seconds_bucket{node_id="n1",le="0.1"}`]: 1,
        [`node_${name}_seconds_bucket{node_id="n1",le="0.5"}`]: 5,
        [`node_${name}_seconds_bucket{node_id="n1",le="1.0"}`]: 6,
        [`node_${name}_seconds_bucket{node_id="n1",le="+Inf"}`]: 7,
        [`node_${name}_seconds_sum{node_id="n1"}`]: expect.closeTo(4.5, 9) as number,
        [`node_${name}_seconds_count{node_id="n1"}`]: 7,
      });
    }
  });

  it('in milliseconds are shown in seconds', async () => {
    const { json, page } = await beside();
    const dataPoints = [point({ count: 4, sum: 1_000, bucketCounts: [0, 4, 0], explicitBounds: [100, 500] })];
    await json(
      '/v1/metrics',
      metrics([
        { name: 'rpc.duration', unit: 'ms', histogram: { aggregationTemporality: DELTA, dataPoints } },
      ]),
    );
    expect(await page(/^node_rpc_duration_seconds_(bucket|sum)/)).toEqual({
      'node_rpc_duration_seconds_bucket{node_id="n1",le="0.1"}': 0,
      'node_rpc_duration_seconds_bucket{node_id="n1",le="0.5"}': 4,
      'node_rpc_duration_seconds_bucket{node_id="n1",le="+Inf"}': 4,
      'node_rpc_duration_seconds_sum{node_id="n1"}': expect.closeTo(1, 9) as number,
    });
  });

  it('that are exponential are summaries, also where their scale becomes coarser', async () => {
    const { json, page } = await beside();
    const of = (
      scale: number,
      offset: number,
      bucketCounts: number[],
      total: number,
      atUs: number,
    ): object => ({
      name: 'e',
      exponentialHistogram: {
        aggregationTemporality: CUMULATIVE,
        dataPoints: [
          point(
            {
              count: bucketCounts.reduce((a, b) => a + b),
              sum: total,
              scale,
              positive: { offset, bucketCounts },
            },
            {},
            atUs,
          ),
        ],
      },
    });
    // 4 values in (4, 5.66]; then 6 more in (16, 32] at half the scale.
    await json('/v1/metrics', metrics([of(1, 4, [4], 20, 1)]));
    await json('/v1/metrics', metrics([of(0, 2, [4, 0, 6], 140, 2)]));
    const found = await page(/^node_e/);
    expect(found).toMatchObject({
      'node_e_count{node_id="n1"}': 10,
      'node_e_sum{node_id="n1"}': expect.closeTo(140, 6) as number,
    });
    const median = found['node_e{node_id="n1",quantile="0.5"}']!;
    expect(median).toBeGreaterThan(15);
    expect(median).toBeLessThan(33);
    expect(await page(/^quorumscope_otlp_resets_total/)).toEqual({ quorumscope_otlp_resets_total: 0 });
  });

  it('that are summaries are shown as they are', async () => {
    const { json, page } = await beside();
    const dataPoints = [
      point({
        count: 4,
        sum: 10,
        quantileValues: [
          { quantile: 0.5, value: 2 },
          { quantile: 0.99, value: 5 },
        ],
      }),
    ];
    await json('/v1/metrics', metrics([{ name: 's', summary: { dataPoints } }]));
    expect(await page(NODE)).toEqual({
      'node_s_count_total{node_id="n1"}': 4,
      'node_s_sum_total{node_id="n1"}': 10,
      'node_s_quantile{node_id="n1",q="0.5"}': 2,
      'node_s_quantile{node_id="n1",q="0.99"}': 5,
    });
  });

  it('whose parts do not fit are rejected', async () => {
    const { json, page } = await beside();
    const of = (parts: object): object => ({
      name: 'a',
      histogram: { aggregationTemporality: DELTA, dataPoints: [point(parts)] },
    });
    await json(
      '/v1/metrics',
      metrics([
        of({ count: 1, bucketCounts: [1], explicitBounds: [1, 2] }),
        of({ count: 1, bucketCounts: [1, 0, 0], explicitBounds: [2, 1] }),
      ]),
    );
    expect(await page(/^quorumscope_otlp_rejected_total/)).toEqual({
      'quorumscope_otlp_rejected_total{kind="metrics",reason="value"}': 2,
    });
  });

  it('spread over their buckets keep sum, count and every bucket', () => {
    const edges = fc
      .uniqueArray(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 6 })
      .map((list) => list.sort((a, b) => a - b));
    const values = fc.array(fc.integer({ min: -1_100, max: 1_100 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(edges, values, (bounds, observed) => {
        const buckets = [...bounds, Number.POSITIVE_INFINITY].map((high, i) => {
          const low = bounds[i - 1] ?? Number.NEGATIVE_INFINITY;
          return { low, high, count: observed.filter((value) => value > low && value <= high).length };
        });
        const total = observed.reduce((a, b) => a + b, 0);
        const found = spread(buckets, total);
        expect(found.reduce((all, { value, weight }) => all + value * weight, 0)).toBeCloseTo(total, 3);
        const filled = buckets.filter(({ count }) => count > 0);
        expect(found).toHaveLength(filled.length);
        for (const [i, { low, high, count }] of filled.entries()) {
          expect(found[i]!.weight).toBe(count);
          expect(found[i]!.value > low && found[i]!.value <= high).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('names and labels', () => {
  it('are Prometheus’s, in base units, and none of ours', async () => {
    const { json, page } = await beside();
    await json(
      '/v1/metrics',
      metrics([
        gauge('process.memory-usage', [point({ asInt: 2 }, { node_id: 'x', 'mem.type': 'heap', le: 'y' })], {
          unit: 'KiBy',
        }),
        gauge('hotstuff.mempool.size', [point({ asInt: 3 })], { unit: '{transaction}' }),
        sum('requests_total', [point({ asInt: 4 })]),
      ]),
    );
    expect(await page(NODE)).toEqual({
      'node_process_memory_usage_bytes{node_id="n1",attribute_le="y",mem_type="heap",attribute_node_id="x"}': 2048,
      'node_mempool_size{node_id="n1"}': 3,
      'node_requests_total{node_id="n1"}': 4,
    });
  });

  it('are those of the mapping where it has lines, and what it does not name is left', async () => {
    const mapping = `
name: mine
about: test
source: otlp
metrics:
  - { from: [old.peers, net.peers], to: node_peers, help: Connected peers., where: { dir: in }, labels: [net.transport], merge: max }
  - { from: monad.total_commits, to: node_commits_total, help: Commits., kind: counter }
`;
    const { json, page } = await beside({ mapping });
    const peers = (asInt: number, dir: string, transport: string, id: number): object =>
      point({ asInt }, { dir, 'net.transport': transport, id });
    await json(
      '/v1/metrics',
      metrics([
        gauge('net.peers', [
          peers(3, 'in', 'quic', 1),
          peers(7, 'in', 'quic', 2),
          peers(9, 'out', 'quic', 1),
          peers(2, 'in', 'tcp', 1),
        ]),
        gauge('monad.total_commits', [point({ asInt: 10 })]),
        gauge('other', [point({ asInt: 1 })]),
      ]),
    );
    await json('/v1/metrics', metrics([gauge('monad.total_commits', [point({ asInt: 14 }, {}, 5)])]));
    expect(await page(NODE)).toEqual({
      'node_peers{node_id="n1",net_transport="quic"}': 7,
      'node_peers{node_id="n1",net_transport="tcp"}': 2,
      'node_commits_total{node_id="n1"}': 14,
    });
    expect(await page(/^quorumscope_otlp_(mapped|ignored)_total\{kind="metrics"/)).toEqual({
      'quorumscope_otlp_mapped_total{kind="metrics"}': 5,
      'quorumscope_otlp_ignored_total{kind="metrics"}': 2,
    });
  });

  it('are bounded: streams beyond what a resource may have are rejected', async () => {
    const { json, page } = await beside();
    const points = Array.from({ length: 5_100 }, (_, i) => point({ asInt: 1 }, { id: i }));
    await json('/v1/metrics', metrics([sum('many', points)]));
    expect(await page(/^quorumscope_otlp_rejected_total/)).toEqual({
      'quorumscope_otlp_rejected_total{kind="metrics",reason="too_many_streams"}': 100,
    });
  });
});
