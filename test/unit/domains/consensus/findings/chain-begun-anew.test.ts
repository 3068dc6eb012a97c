/** A chain begun anew under its old name says other things about the same views: nobody did anything wrong. */
import { describe, expect, it } from 'vitest';
import type { TestNode } from '../../stream.js';
import { alpha, beta, commit, delta, enter, FindingStream, gamma, propose, qc, vote } from './statements.js';

describe('a chain begun anew under its old name', () => {
  const live = (node: TestNode, chain: string, from: number, to: number): void => {
    for (let view = from; view <= to; view++) {
      enter(node, view);
      propose(node, view, `${chain}${view}`, delta);
      vote(node, view, `${chain}${view}`);
      qc(node, view, `${chain}${view}`, [alpha, beta, gamma]);
      node.say('consensus.lock_updated', { view, block: `${chain}${view}`, old_view: view - 1 });
      commit(node, view, `${chain}${view}`, `${chain}${view - 1}`);
    }
  };

  it.each([1, 2])('is no finding, seen by %i nodes, and findings go on on it', (count) => {
    const stream = new FindingStream();
    const nodes = ['n1', 'n2'].slice(0, count).map((name) => stream.node(name, { validator: beta }));
    for (const node of nodes) live(node, 'old', 1, 60);
    for (const node of nodes) node.hello({ run: 'run-2' });
    for (const node of nodes) live(node, 'new', 1, 50);
    expect(stream.kinds).toEqual([]);
    for (const node of nodes) vote(node, 50, 'double');
    expect(stream.kinds).toEqual([`double_vote ${beta}`]);
  });

  it('is not what a node does that begins from nothing and catches up', () => {
    const stream = new FindingStream();
    const node = stream.node('n1', { validator: alpha });
    live(node, 'a', 1, 60);
    node.hello({ run: 'run-2' });
    enter(node, 1);
    node.say('consensus.lock_updated', { view: 70, block: 'a70', old_view: 0 });
    commit(node, 61, 'a61', 'a60');
    expect(stream.kinds).toEqual([`lock_regression ${alpha}`]);
  });
});
