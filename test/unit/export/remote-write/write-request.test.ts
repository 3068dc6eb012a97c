/** A remote-write body, read back by a decoder made from the protocol's own definition. */
import protobuf from 'protobufjs';
import { uncompress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { writeBodies } from '../../../../src/export/remote-write/write-request.js';
import type { MetricsSnapshot } from '../../../../src/export/snapshot.js';
import { hostile, hostileTexts, many, oneOfEach, specialValues, TAKEN_AT_US } from '../boards.js';

/** From prometheus/prompb: types.proto and remote.proto, version 1.0 of the protocol. */
const definition = `
syntax = "proto3";
message WriteRequest { repeated TimeSeries timeseries = 1; }
message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
message Label { string name = 1; string value = 2; }
message Sample { double value = 1; int64 timestamp = 2; }
`;
const WriteRequest = protobuf.parse(definition).root.lookupType('WriteRequest');

interface Decoded {
  timeseries: {
    labels: { name: string; value: string }[];
    samples: { value: number; timestamp: number }[];
  }[];
}

function decode(snapshot: MetricsSnapshot, external = {}): Decoded['timeseries'] {
  return writeBodies(snapshot, external).flatMap(({ body }) => {
    const message = WriteRequest.decode(uncompress(body));
    const decoded = WriteRequest.toObject(message, { longs: Number, defaults: true }) as Decoded;
    return decoded.timeseries;
  });
}

const text = ({ labels, samples }: Decoded['timeseries'][number]): string =>
  `${labels.map(({ name, value }) => `${name}=${value}`).join(' ')} ${samples[0]?.value}`;

describe('a body', () => {
  it('names and labels series as the page does, labels in order', () => {
    expect(decode(oneOfEach(), { job: 'sidecar' }).slice(0, 7).map(text)).toEqual([
      '__name__=hotstuff_consensus_views_entered_total chain_id=c job=sidecar node_id=n 42',
      '__name__=hotstuff_process_resident_memory_bytes job=sidecar node_id=n 150000000',
      '__name__=hotstuff_network_latency_seconds_bucket job=sidecar le=0.1 peer=p 1',
      '__name__=hotstuff_network_latency_seconds_bucket job=sidecar le=1.0 peer=p 3',
      '__name__=hotstuff_network_latency_seconds_bucket job=sidecar le=+Inf peer=p 4',
      '__name__=hotstuff_network_latency_seconds_sum job=sidecar peer=p 4.25',
      '__name__=hotstuff_network_latency_seconds_count job=sidecar peer=p 4',
    ]);
  });

  it('stamps every sample in milliseconds', () => {
    for (const { samples } of decode(oneOfEach()))
      expect(samples).toEqual([expect.objectContaining({ timestamp: Math.floor(TAKEN_AT_US / 1000) })]);
  });

  it('carries any text and any number', () => {
    const series = decode(hostile());
    const texts = series.slice(0, hostileTexts.length).map(({ labels }) => labels[1]?.value ?? '');
    expect(texts).toEqual([...hostileTexts]);
    const values = series.slice(hostileTexts.length).map(({ samples }) => samples[0]?.value);
    expect(values).toEqual([...specialValues]);
  });

  it('is bounded: many series make several', () => {
    const bodies = writeBodies(many(5_000));
    expect(bodies.map(({ samples }) => samples)).toEqual([2_000, 2_000, 1_000]);
    expect(decode(many(5_000))).toHaveLength(5_000);
  });

  it('of nothing is none', () => {
    expect(writeBodies({ takenAtUs: TAKEN_AT_US, metrics: [] })).toEqual([]);
  });
});
