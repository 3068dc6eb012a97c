import { expect, it } from 'vitest';
import { PatternMatcher } from '../../../../src/alerts/patterns/pattern-matcher.js';
import { PatternWatch, type VerdictFact } from '../../../../src/alerts/patterns/pattern-watch.js';
import { readRuleFiles } from '../../../../src/alerts/rules/rule-file.js';
import { ManualClock } from '../../../../src/base/clock.js';
import { silentLogger } from '../../../../src/base/logger.js';

const PEERS = `
patterns:
  - alert: P
    type: event_count
    events:
      - event: quorumscope.verdict
        where: { own: false }
    group_by: [chain_id, culprit]
    timespan: 1m
    condition: { gte: 1 }
`;

it('verdicts say whether who is to blame is one of ours, also while his node is away', () => {
  const clock = new ManualClock();
  const [rule] = readRuleFiles([{ name: 'p.yml', text: PEERS }]).groups[0]!.rules;
  if (rule?.kind !== 'alert' || rule.pattern === undefined) throw new Error('no pattern');
  const matcher = new PatternMatcher(rule.pattern);
  const watch = new PatternWatch({
    clock,
    logger: silentLogger,
    nameOf: (_, id) => id,
    matched: () => undefined,
  });
  watch.watch([{ matcher, key: 'P' }]);
  const silent = {
    hello: () => undefined,
    dispatch: () => undefined,
    gap: () => undefined,
    detach: () => undefined,
  };
  const hello = { chain: 'c', node: 'n', run: 'r', validator: 'v1' };
  const port = watch.dispatching({ attach: () => silent }).attach(hello);
  const verdict = (chain: string, ...culprits: string[]): VerdictFact => ({
    chain,
    view: 1,
    outcome: 'failed',
    cause: undefined,
    scope: 'peer',
    leader: undefined,
    culprits,
    revision: 0,
  });
  const blamed = (): string[] => matcher.found(clock.nowUs()).map(({ labels }) => labels.toString());

  port.hello(hello);
  watch.verdict(verdict('c', 'v1'));
  port.detach();
  watch.verdict(verdict('c', 'v1'));
  watch.verdict(verdict('c'));
  expect(blamed()).toEqual([]);

  watch.verdict(verdict('c', 'v1', 'v2'));
  watch.verdict(verdict('d', 'v1'));
  expect(blamed()).toEqual(['{chain_id="c", culprit="v2"}', '{chain_id="d", culprit="v1"}']);
});
