/** What a StatsD daemon would add up from our datagrams. */
import { describe, expect, it } from 'vitest';
import { StatsdEncoder } from '../../../../src/export/statsd/statsd-encoder.js';
import { Board } from '../../../../src/metrics/board.js';
import { counter, histogram } from '../../../../src/metrics/definition.js';
import { readSnapshot, type MetricsSnapshot } from '../../../../src/export/snapshot.js';
import { hostile, many, oneOfEach, TAKEN_AT_US } from '../boards.js';

const plain = { tags: false, datagramBytes: 1_432 };
const dog = { tags: true, datagramBytes: 1_432 };
const lines = (encoder: StatsdEncoder, snapshot: MetricsSnapshot): string[] =>
  encoder.encode(snapshot).datagrams.flatMap((datagram) => datagram.toString().split('\n'));

describe('lines', () => {
  it('say every kind, labels as tags', () => {
    expect(lines(new StatsdEncoder(dog), oneOfEach())).toEqual([
      'hotstuff_consensus_views_entered_total:42|c|#chain_id:c,node_id:n',
      'hotstuff_process_resident_memory_bytes:150000000|g|#node_id:n',
      'hotstuff_network_latency_seconds:50|ms|#peer:p',
      'hotstuff_network_latency_seconds:550|ms|@0.5|#peer:p',
      'hotstuff_network_latency_seconds:1000|ms|#peer:p',
      expect.stringMatching(/^hotstuff_execution_fuel_p50:[\d.]+\|g\|#class:swap$/),
      expect.stringMatching(/^hotstuff_execution_fuel_p99:[\d.]+\|g\|#class:swap$/),
      'hotstuff_execution_fuel_sum:5050|c|#class:swap',
      'hotstuff_execution_fuel_count:100|c|#class:swap',
    ]);
  });

  it('say labels by the name where there are no tags', () => {
    expect(lines(new StatsdEncoder(plain), oneOfEach())[0]).toBe(
      'hotstuff_consensus_views_entered_total.c.n:42|c',
    );
  });

  it('keep their form whatever a label says, and reach negative gauges from 0', () => {
    const { omitted } = new StatsdEncoder(dog).encode(hostile());
    expect(omitted).toBe(3);
    for (const line of lines(new StatsdEncoder(dog), hostile()))
      expect(line).toMatch(/^hotstuff_test_(text|value):-?\d+(\.\d+)?\|g(\|#(text|number):[^|#\n]*)?$/);
    const values = lines(new StatsdEncoder(plain), hostile()).filter((line) =>
      line.includes('test_value.1:'),
    );
    expect(values).toEqual(['hotstuff_test_value.1:0|g', 'hotstuff_test_value.1:-1.5|g']);
  });
});

describe('what grows', () => {
  it('is said as growth, and only when it grew', () => {
    const board = new Board();
    const views = board.counter(counter('hotstuff_test_views_total', 'Views.', [])).at();
    const times = board.histogram(histogram('hotstuff_test_size_bytes', 'Size.', [10, 20], [])).at();
    const encoder = new StatsdEncoder(plain);
    const said = (): string[] => {
      const { takenAtUs, metrics } = readSnapshot(board.snapshot(), TAKEN_AT_US);
      return lines(encoder, {
        takenAtUs,
        metrics: metrics.filter(({ name }) => name.startsWith('hotstuff')),
      });
    };
    views.add(3);
    times.observe(12, 4);
    expect(said()).toEqual(['hotstuff_test_views_total:3|c', 'hotstuff_test_size_bytes:15|ms|@0.25']);
    expect(said()).toEqual([]);
    views.add(2);
    expect(said()).toEqual(['hotstuff_test_views_total:2|c']);
  });
});

it('datagrams are no longer than they may be', () => {
  const { datagrams } = new StatsdEncoder(dog).encode(many(500));
  expect(datagrams.length).toBeGreaterThan(10);
  for (const { length } of datagrams) expect(length).toBeLessThanOrEqual(1_432);
  expect(datagrams.flatMap((datagram) => datagram.toString().split('\n'))).toHaveLength(500);
});
