/** The demo's second pipeline: it hears one node and draws its own conclusions from that alone. */
import { expect, it } from 'vitest';
import { ManualClock } from '../../../../src/base/clock.js';
import { verdictSentence } from '../../../../src/cli/demo/verdict-sentences.js';
import { OneNode } from '../../../../src/cli/demo/one-node.js';
import { parseConfig } from '../../../../src/config/parse.js';
import type { HelloEvent } from '../../../../src/events/vocabulary.js';
import type { Speaking } from '../../../../src/intake/tap.js';
import { verdictOn } from '../../views/made-verdict.js';

function speaking(node: string): Speaking {
  const hello: HelloEvent = { type: 'hello', node, ts_us: 1, chain: 'main', run: 'r' };
  return { hello, nextSeq: () => ({}) };
}

it('hears the first node that is there and no other', async () => {
  const clock = new ManualClock();
  const one = new OneNode(parseConfig({ environment: {} }), clock, {});
  await one.start();
  for (const node of ['n1', 'n2']) {
    one.hello(JSON.stringify(speaking(node).hello), speaking(node));
    for (let view = 1; view <= 3; view++) {
      const event = {
        type: 'consensus.view_entered',
        ts_us: view,
        seq: view - 1,
        view,
        trigger: 'qc',
        leader: node,
      };
      one.line(JSON.stringify(event), speaking(node));
    }
  }
  await one.stop();
  expect(one.node).toBe('n1');
  expect(one.watch.views.highest).toBe(3);
  expect(one.watch.views.read(3)!.leader).toBe('n1');
});

it('says a verdict with cause, culprit and vantage', () => {
  const failed = verdictOn(125, { outcome: 'failed', cause: 'collector_silent', culprits: ['validator-2'] });
  expect(verdictSentence(failed)).toBe('view 125 failed: collector_silent, validator-2 (seen by 1 of 4)');
  expect(verdictSentence({ ...failed, cause: 'unknown', culprits: [] })).toBe(
    'view 125 failed: unknown (seen by 1 of 4)',
  );
});
