/** A board told to another thread: what is read there is what would have been read here. */
import { describe, expect, it } from 'vitest';
import { BoardCopier, CopyReader, type BoardCopy } from '../../../src/export/board-copy.js';
import { readSnapshot } from '../../../src/export/snapshot.js';
import { Board } from '../../../src/metrics/board.js';
import { counter, gauge, histogram, summary } from '../../../src/metrics/definition.js';

const votes = counter('hotstuff_test_votes_total', 'Votes.', ['node_id', 'validator']);
const view = gauge('hotstuff_test_view', 'View.', ['node_id']);
const wait = histogram('hotstuff_test_wait_seconds', 'Wait.', [0.1, 1], ['node_id'], { unit: 'seconds' });
const sizes = summary('hotstuff_test_size', 'Sizes.', [0.5, 0.9], ['node_id']);

function told() {
  const board = new Board();
  const copier = new BoardCopier();
  const reader = new CopyReader();
  const copies: BoardCopy[] = [];
  const both = () => {
    const snapshot = board.snapshot();
    // As a message is: without anything that is shared.
    const copy = structuredClone(copier.copy(snapshot));
    copies.push(copy);
    return { there: reader.read(copy, 5), here: readSnapshot(snapshot, 5) };
  };
  return { board, both, copies };
}

describe('a copy of the board', () => {
  it('reads as the board does, through every change of its series', () => {
    const { board, both } = told();
    board.counter(votes).at('n', 'a').add(3);
    board.gauge(view).at('n').set(7);
    board.histogram(wait).at('n').observe(0.5);
    board.summary(sizes).at('n').observe(12);
    const check = (): void => {
      const { there, here } = both();
      expect(there).toEqual(here);
    };
    check();
    board.counter(votes).at('n', 'b').add();
    board.summary(sizes).at('n').observe(13);
    check();
    board.gauge(view).at('n').clear();
    check();
    board.counter(votes).at('n', 'a').release();
    board.counter(votes).at('n', 'c').add(9);
    board.gauge(view).at('n').set(8);
    check();
  });

  it('tells of series again only where they have changed', () => {
    const { board, both, copies } = told();
    board.counter(votes).at('n', 'a').add();
    board.gauge(view).at('n').set(1);
    both();
    board.counter(votes).at('n', 'a').add();
    both();
    board.counter(votes).at('n', 'b').add();
    both();
    const names = copies.map(({ news }) => news.map(({ definition }) => definition.name));
    expect(names[0]).toContain('hotstuff_test_view');
    expect(names.slice(1)).toEqual([[], ['hotstuff_test_votes_total']]);
  });
});
