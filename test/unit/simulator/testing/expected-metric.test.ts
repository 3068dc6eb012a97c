/** `assertMetricsRecorded`: holds where it should, fails where it should, and says why. */
import { beforeEach, describe, expect, it } from 'vitest';
import { assertMetricsRecorded, type ExpectedMetric } from '../../../../simulator/testing/expected-metric.js';
import { createTestCollector, type TestCollector } from '../../../../simulator/testing/test-collector.js';

const VOTES = 'hotstuff_consensus_votes_sent_total';
const VIEW = 'hotstuff_consensus_current_view';
const READ = 'hotstuff_storage_read_duration_seconds';

describe('assertMetricsRecorded', () => {
  let collector: TestCollector;

  beforeEach(() => {
    collector = createTestCollector();
    for (const [node, view] of [
      ['a', 3],
      ['b', 5],
    ] as const) {
      const hooks = collector.hooks({ node, chain: 'c' });
      hooks.consensus.viewEntered({ view, trigger: 'start', leader: 'v' });
      for (let i = 0; i < view; i++) hooks.consensus.voteSent({ view: i, vote: 'vote1', block: '0x1' });
      hooks.storage.readCompleted({ key_type: 'block', outcome: 'ok', duration_us: view * 1_000 });
    }
  });

  const check = (expected: ExpectedMetric | ExpectedMetric[]): Promise<void> =>
    assertMetricsRecorded(collector, expected);

  it.each<ExpectedMetric>([
    { name: VOTES },
    { name: VOTES, equals: 8 },
    { name: VOTES, labels: { node_id: 'a' }, equals: 3 },
    { name: VOTES, over: 'max', equals: 5 },
    { name: VOTES, over: 'min', equals: 3 },
    { name: VOTES, over: 'each', atLeast: 3, atMost: 5 },
    { name: VIEW, above: 2, below: 6 },
    { name: READ, equals: 2 },
    { name: READ, of: 'sum', above: 0.0079, below: 0.0081 },
    { name: VOTES, labels: { vote: 'vote2' }, absent: true },
    { name: 'no_such_metric', absent: true },
  ])('holds: %j', async (expected) => {
    await expect(check(expected)).resolves.toBeUndefined();
  });

  it.each<[ExpectedMetric, RegExp]>([
    [{ name: VOTES, equals: 7 }, /found: +3 \{[^}]*"a"[^]*5 \{[^}]*"b"[^]*\(sum 8\)\n +expected: exactly 7/],
    [{ name: VOTES, labels: { node_id: 'a' }, atLeast: 4 }, /expected: +at least 4/],
    [{ name: VOTES, over: 'max', atMost: 4 }, /expected: +max: at most 4/],
    [{ name: VIEW, above: 3 }, /expected: +above 3/],
    [{ name: VIEW, below: 5 }, /expected: +below 5/],
    [{ name: READ, of: 'sum', above: 1 }, /expected: +of sum: above 1/],
    [{ name: VOTES, absent: true }, /expected: +no such series/],
    [{ name: VOTES, labels: { vote: 'vote2' } }, /no series with these labels, but:\n.*vote="vote1"/],
    [{ name: 'hotstuff_votes_sent_total' }, /no metric of this name; there are .*consensus_votes_sent_total/],
  ])('fails: %j', async (expected, message) => {
    await expect(check(expected)).rejects.toMatchObject({ code: 'testing.expectation' });
    await expect(check(expected)).rejects.toThrow(message);
  });

  it('names every expectation that does not hold, and none that does', async () => {
    const failing = check([
      { name: VOTES, equals: 8 },
      { name: VOTES, equals: 1 },
      { name: VIEW, labels: { node_id: 'b' }, equals: 2 },
    ]);
    await expect(failing).rejects.toThrow(/2 of 3 metrics/);
    await expect(failing).rejects.toThrow(/current_view\{node_id="b"\}: exactly 2/);
    await expect(failing).rejects.not.toThrow(/exactly 8/);
  });
});
