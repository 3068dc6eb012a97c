/**
 * What recording one value costs: through a bound handle, and with label values looked up; beside
 * prom-client's bound child or labels object and OpenTelemetry's SDK with a reader attached.
 */
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { Counter as PromCounter, Histogram as PromHistogram, Registry } from 'prom-client';
import { createRandom } from '../../src/base/random.js';
import { Board } from '../../src/metrics/board.js';
import { counter, histogram } from '../../src/metrics/definition.js';
import { measure } from './measure.js';
import { duration, peer, type BenchRow } from './row.js';

/** 0.5 ms to 16 s, doubling: 16 bounds. */
const bounds = Array.from({ length: 16 }, (_, i) => 0.0005 * 2 ** i);
const labels = ['node_id', 'message_type'] as const;
const OURS = 2_000_000;
const PEERS = 100_000;

class ManualReader extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

/** The rows about recording. */
export async function run(): Promise<BenchRow[]> {
  const reader = new ManualReader();
  const provider = new MeterProvider({ readers: [reader] });
  const random = createRandom(7);
  const values = Float64Array.from({ length: 4096 }, () => 0.002 * Math.exp(2 * (random.float() - 0.3)));
  const rows = [boundCounter(provider), boundHistogram(provider, values), lookedUp(provider)];
  const collected = await reader.collect();
  if (collected.errors.length > 0) throw new Error('the OpenTelemetry reader did not collect');
  await provider.shutdown();
  return rows;
}

function boundCounter(provider: MeterProvider): BenchRow {
  const handle = new Board()
    .counter(counter('hotstuff_votes_total', 'Votes.', labels))
    .at('validator-1', 'vote');
  const child = new PromCounter({
    name: 'v_total',
    help: 'v',
    labelNames: labels,
    registers: [new Registry()],
  }).labels('validator-1', 'vote');
  const otel = provider.getMeter('bench').createCounter('votes');
  const attributes = { node_id: 'validator-1', message_type: 'vote' };
  const ours = measure(OURS, () => {
    for (let i = 0; i < OURS; i++) handle.add(1);
    return handle.value;
  });
  const prom = measure(PEERS, () => {
    for (let i = 0; i < PEERS; i++) child.inc(1);
    return PEERS;
  });
  const sdk = measure(PEERS, () => {
    for (let i = 0; i < PEERS; i++) otel.add(1, attributes);
    return PEERS;
  });
  return row('record through a bound handle: counter', ours, prom, sdk, 8, 25);
}

function boundHistogram(provider: MeterProvider, values: Float64Array): BenchRow {
  const handle = new Board()
    .histogram(histogram('hotstuff_vote_seconds', 'Time of a vote.', bounds, labels))
    .at('validator-1', 'vote');
  const child = new PromHistogram({
    name: 'v_seconds',
    help: 'v',
    labelNames: labels,
    buckets: bounds,
    registers: [new Registry()],
  }).labels('validator-1', 'vote');
  const otel = provider
    .getMeter('bench')
    .createHistogram('vote', { advice: { explicitBucketBoundaries: bounds } });
  const attributes = { node_id: 'validator-1', message_type: 'vote' };
  const ours = measure(OURS, () => {
    for (let i = 0; i < OURS; i++) handle.observe(values[i & 4095]!);
    return handle.count;
  });
  const prom = measure(PEERS, () => {
    for (let i = 0; i < PEERS; i++) child.observe(values[i & 4095]!);
    return PEERS;
  });
  const sdk = measure(PEERS, () => {
    for (let i = 0; i < PEERS; i++) otel.record(values[i & 4095]!, attributes);
    return PEERS;
  });
  return row('record through a bound handle: 16-bucket histogram', ours, prom, sdk, 20, 25);
}

function lookedUp(provider: MeterProvider): BenchRow {
  const nodes = Array.from({ length: 20 }, (_, i) => `validator-${i}`);
  const types = ['proposal', 'vote', 'qc', 'tc', 'sync'];
  const family = new Board().counter(counter('hotstuff_messages_total', 'Messages.', labels));
  const prom = new PromCounter({
    name: 'm_total',
    help: 'm',
    labelNames: labels,
    registers: [new Registry()],
  });
  const otel = provider.getMeter('bench').createCounter('messages');
  const ours = measure(OURS / 4, () => {
    for (let i = 0; i < OURS / 4; i++) family.at(nodes[i % 20]!, types[((i / 20) | 0) % 5]!).add(1);
    return OURS;
  });
  const promNs = measure(PEERS, () => {
    for (let i = 0; i < PEERS; i++)
      prom.inc({ node_id: nodes[i % 20]!, message_type: types[((i / 20) | 0) % 5]! }, 1);
    return PEERS;
  });
  const sdk = measure(PEERS, () => {
    for (let i = 0; i < PEERS; i++)
      otel.add(1, { node_id: nodes[i % 20]!, message_type: types[((i / 20) | 0) % 5]! });
    return PEERS;
  });
  const what = 'record with label values looked up (2 labels, 100 series)';
  const peers = [peer('prom-client, labels object', promNs, ours), peer('OpenTelemetry SDK', sdk, ours)];
  return {
    what,
    ours: duration(ours),
    peers,
    floor: '>= 6x faster than prom-client',
    holds: promNs / ours >= 6,
  };
}

function row(what: string, ours: number, prom: number, sdk: number, mostNs: number, ratio: number): BenchRow {
  return {
    what,
    ours: duration(ours),
    peers: [peer('prom-client, bound child', prom, ours), peer('OpenTelemetry SDK with a reader', sdk, ours)],
    floor: `<= ${mostNs} ns and >= ${ratio}x faster than both`,
    holds: ours <= mostNs && Math.min(prom, sdk) / ours >= ratio,
  };
}
