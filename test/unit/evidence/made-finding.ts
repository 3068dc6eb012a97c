/** Findings for tests that do not care how they came about. */
import type { Finding } from '../../../src/domains/consensus/findings/finding.js';

/** A double vote; every `view` has an id of its own. */
export function doubleVote(view: number, changes: Partial<Finding> = {}): Finding {
  const statement = { type: 'consensus.vote_received', node: 'n1', ts_us: 1_000 + view, view, vote: 'vote1' };
  return {
    id: view.toString(16).padStart(24, '0'),
    chain: 'main',
    class: 'byzantine',
    kind: 'double_vote',
    validators: ['validator-1'],
    view,
    height: undefined,
    epoch: 3,
    detail: 'voted for two blocks in one view',
    source: 'inferred',
    statements: [
      { ...statement, block: 'a' },
      { ...statement, block: 'b', node: 'n2' },
    ],
    set: { size: 4, power: 4 },
    foundAtUs: 5_000_000 + view,
    ...changes,
  };
}
