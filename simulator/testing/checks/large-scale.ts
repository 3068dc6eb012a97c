/**
 * The large-scale check: a network of many validators. What is attached shows every one of them, within the limits on
 * series, and the page is still rendered quickly.
 */
import { simulateConsensusLoad, type ConsensusLoad } from '../consensus-load.js';
import { lossProblems } from '../losses.js';
import { createTestCollector, type TestCollector, type TestCollectorOptions } from '../test-collector.js';
import { reportOf, type CheckReport } from './report.js';

/** How large. */
export interface LargeScaleOptions extends Omit<ConsensusLoad, 'pace' | 'speaking'> {
  /** 100 by default. */
  readonly validators?: number;
  /** How many nodes the collector hears, the first ones; 1 by default, as a sidecar stands beside one node. */
  readonly attached?: number;
  /** Longest that rendering the whole page for the first time may take; 1,000 by default. */
  readonly pageWithinMs?: number;
  readonly collector?: TestCollectorOptions;
}

/**
 * Runs a large network. Figures: validators, attached, validators_seen, series, page_bytes, page_ms, folded, refused,
 * views, events.
 */
export async function checkLargeScale(options: LargeScaleOptions = {}): Promise<CheckReport> {
  const { validators = 100, attached = 1, pageWithinMs = 1_000, collector: hearing, ...load } = options;
  const collector = createTestCollector({ keepEvents: 0, batchSize: 100, ...hearing });
  // Every validator leads at least once: two rounds.
  const length = load.durationUs === undefined ? { maxViews: load.maxViews ?? 2 * validators } : {};
  const { result, events, replay } = await simulateConsensusLoad(collector, {
    ...load,
    ...length,
    validators,
    speaking: attached,
  });
  const beganMs = performance.now();
  const page = await collector.page();
  const pageMs = performance.now() - beganMs;
  const metrics = collector.metrics();
  const folded = metrics.sum('quorumscope_series_folded_total');
  const refused = metrics.sum('quorumscope_series_refused_total');
  const seen = validatorsSeen(collector);
  const problems = lossProblems(collector.losses());
  if (seen < validators)
    problems.push(`found proposals of ${seen} validators, expected of all ${validators}`);
  const silent = silentNodes(collector, attached);
  if (silent > 0) problems.push(`found ${silent} attached nodes without a view, expected none`);
  for (const { name, value, labels } of metrics.find('quorumscope_series_folded_total'))
    if (value > 0) problems.push(`${name}: ${labels['metric'] ?? ''} found more series than its limit`);
  if (refused > 0) problems.push(`found ${refused} gauges refused for want of room, expected none`);
  if (pageMs > pageWithinMs)
    problems.push(`found a page in ${Math.round(pageMs)} ms, expected within ${pageWithinMs} ms`);
  const figures = {
    validators,
    attached,
    validators_seen: seen,
    series: metrics.all().length,
    page_bytes: Buffer.byteLength(page),
    page_ms: pageMs,
    folded,
    refused,
    views: result.views.entered,
    events,
  };
  await collector.close();
  return reportOf('a large network', figures, problems, replay);
}

/** Validators of whom some attached node received a proposal or made one. */
function validatorsSeen(collector: TestCollector): number {
  const metrics = collector.metrics();
  const others = metrics
    .find('hotstuff_consensus_validator_proposals_received_total')
    .map(({ labels }) => labels['validator']);
  const leading = metrics
    .find('hotstuff_consensus_blocks_proposed_total')
    .filter(({ value }) => value > 0)
    .map(({ labels }) => labels['node_id']?.replace(/^node-/, 'validator-'));
  return new Set([...others, ...leading]).size;
}

function silentNodes(collector: TestCollector, attached: number): number {
  const nodes = collector.status().chains.flatMap((chain) => chain.nodes);
  return attached - nodes.filter(({ view }) => view !== null).length;
}
