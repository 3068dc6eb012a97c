/** Comparing two boards. */
import { describe, expect, it } from 'vitest';
import { recordingOf } from '../../../../simulator/testing/event-log.js';
import { assertSameBoard, compareBoards } from '../../../../simulator/testing/boards.js';
import { Readings, type Reading } from '../../../../simulator/testing/readings.js';
import { runScenario } from '../../../../simulator/testing/scenario.js';
import { createTestCollector } from '../../../../simulator/testing/test-collector.js';

const one = (name: string, value: number, labels: Reading['labels'] = {}): Reading => ({
  name,
  kind: 'gauge',
  value,
  labels,
});
const board = (...readings: Reading[]): Readings => new Readings(readings);

describe('compareBoards', () => {
  it('finds another value, a series that is absent and one that is too many', () => {
    const left = board(one('a', 1), one('b', 2, { x: '1' }), one('c', 3));
    const right = board(one('a', 1), one('b', 2, { x: '2' }), one('c', 4));
    expect(compareBoards(left, right)).toEqual([
      { series: 'b{x="1"}', left: 2, right: undefined },
      { series: 'c', left: 3, right: 4 },
      { series: 'b{x="2"}', left: undefined, right: 2 },
    ]);
  });

  it('looks into histograms and summaries', () => {
    const histogram = (...counts: number[]): Reading => ({
      ...one('h', counts[1]!),
      kind: 'histogram',
      sum: 1,
      buckets: [
        { le: 1, count: counts[0]! },
        { le: Number.POSITIVE_INFINITY, count: counts[1]! },
      ],
    });
    const summary = (value: number): Reading => ({
      ...one('s', 1),
      kind: 'summary',
      sum: 1,
      quantiles: [{ quantile: 0.5, value }],
    });
    expect(compareBoards(board(histogram(1, 2)), board(histogram(2, 2)))).toMatchObject([
      { series: 'h_bucket{le="1"}' },
    ]);
    expect(compareBoards(board(summary(1)), board(summary(2)))).toMatchObject([
      { series: 's{quantile="0.5"}' },
    ]);
    expect(compareBoards(board(summary(Number.NaN)), board(summary(Number.NaN)))).toEqual([]);
  });

  it('can be told what to leave out and how close is close enough', () => {
    const left = board(one('a', 100, { node_id: 'x' }), one('quorumscope_a', 1), one('b_per_second', 1));
    const right = board(one('a', 101, { node_id: 'y' }), one('quorumscope_a', 2), one('b_per_second', 2));
    expect(compareBoards(left, right, { ignoreLabels: ['node_id'] })).toHaveLength(1);
    expect(compareBoards(left, right, { ignoreLabels: ['node_id'], tolerance: 0.01 })).toEqual([]);
    expect(compareBoards(left, right, { ignore: /^a$/ })).toHaveLength(2);
  });

  it('agrees on a run and on the recording of it', async () => {
    const run = await runScenario({ durationUs: 3_000_000, workload: { transactionsPerSecond: 50 } });
    const again = createTestCollector();
    await again.feed(recordingOf(run.events));
    assertSameBoard(again.metrics(), run.metrics);

    const first = run.events.find(({ type, node }) => type === 'network.message_sent' && node === 'node-2')!;
    const wrong = run.events.map((event) =>
      event.node === 'node-2' && event['seq'] === first['seq'] && event.type === first.type
        ? { ...event, message: 'gossip' }
        : event,
    );
    const other = createTestCollector();
    await other.feed(recordingOf(wrong));
    // One message less of its own type, one more of the other; and its bytes likewise.
    expect(() => assertSameBoard(other.metrics(), run.metrics)).toThrow(
      /^two boards differ in 4 series\n +found: +[^]*"node-2",message="gossip"\} 1\n[^]* expected: [^]*"gossip"\} absent/,
    );
  });

  it('does not call two empty boards the same', () => {
    expect(() => assertSameBoard(board(), board())).toThrow(/cannot be compared/);
  });
});
