/** The suite of the tiny node under vitest: `vitest run --root .`. */
import { test } from 'vitest';
import { createHooks } from 'quorumscope/hooks';
import {
  assertCheck,
  assertMetricsRecorded,
  assertNoViolations,
  checkPrometheusExport,
  createTestCollector,
  runScenario,
} from 'quorumscope/testing';
import { live, proposals, TinyNode } from '../tiny-node.mjs';

const identity = { node: 'tiny', chain: 'testnet', protocol: 'hotstuff2-chained' };

test('a node that lives through ten views shows ten votes and eight commits', async () => {
  const collector = createTestCollector();
  live(new TinyNode(collector.hooks(identity)), 10);

  await assertMetricsRecorded(collector, [
    { name: 'hotstuff_consensus_current_view', labels: { node_id: 'tiny' }, equals: 10 },
    { name: 'hotstuff_consensus_votes_sent_total', labels: { vote: 'vote1' }, equals: 10 },
    { name: 'hotstuff_consensus_blocks_committed_total', equals: 8 },
    { name: 'hotstuff_consensus_transactions_committed_total', equals: 80 },
    { name: 'hotstuff_consensus_view_timeouts_total', atMost: 0 },
  ]);
});

test('a refused proposal is counted by its reason, and nothing is voted for', async () => {
  const collector = createTestCollector();
  const node = new TinyNode(collector.hooks(identity));
  node.enter(5, 'validator-1');
  node.propose(proposals(3)[2]);

  await assertMetricsRecorded(collector, [
    { name: 'hotstuff_consensus_proposals_rejected_total', labels: { reason: 'stale_view' }, equals: 1 },
    { name: 'hotstuff_consensus_votes_sent_total', equals: 0 },
  ]);
});

test('a view that fails is a timeout, and the view after it is entered by its certificate', async () => {
  const collector = createTestCollector();
  const hooks = createHooks(identity);
  const leave = collector.attach(hooks);
  const node = new TinyNode(hooks);
  node.enter(1, 'validator-1');
  setTimeout(() => {
    node.expire('validator-1', 500_000);
    node.enter(2, 'validator-2', 'tc');
  }, 5);

  await collector.waitUntil('view 2', (metrics) => metrics.value('hotstuff_consensus_current_view') === 2);
  await assertMetricsRecorded(collector, [
    { name: 'hotstuff_consensus_view_timeouts_total', equals: 1 },
    { name: 'hotstuff_consensus_view_changes_total', labels: { trigger: 'tc' }, equals: 1 },
  ]);
  leave();
});

test('the page can be scraped', async () => {
  const collector = createTestCollector();
  live(new TinyNode(collector.hooks(identity)), 3);
  assertCheck(await checkPrometheusExport(collector));
});

test('a network of such validators keeps its promises when one of them is down', async () => {
  const run = await runScenario(
    {
      durationUs: 3_000_000,
      faults: [{ kind: 'crash', validator: 3, atUs: 1_000_000, durationUs: 1_000_000 }],
    },
    42,
  );
  assertNoViolations(run);
  await assertMetricsRecorded(run, { name: 'hotstuff_consensus_view_timeouts_total', atLeast: 1 });
});
