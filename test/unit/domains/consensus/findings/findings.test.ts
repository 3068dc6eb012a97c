/** What is a finding and what only looks like one, kind by kind, with statements made by hand. */
import { describe, expect, it } from 'vitest';
import { validators, type TestNode } from '../../stream.js';
import {
  alpha,
  beta,
  commit,
  delta,
  enter,
  FindingStream,
  gamma,
  propose,
  qc,
  vote,
  voted,
} from './statements.js';

describe('double vote', () => {
  it('seen by one collector, with both statements', () => {
    const stream = new FindingStream();
    const node = stream.at(10);
    vote(node, 10, 'a');
    node.say('consensus.vote_rejected', {
      view: 10,
      vote: 'vote1',
      block: 'b',
      validator: beta,
      reason: 'duplicate',
    });
    expect(stream.kinds).toEqual([`double_vote ${beta}`]);
    const [finding] = stream.findings;
    expect(finding).toMatchObject({
      class: 'byzantine',
      view: 10,
      source: 'inferred',
      set: { size: 4, power: 4 },
    });
    expect(finding!.statements).toMatchObject([
      { type: 'consensus.vote_received', node: 'n1', view: 10, block: 'a', validator: beta },
      { type: 'consensus.vote_rejected', node: 'n1', view: 10, block: 'b', validator: beta },
    ]);
  });

  it('seen by two collectors, or by one and by the voter itself, is one finding', () => {
    const stream = new FindingStream();
    const [one, other] = [
      stream.at(10, 'n1', { validator: alpha }),
      stream.at(10, 'n2', { validator: beta }),
    ];
    voted(other, 10, 'a', 9);
    vote(one, 10, 'b');
    vote(one, 10, 'b');
    vote(other, 10, 'b');
    expect(stream.kinds).toEqual([`double_vote ${beta}`]);
    const labels = { class: 'byzantine', kind: 'double_vote' };
    expect(stream.value('hotstuff_consensus_findings_total', labels)).toBe(1);
    expect(stream.value('hotstuff_consensus_validator_findings_total', { validator: 'beta' })).toBe(1);
  });

  it('shown by a certificate that the voter signed', () => {
    const stream = new FindingStream();
    const node = stream.at(10);
    vote(node, 10, 'a');
    qc(node, 10, 'b', [alpha, beta, gamma]);
    expect(stream.kinds).toEqual([`double_vote ${beta}`]);
  });

  it('is not: the same vote again, another phase, another view, another validator, a forged one', () => {
    const stream = new FindingStream();
    const node = stream.at(10, 'n1', { validator: alpha });
    vote(node, 10, 'a');
    vote(node, 10, 'a');
    node.say('consensus.vote_rejected', {
      view: 10,
      vote: 'vote1',
      block: 'a',
      validator: beta,
      reason: 'duplicate',
    });
    node.say('consensus.vote_rejected', {
      view: 10,
      vote: 'vote1',
      block: 'z',
      validator: beta,
      reason: 'invalid_signature',
    });
    node.say('consensus.vote_received', { view: 10, vote: 'vote2', block: 'b', validator: beta });
    vote(node, 11, 'b');
    vote(node, 10, 'b', gamma);
    voted(node, 10, 'a', 9);
    node.hello({ run: 'run-2' });
    enter(node, 10);
    voted(node, 10, 'a', 9);
    expect(stream.kinds).toEqual([]);
  });
});

describe('double proposal', () => {
  it('seen by two nodes', () => {
    const stream = new FindingStream();
    propose(stream.at(10, 'n1'), 10, 'a');
    propose(stream.at(10, 'n2'), 10, 'b');
    expect(stream.kinds).toEqual([`double_proposal ${beta}`]);
  });

  it('refused by the node that had accepted another from the leader', () => {
    const stream = new FindingStream();
    const node = stream.at(9);
    enter(node, 10, { leader: beta });
    propose(node, 10, 'a');
    node.say('consensus.proposal_rejected', { view: 10, validator: beta, reason: 'duplicate', block: 'b' });
    expect(stream.kinds).toEqual([`double_proposal ${beta}`]);
  });

  it('is not: repeated, passed on by another, or of another view', () => {
    const stream = new FindingStream();
    const node = stream.at(9);
    enter(node, 10, { leader: beta });
    propose(node, 10, 'a');
    propose(node, 10, 'a');
    node.say('consensus.proposal_rejected', { view: 10, validator: gamma, reason: 'duplicate', block: 'b' });
    node.say('consensus.proposal_rejected', { view: 10, validator: gamma, reason: 'stale_view', block: 'c' });
    propose(node, 11, 'b');
    expect(stream.kinds).toEqual([]);
  });
});

describe("a node's own conduct", () => {
  const locked = (node: TestNode, view: number, old?: number): void =>
    node.say('consensus.lock_updated', { view, block: `b${view}`, old_view: old });

  it('a vote below its lock', () => {
    const stream = new FindingStream();
    const node = stream.at(9, 'n1', { validator: beta });
    locked(node, 8, 7);
    voted(node, 10, 'a', 5, 8);
    expect(stream.kinds).toEqual([`vote_below_lock ${beta}`]);
  });

  it('a lock that goes back, or was forgotten in a restart', () => {
    const stream = new FindingStream();
    const node = stream.at(9, 'n1', { validator: beta });
    locked(node, 8, 7);
    locked(node, 6, 8);
    expect(stream.kinds).toEqual([`lock_regression ${beta}`]);
    const other = stream.at(9, 'n2', { validator: gamma });
    locked(other, 8, 7);
    other.hello({ run: 'run-2' });
    enter(other, 10);
    locked(other, 9, 0);
    expect(stream.kinds).toEqual([`lock_regression ${beta}`, `lock_regression ${gamma}`]);
  });

  it('views, votes and heights that go back', () => {
    const stream = new FindingStream();
    const node = stream.at(9, 'n1', { validator: beta });
    voted(node, 9, 'a', 8);
    voted(node, 8, 'b', 7);
    enter(node, 8);
    commit(node, 7, 'b7');
    commit(node, 6, 'b6');
    expect(stream.kinds).toEqual([
      `vote_regression ${beta}`,
      `view_regression ${beta}`,
      `height_regression ${beta}`,
    ]);
    expect(stream.findings.at(-1)?.class).toBe('divergence');
  });

  it('is fine: in order, told late, on a restart, across a gap, in a protocol without these rules', () => {
    const stream = new FindingStream();
    const node = stream.at(9, 'n1', { validator: beta });
    locked(node, 8, 7);
    voted(node, 9, 'a', 8, 8);
    // Stated before the lock, and arrived after it.
    node.say('consensus.vote_sent', {
      view: 12,
      vote: 'vote1',
      block: 'c',
      justify_view: 5,
      seq: 0,
    } as never);
    node.say('consensus.lock_updated', { view: 5, block: 'b5', seq: 0 } as never);
    node.gap('consensus');
    locked(node, 6, 5);
    node.hello({ run: 'run-2' });
    enter(node, 8);
    const other = stream.at(9, 'n2', { validator: gamma, protocol: 'other' });
    locked(other, 8, 7);
    locked(other, 6, 7);
    voted(other, 10, 'a', 2, 8);
    expect(stream.kinds).toEqual([]);
  });
});

describe('certificates', () => {
  it('two for one view: unsafe, and who signed both is named', () => {
    const stream = new FindingStream();
    qc(stream.at(10, 'n1'), 9, 'a', [alpha, beta, gamma]);
    qc(stream.at(10, 'n2'), 9, 'b', [alpha, beta, delta]);
    expect(stream.findings.find(({ class: name }) => name === 'safety')).toMatchObject({
      kind: 'conflicting_certificate',
      validators: [alpha, beta],
      view: 9,
    });
  });

  it('the same one many times, a second phase and a lock for its block are none', () => {
    const stream = new FindingStream();
    const node = stream.at(10);
    qc(node, 9, 'a', [alpha, beta, gamma]);
    qc(node, 9, 'a', [beta, gamma, delta]);
    node.say('consensus.dc_received', { view: 9, block: 'a', signers: [alpha, beta, gamma] });
    node.say('consensus.lock_updated', { view: 9, block: 'a' });
    node.say('consensus.high_qc_updated', { view: 9, block: 'a' });
    qc(node, 8, 'z');
    expect(stream.kinds).toEqual([]);
  });

  it.each([
    ['twice', [alpha, alpha, beta, gamma]],
    ['no quorum', [alpha, beta]],
    ['not in the set', [alpha, beta, 'stranger']],
  ])('accepted although wrong: %s', (what, signers) => {
    const stream = new FindingStream();
    qc(stream.at(10), 9, 'a', signers);
    expect(stream.kinds).toEqual([`invalid_certificate ${gamma}`]);
    expect(stream.findings[0]!.detail).toContain(what);
  });

  it('refused as broken: its sender; refused for what may be honest: nobody', () => {
    const stream = new FindingStream();
    const node = stream.at(10);
    const refuse = (reason: 'below_quorum' | 'stale_epoch' | 'duplicate' | 'unknown_validator'): void =>
      node.say('consensus.certificate_rejected', { certificate: 'qc', view: 9, reason, validator: beta });
    for (const reason of ['stale_epoch', 'duplicate', 'unknown_validator'] as const) refuse(reason);
    expect(stream.kinds).toEqual([]);
    refuse('below_quorum');
    expect(stream.kinds).toEqual([`invalid_certificate ${beta}`]);
  });

  it('are not judged by the wrong set when sets change', () => {
    const stream = new FindingStream();
    const node = stream.at(10, 'n1', { epoch: 1 });
    const more = ['e', 'f', 'g'].map((id) => ({ id, power: 1 }));
    // Signed by the next set, before this node tells of it; and without a word about its epoch.
    qc(node, 10, 'a', ['e', 'f', 'g', alpha, beta]);
    qc(node, 11, 'b', ['e', 'f', 'g', alpha, beta], 2);
    node.say('consensus.certificate_rejected', {
      certificate: 'qc',
      view: 11,
      reason: 'below_quorum',
      validator: beta,
    });
    node.say('consensus.epoch_changed', { epoch: 2, view: 10, validators: [...validators, ...more] });
    enter(node, 12, { epoch: 2 });
    commit(node, 12, 'c');
    qc(node, 12, 'c', ['e', 'f', 'g', alpha, beta], 2);
    expect(stream.kinds).toEqual([]);
    qc(node, 13, 'd', [alpha, beta, gamma], 2);
    qc(node, 14, 'e', [alpha, beta, gamma], 1);
    expect(stream.findings.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('no quorum'),
      expect.stringContaining('epoch 1 had ended'),
    ]);
  });

  it('refused where sets change count once the node has committed under the same set', () => {
    const stream = new FindingStream();
    const node = stream.at(10, 'n1', { epoch: 1 });
    node.say('consensus.certificate_rejected', {
      certificate: 'qc',
      view: 9,
      reason: 'below_quorum',
      validator: beta,
    });
    expect(stream.kinds).toEqual([]);
    commit(node, 10, 'c');
    expect(stream.kinds).toEqual([`invalid_certificate ${beta}`]);
  });

  it('are not judged after a gap in which the set may have changed', () => {
    const stream = new FindingStream();
    const node = stream.at(10);
    node.gap('consensus');
    qc(node, 9, 'a', [alpha, beta]);
    expect(stream.kinds).toEqual([]);
    node.hello();
    qc(node, 10, 'b', [alpha, beta]);
    expect(stream.kinds).toEqual([`invalid_certificate ${gamma}`]);
  });
});

describe('commits', () => {
  it('of two blocks at one height are unsafe, and what follows from it is not said again', () => {
    const stream = new FindingStream();
    const [one, other] = [stream.at(10, 'n1'), stream.at(10, 'n2')];
    for (const height of [5, 6, 7]) commit(one, height, `a${height}`, `a${height - 1}`);
    commit(other, 5, 'a5', 'a4');
    for (const height of [6, 7, 8])
      commit(other, height, `b${height}`, height === 6 ? 'a5' : `b${height - 1}`);
    expect(stream.findings).toMatchObject([{ class: 'safety', kind: 'conflicting_commit', height: 6 }]);
    expect(stream.findings[0]!.statements).toMatchObject([
      { node: 'n1', block: 'a6', parent: 'a5' },
      { node: 'n2', block: 'b6', parent: 'a5' },
    ]);
  });

  it('of a block that does not extend the one below', () => {
    const stream = new FindingStream();
    commit(stream.at(10, 'n1'), 5, 'a5', 'a4');
    commit(stream.at(10, 'n2'), 6, 'b6', 'b5');
    expect(stream.kinds).toEqual(['conflicting_commit']);
  });

  it('by a node that is behind, catches up, or commits from further on are fine', () => {
    const stream = new FindingStream();
    const [one, other] = [stream.at(100, 'n1'), stream.at(95, 'n2')];
    for (let height = 50; height < 100; height++) commit(one, height, `a${height}`, `a${height - 1}`);
    for (let height = 40; height < 90; height++) commit(other, height, `a${height}`, `a${height - 1}`);
    other.gap('consensus', 3);
    commit(other, 98, 'a98');
    expect(stream.kinds).toEqual([]);
  });
});

describe('state', () => {
  const executed = (node: TestNode, height: number, root: string, fuel: number): void =>
    node.say('execution.block_executed', {
      height,
      transactions: 1,
      fuel_used: fuel,
      state_root: root,
      duration_us: 1,
    });

  it('that differs after one height is told once, with the node that the others contradict', () => {
    const stream = new FindingStream();
    const nodes = ['n1', 'n2', 'n3'].map((name) => stream.at(10, name));
    for (const height of [5, 6, 7])
      for (const node of nodes) {
        commit(node, height, `a${height}`, `a${height - 1}`);
        executed(node, height, node === nodes[2] && height > 5 ? 'other' : `r${height}`, 7);
      }
    expect(stream.kinds).toEqual(['state_root']);
    expect(stream.findings[0]).toMatchObject({ class: 'divergence', height: 6 });
  });

  it('fuel too, but not of a block that was executed ahead and not committed', () => {
    const stream = new FindingStream();
    const [one, other] = [stream.at(10, 'n1'), stream.at(10, 'n2')];
    commit(one, 5, 'a5');
    executed(one, 5, 'r5', 7);
    executed(other, 5, 'ahead', 8);
    executed(other, 5, 'r5', 7);
    commit(other, 5, 'a5');
    expect(stream.kinds).toEqual([]);
    commit(one, 6, 'a6');
    executed(one, 6, 'r6', 7);
    executed(other, 6, 'r6', 8);
    expect(stream.kinds).toEqual([]);
    commit(other, 6, 'a6');
    expect(stream.kinds).toEqual(['fuel']);
  });

  it('two leaders of one view', () => {
    const stream = new FindingStream();
    enter(stream.at(9, 'n1'), 10, { leader: alpha });
    enter(stream.at(9, 'n2'), 10, { leader: beta });
    expect(stream.kinds).toEqual(['leader']);
  });
});

describe('view spam', () => {
  const far = (node: TestNode, view: number, validator = beta): void =>
    node.say('consensus.vote_rejected', {
      view,
      vote: 'vote1',
      validator,
      reason: 'future_view',
      block: 'x',
    });

  it('is to vote far ahead and then where everybody is', () => {
    const stream = new FindingStream();
    const node = stream.at(10);
    for (let view = 10; view < 60; view++) {
      enter(node, view);
      far(node, view + 5_000);
      vote(node, view, `b${view}`);
    }
    expect(stream.kinds).toEqual([`view_spam ${beta}`]);
  });

  it('is not when the node itself was far behind', () => {
    const stream = new FindingStream();
    const node = stream.at(10);
    for (const validator of [beta, gamma, delta]) far(node, 5_000, validator);
    enter(node, 5_001);
    for (const validator of [beta, gamma, delta]) vote(node, 5_001, 'b', validator);
    expect(stream.kinds).toEqual([]);
  });
});

it("a node's own word is passed on, and not repeated for what was found here", () => {
  const stream = new FindingStream();
  const node = stream.at(10);
  const double = { kind: 'double_vote', validator: beta, view: 10 } as const;
  node.say('consensus.byzantine_detected', { ...double, statement_a: 'aa', statement_b: 'bb' });
  vote(node, 10, 'a');
  vote(node, 10, 'b');
  node.say('consensus.safety_violated', { kind: 'conflicting_commit', view: 10, height: 8 });
  expect(stream.findings).toMatchObject([
    { kind: 'double_vote', source: 'reported', statements: [{ statement_a: 'aa', statement_b: 'bb' }] },
    { class: 'safety', kind: 'conflicting_commit', source: 'reported', height: 8 },
  ]);
});

it('gives the same fact the same id, whoever finds it and when', () => {
  const find = (order: readonly ['a' | 'b', 'a' | 'b'], name: string): string => {
    const stream = new FindingStream();
    const node = stream.at(10, name);
    for (const block of order) vote(node, 10, block);
    return stream.findings[0]!.id;
  };
  expect(find(['a', 'b'], 'n1')).toBe(find(['b', 'a'], 'n2'));
  expect(find(['a', 'b'], 'n1')).toMatch(/^[0-9a-f]{24}$/);
});
