/** js-libp2p's Metrics interface, member by member, as its modules call it. */
import type { Connection, Metrics } from '@libp2p/interface';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../src/base/clock.js';
import { createHooks } from '../../../../src/hooks.js';
import { libp2pMetrics, type Libp2pMetrics, type Libp2pMetricsOptions } from '../../../../src/libp2p.js';
import { record } from '../hooks/recording-sink.js';

type Said = Readonly<Record<string, unknown>>;

/** A node's metrics, its event bus, and what it said. */
function started(options: Libp2pMetricsOptions = {}) {
  const clock = new ManualClock(1_000_000);
  const hooks = createHooks({ node: 'n', chain: 'c' });
  const recording = record(hooks);
  const bus = new EventTarget();
  const events = bus as unknown as Parameters<ReturnType<typeof libp2pMetrics>>[0]['events'];
  const metrics = libp2pMetrics(hooks, { clock, ...options })({ events });
  const all = (): Said[] => {
    recording.outbox.flush();
    return recording.sink.events as unknown as Said[];
  };
  const said = (type: string): Said[] => all().filter((event) => event['type'] === type);
  return { clock, hooks, bus, metrics, said };
}

/** Where the series of a metric were last said to stand, by label value. */
function stands({ said }: ReturnType<typeof started>, metric: string): Record<string, unknown> {
  const samples = said('metric.sampled').filter((event) => event['metric'] === metric);
  return Object.fromEntries(
    samples.map((event) => [Object.values(event['labels'] ?? {}).join(), event['value']]),
  );
}

describe('gauges and counters', () => {
  it('move in memory and are stated at intervals, declared first', () => {
    const node = started({ intervalMs: 1_000 });
    node.metrics.start();
    const gauge = node.metrics.registerMetric('queue-length', { help: 'Jobs waiting.' });
    const counter = node.metrics.registerCounter('jobs_total');
    gauge.update(5);
    gauge.increment();
    gauge.increment(3);
    gauge.decrement();
    gauge.decrement(2);
    counter.increment();
    counter.increment(4);
    expect(node.said('metric.sampled')).toEqual([]);
    node.clock.advance(1_000_000);
    expect(node.said('metric.declared')).toEqual([
      expect.objectContaining({ metric: 'queue_length', kind: 'gauge', help: 'Jobs waiting.' }),
      expect.objectContaining({ metric: 'jobs_total', kind: 'counter' }),
    ]);
    expect(stands(node, 'queue_length')).toEqual({ '': 6 });
    expect(stands(node, 'jobs_total')).toEqual({ '': 5 });
    node.metrics.stop();
    node.clock.advance(10_000_000);
    expect(node.said('metric.sampled')).toHaveLength(2);
  });

  it('have groups, labelled as asked or by their own name, where true means one', () => {
    const node = started();
    const peers = node.metrics.registerMetricGroup('peers', { label: 'side' });
    peers.update({ in: 3, out: 4 });
    peers.increment({ in: true });
    peers.decrement({ out: 2 });
    const errors = node.metrics.registerCounterGroup('tcp_errors_total');
    errors.increment({ refused: true, timeout: 2 });
    node.metrics.state();
    expect(stands(node, 'peers')).toEqual({ in: 4, out: 2 });
    expect(stands(node, 'tcp_errors_total')).toEqual({ refused: 1, timeout: 2 });
    const labels = node.said('metric.declared').map((event) => event['labels']);
    expect(labels).toEqual([['side'], ['tcp_errors_total']]);
  });

  it('begin anew on reset', () => {
    const node = started();
    const counter = node.metrics.registerCounter('jobs_total');
    counter.increment(7);
    counter.reset();
    counter.increment();
    node.metrics.state();
    expect(stands(node, 'jobs_total')).toEqual({ '': 1 });
  });

  it('are one metric when a name is registered twice', () => {
    const node = started();
    node.metrics.registerCounter('jobs_total').increment();
    node.metrics.registerCounter('jobs_total').increment();
    node.metrics.state();
    expect(stands(node, 'jobs_total')).toEqual({ '': 2 });
  });

  it('are declared again when a new listener attaches', () => {
    const node = started();
    node.metrics.registerCounter('jobs_total').increment();
    node.metrics.state();
    const later = record(node.hooks);
    node.metrics.state();
    later.outbox.flush();
    const types = later.sink.events.map(({ type }) => type).filter((type) => type.startsWith('metric.'));
    expect(types).toEqual(['metric.declared', 'metric.sampled']);
  });
});

describe('histograms, summaries and timers', () => {
  it('state each observation at once, with the bounds and quantiles asked for', () => {
    const { metrics, said } = started();
    metrics.registerHistogram('size', { buckets: [1, 10] }).observe(4);
    metrics.registerSummary('age', { percentiles: [0.5, 0.9] }).observe(2);
    metrics.registerHistogramGroup('sizes', { label: 'kind' }).observe({ a: 1, b: 2 });
    metrics.registerSummaryGroup('ages').observe({ x: 3 });
    const observed = said('metric.observed').map(({ metric, value, labels }) => [metric, value, labels]);
    expect(observed).toEqual([
      ['size', 4, {}],
      ['age', 2, {}],
      ['sizes', 1, { kind: 'a' }],
      ['sizes', 2, { kind: 'b' }],
      ['ages', 3, { ages: 'x' }],
    ]);
    expect(said('metric.declared')[0]).toMatchObject({ kind: 'histogram', bounds: [1, 10] });
    expect(said('metric.declared')[1]).toMatchObject({ kind: 'summary', quantiles: [0.5, 0.9] });
  });

  it('time in seconds', () => {
    const node = started();
    const stops = [
      node.metrics.registerMetric('last_dial_seconds').timer(),
      node.metrics.registerMetricGroup('last_seconds').timer('dial'),
      node.metrics.registerHistogram('dial_seconds').timer(),
      node.metrics.registerSummaryGroup('call_seconds').timer('ping'),
    ];
    node.clock.advance(250_000);
    for (const stop of stops) stop();
    node.metrics.state();
    expect(stands(node, 'last_dial_seconds')).toEqual({ '': 0.25 });
    expect(stands(node, 'last_seconds')).toEqual({ dial: 0.25 });
    expect(node.said('metric.observed').map(({ value }) => value)).toEqual([0.25, 0.25]);
  });
});

describe('calculated metrics', () => {
  it('are asked before each statement, added up over all who registered the name', () => {
    const node = started();
    node.metrics.registerMetric('open', { calculate: () => 2 });
    node.metrics.registerMetric('open', { calculate: () => 3 });
    node.metrics.registerMetricGroup('by_side', { calculate: () => ({ in: 1 }) });
    node.metrics.registerMetricGroup('by_side', { calculate: () => ({ in: 1, out: 5 }) });
    node.metrics.state();
    expect(stands(node, 'open')).toEqual({ '': 5 });
    expect(stands(node, 'by_side')).toEqual({ in: 2, out: 5 });
  });

  it('show a late answer with the next statement, and are not asked twice meanwhile', async () => {
    const node = started();
    let asked = 0;
    let answer: (value: number) => void = () => undefined;
    const calculate = (): Promise<number> => {
      asked++;
      return new Promise((resolve) => (answer = resolve));
    };
    node.metrics.registerMetric('slow', { calculate });
    node.metrics.state();
    node.metrics.state();
    expect(asked).toBe(1);
    answer(9);
    await new Promise((resolve) => setImmediate(resolve));
    node.metrics.state();
    expect(stands(node, 'slow')).toEqual({ '': 9 });
  });

  it('may fail, which is counted and hurts no other', async () => {
    const node = started();
    const calculate = (): never => {
      throw new Error('no');
    };
    node.metrics.registerMetric('broken', { calculate });
    node.metrics.registerMetric('rejects', { calculate: () => Promise.reject(new Error('no')) });
    node.metrics.registerMetric('fine', { calculate: () => 1 });
    node.metrics.state();
    await new Promise((resolve) => setImmediate(resolve));
    expect(node.metrics.failed).toBe(2);
    expect(stands(node, 'fine')).toEqual({ '': 1 });
  });
});

describe('budgets', () => {
  it('fold counters into other and refuse gauges beyond the series', () => {
    const node = started({ seriesLimit: 3 });
    const counters = node.metrics.registerCounterGroup('hits_total');
    for (const key of ['a', 'b', 'c', 'd', 'e']) counters.increment({ [key]: true });
    node.metrics.registerMetricGroup('depth').update({ a: 1 });
    node.metrics.state();
    expect(stands(node, 'hits_total')).toEqual({ a: 1, b: 1, c: 1, other: 2 });
    expect(stands(node, 'depth')).toEqual({});
    expect(node.metrics.refused).toBe(1);
  });

  it('refuse metrics beyond the limit, other kinds of a known name, and values that are no numbers', () => {
    const node = started({ metricLimit: 4 });
    const { metrics } = node;
    metrics.registerCounter('jobs_total').increment(-1);
    metrics.registerMetric('jobs_total').update(5);
    metrics.registerMetric('too_many').update(Number.NaN);
    node.metrics.state();
    expect(stands(node, 'jobs_total')).toEqual({ '': 0 });
    expect(metrics.refused).toBe(4);
  });
});

describe('traced functions', () => {
  const outcomes = (node: ReturnType<typeof started>): unknown[] =>
    node.said('metric.observed').map(({ labels }) => Object.values(labels as object).join(' '));

  it('return and throw as they are, timed to the end of their promise', async () => {
    const node = started();
    const { metrics, clock } = node;
    const find = metrics.traceFunction('find', function (this: { base: number }, by: number) {
      return Promise.resolve(this.base + by);
    });
    const pending = find.call({ base: 40 }, 2);
    clock.advance(500_000);
    expect(await pending).toBe(42);
    const error = new Error('no');
    const fail = metrics.traceFunction('fail', () => {
      throw error;
    });
    expect(fail).toThrow(error);
    await expect(metrics.traceFunction('reject', () => Promise.reject(error))()).rejects.toBe(error);
    expect(outcomes(node)).toEqual(['find ok', 'fail error', 'reject error']);
    expect(node.said('metric.observed')[0]).toMatchObject({ value: 0.5 });
  });

  it('are followed to the end of what they iterate over, or to where the reader leaves', async () => {
    const node = started();
    const walk = node.metrics.traceFunction('walk', async function* () {
      yield await Promise.resolve(1);
      yield 2;
    });
    const seen: number[] = [];
    for await (const value of walk()) seen.push(value);
    for await (const _ of walk()) break;
    const list = node.metrics.traceFunction('list', function* () {
      yield 1;
      throw new Error('midway');
    });
    expect(() => [...list()]).toThrow('midway');
    expect(seen).toEqual([1, 2]);
    expect(outcomes(node)).toEqual(['walk ok', 'walk ended', 'list error']);
  });
});

describe('connections', () => {
  /** A connection as libp2p announces it. */
  class Announced extends EventTarget {
    readonly streams: unknown[] = [];
    rtt: number | undefined;
    readonly remotePeer: { toString(): string };
    readonly direction: 'inbound' | 'outbound';

    constructor(peer: string, direction: 'inbound' | 'outbound') {
      super();
      this.remotePeer = { toString: () => peer };
      this.direction = direction;
    }
  }
  const announce = (bus: EventTarget, type: string, connection: Announced): void => {
    bus.dispatchEvent(Object.assign(new Event(type), { detail: connection as unknown as Connection }));
  };

  it('are stated as they open and end, with who ended them; two to one peer are one peer', () => {
    const node = started({ validatorOf: (peer) => (peer === 'A' ? 'validator-0' : undefined) });
    const first = new Announced('A', 'inbound');
    const second = new Announced('A', 'outbound');
    const third = new Announced('B', 'outbound');
    for (const one of [first, second, third]) announce(node.bus, 'connection:open', one);
    expect(
      node
        .said('network.peer_connected')
        .map(({ peer, direction, validator }) => [peer, direction, validator]),
    ).toEqual([
      ['A', 'inbound', 'validator-0'],
      ['A', 'outbound', 'validator-0'],
      ['B', 'outbound', undefined],
    ]);
    expect(node.said('network.peers_measured').at(-1)).toMatchObject({
      active: 2,
      inbound: 1,
      outbound: 1,
      validators: 1,
    });
    third.dispatchEvent(Object.assign(new Event('close'), { local: false }));
    announce(node.bus, 'connection:close', third);
    second.dispatchEvent(Object.assign(new Event('close'), { error: new Error('reset') }));
    announce(node.bus, 'connection:close', second);
    announce(node.bus, 'connection:close', second);
    node.metrics.afterStop();
    expect(node.said('network.peer_disconnected').map(({ peer, reason }) => [peer, reason])).toEqual([
      ['B', 'closed_by_peer'],
      ['A', 'error'],
      ['A', 'closed_by_us'],
    ]);
    expect(node.said('network.peers_measured').at(-1)).toMatchObject({ active: 0 });
  });

  it('state a round trip once for each time it was measured', () => {
    const node = started();
    const one = new Announced('A', 'inbound');
    announce(node.bus, 'connection:open', one);
    one.rtt = 1.5;
    node.metrics.state();
    node.metrics.state();
    one.rtt = 2;
    node.metrics.state();
    expect(node.said('network.latency_measured').map(({ rtt_us }) => rtt_us)).toEqual([1500, 2000]);
  });

  it('that failed are stated in the words of the network domain, by who dialled', () => {
    const node = started();
    const out = node.metrics.registerCounterGroup('libp2p_connection_manager_dials_outbound_errors_total');
    out.increment({ TimeoutError: true });
    out.increment({ StrangeError: true });
    node.metrics
      .registerCounterGroup('libp2p_connection_manager_dials_inbound_errors_total')
      .increment({ EncryptionFailedError: true });
    expect(
      node.said('network.connection_failed').map(({ reason, direction }) => [reason, direction]),
    ).toEqual([
      ['timeout', 'outbound'],
      ['other', 'outbound'],
      ['handshake', 'inbound'],
    ]);
  });
});

it('satisfies the interface that libp2p asks for', () => {
  const { metrics } = started();
  const asked: Metrics & Libp2pMetrics = metrics;
  expect(asked.createTrace()).toBeDefined();
});
