/**
 * The high-throughput check: a network under a load of transactions. All that its nodes state becomes metrics, none of
 * it is lost, and at least as fast as they would state it.
 */
import { lossProblems } from '../losses.js';
import { simulateConsensusLoad, type ConsensusLoad } from '../consensus-load.js';
import { createTestCollector, type TestCollectorOptions } from '../test-collector.js';
import { reportOf, type CheckReport } from './report.js';

/** How much load, and how fast it must be taken. */
export interface HighThroughputOptions extends Omit<ConsensusLoad, 'workload' | 'pace' | 'speaking'> {
  /** Transactions a second of the network's own time; 2,000 by default. */
  readonly transactionsPerSecond?: number;
  /** How many of the nodes speak; 1 by default, as a sidecar stands beside one node. */
  readonly speaking?: number;
  /** Least events a second of wall time, simulation included; by default as many as they state in one of their own. */
  readonly atLeastEventsPerSecond?: number;
  /** The collector that takes it; it keeps no events unless told to. */
  readonly collector?: TestCollectorOptions;
}

/** Puts a collector under load. Figures: events, events_per_second, transactions_committed, wall_seconds, dropped, missing. */
export async function checkHighThroughput(options: HighThroughputOptions = {}): Promise<CheckReport> {
  const {
    transactionsPerSecond = 2_000,
    atLeastEventsPerSecond,
    speaking = 1,
    collector: hearing,
    ...load
  } = options;
  const collector = createTestCollector({ keepEvents: 0, batchSize: 100, ...hearing });
  const { result, events, wallSeconds, eventsPerSecond, replay } = await simulateConsensusLoad(collector, {
    ...load,
    speaking,
    workload: { transactionsPerSecond },
  });
  const losses = collector.losses();
  const committed = collector.metrics().find('hotstuff_consensus_transactions_committed_total');
  const mostCommitted = Math.max(0, ...committed.map(({ value }) => value));
  const least = atLeastEventsPerSecond ?? events / (result.run.virtual_us / 1e6);
  const problems = lossProblems(losses);
  if (events === 0) problems.push('no events were stated, expected some');
  if (eventsPerSecond < least)
    problems.push(
      `found ${Math.round(eventsPerSecond)} events a second, expected at least ${Math.round(least)}`,
    );
  if (mostCommitted === 0) problems.push('no transaction was committed, expected some');
  const figures = {
    events,
    events_per_second: eventsPerSecond,
    transactions_committed: mostCommitted,
    wall_seconds: wallSeconds,
    dropped: losses.dropped,
    missing: losses.missing,
  };
  await collector.close();
  return reportOf('high throughput', figures, problems, replay);
}
