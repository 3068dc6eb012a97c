/**
 * The accuracy check: the counters that a collector shows are exactly what the simulated network did. The truth
 * is counted at the source: by the replicas and the network, before any hook is called.
 */
import { lossProblems } from '../losses.js';
import type { Readings } from '../readings.js';
import type { ScenarioOptions } from '../scenario-options.js';
import { runScenario, type ScenarioRun, type ScenarioRunOptions } from '../scenario.js';
import type { TestCollectorOptions } from '../test-collector.js';
import type { ValidatorCounts } from '../truth-counts.js';
import { reportOf, type CheckReport } from './report.js';

/** Which workload, and what stands between the nodes and the collector. */
export interface AccuracyOptions extends ScenarioOptions {
  /** Wraps the hooks of each process start: an adapter whose fidelity is to be checked. */
  readonly through?: ScenarioRunOptions['through'];
  readonly collector?: TestCollectorOptions;
}

/** Which counter shows what. */
const shownBy = {
  viewsEntered: 'hotstuff_consensus_view_changes_total',
  viewsTimedOut: 'hotstuff_consensus_view_timeouts_total',
  blocksProposed: 'hotstuff_consensus_blocks_proposed_total',
  proposalsReceived: 'hotstuff_consensus_proposals_received_total',
  votesSent: 'hotstuff_consensus_votes_sent_total',
  votesReceived: 'hotstuff_consensus_votes_received_total',
  blocksCommitted: 'hotstuff_consensus_blocks_committed_total',
  transactionsCommitted: 'hotstuff_consensus_transactions_committed_total',
} as const satisfies Record<keyof ValidatorCounts, string>;

/**
 * Compares counters with the truth, of each node and of each type of message. Figures: compared (numbers), wrong,
 * commits, views, votes, messages (over all nodes).
 */
export async function checkAccuracy(options: AccuracyOptions = {}): Promise<CheckReport> {
  const { through, collector, ...scenario } = options;
  const run = await runScenario(scenario, undefined, { keepEvents: 0, ...collector, through });
  const compared = [...nodeCounts(run), ...messageCounts(run, scenario)];
  const wrong = compared.filter(({ found, expected }) => found !== expected);
  const problems = [
    ...lossProblems(run.losses),
    ...wrong.map(({ what, found, expected }) => `${what}: found ${found}, expected ${expected}`),
  ];
  if (compared.every(({ expected }) => expected === 0)) problems.push('nothing happened, expected a run');
  const total = (count: keyof ValidatorCounts): number =>
    run.counts.reduce((sum, counts) => sum + counts[count], 0);
  const figures = {
    compared: compared.length,
    wrong: wrong.length,
    commits: total('blocksCommitted'),
    views: total('viewsEntered'),
    votes: total('votesSent') + total('votesReceived'),
    messages: run.result.messages.sent,
  };
  return reportOf('accuracy', figures, problems, run.replay);
}

interface Comparison {
  readonly what: string;
  readonly found: number;
  readonly expected: number;
}

function nodeCounts({ counts, metrics }: ScenarioRun): Comparison[] {
  return counts.flatMap((truth, position) => {
    const node = `node-${position}`;
    return Object.entries(shownBy).map(([count, name]) => ({
      what: `${name} of ${node}`,
      found: countedAs(metrics, count as keyof ValidatorCounts, node),
      expected: truth[count as keyof ValidatorCounts],
    }));
  });
}

function countedAs(metrics: Readings, count: keyof ValidatorCounts, node: string): number {
  const labels = { node_id: node };
  const counted = metrics.sum(shownBy[count], labels);
  if (count !== 'votesReceived') return counted;
  // Refused votes are shown among the arrivals; the truth counts those that were taken.
  const refused = ['rejected', 'duplicate'].map((outcome) =>
    metrics.sum(shownBy[count], { ...labels, outcome }),
  );
  return refused.reduce((rest, one) => rest - one, counted);
}

/** Messages by type. Second copies are the network's doing: no node handed them over, though one may receive them. */
function messageCounts({ result, metrics }: ScenarioRun, scenario: ScenarioOptions): Comparison[] {
  const { messages } = result;
  const shown = (name: string, message?: string): number =>
    metrics.sum(`hotstuff_network_messages_${name}_total`, message === undefined ? {} : { message });
  const sent = { what: 'messages sent', found: shown('sent'), expected: messages.sent - messages.duplicated };
  const byType = (name: 'sent' | 'received', truth: Readonly<Record<string, number>>): Comparison[] =>
    Object.entries(truth).map(([message, expected]) => {
      return { what: `${message} messages ${name}`, found: shown(name, message), expected };
    });
  return [
    sent,
    ...(messages.duplicated === 0 ? byType('sent', messages.by_type) : []),
    // Where processors take time, messages that were delivered wait, and a crash may lose them unread.
    ...(isAtOnce(scenario) ? byType('received', messages.delivered_by_type) : []),
  ];
}

function isAtOnce({ hardware, faults = [] }: ScenarioOptions): boolean {
  return hardware?.processor !== 'modelled' && faults.every(({ kind }) => kind !== 'starve');
}
