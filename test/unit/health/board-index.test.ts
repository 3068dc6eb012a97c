/** What is found by name and labels, as the board grows and shrinks. */
import { describe, expect, it } from 'vitest';
import { BoardIndex } from '../../../src/health/board-index.js';
import { Board } from '../../../src/metrics/board.js';
import { counter } from '../../../src/metrics/definition.js';

const found = counter('hotstuff_found_total', 'x', ['chain_id', 'class', 'validator']);
const other = counter('hotstuff_other_total', 'x', ['chain_id', 'reason']);

function build(): { board: Board; index: BoardIndex; names: (...args: Asked) => string[] } {
  const board = new Board({ prefix: 'app_' });
  const index = new BoardIndex(board);
  for (const chain of ['a', 'b'])
    for (const validator of ['v1', 'v2', 'v3'])
      for (const kind of ['byzantine', 'safety']) board.counter(found).at(chain, kind, validator).add();
  const names = (...[leading, where]: Asked): string[] =>
    index.series('hotstuff_found_total', leading, where).map(({ labelValues }) => labelValues.join(' '));
  return { board, index, names };
}
type Asked = [leading: string[], where?: Record<string, string | string[]>];

describe('the index of the board', () => {
  it('finds by leading values and by labels', () => {
    const { names } = build();
    expect(names(['a'])).toHaveLength(6);
    expect(names([], { validator: 'v2' })).toEqual([
      'a byzantine v2',
      'a safety v2',
      'b byzantine v2',
      'b safety v2',
    ]);
    expect(names(['b'], { class: 'safety', validator: 'v3' })).toEqual(['b safety v3']);
    expect(names(['b'], { validator: 'v3', class: 'safety' })).toEqual(['b safety v3']);
    expect(names(['a'], { class: 'byzantine', validator: ['v1', 'v3', 'v9'] })).toEqual([
      'a byzantine v1',
      'a byzantine v3',
    ]);
  });

  it('finds nothing where there is none, or no such label', () => {
    const { index, names } = build();
    expect(names(['c'])).toEqual([]);
    expect(names(['a'], { peer: 'x' })).toEqual([]);
    expect(names(['a'], { class: [] })).toEqual([]);
    expect(index.series('hotstuff_unheard_total', ['a'])).toEqual([]);
  });

  it('sees what has come and what has gone', () => {
    const { board, names } = build();
    expect(names(['a'], { validator: 'v4' })).toEqual([]);
    const added = board.counter(found).at('a', 'safety', 'v4');
    added.add();
    expect(names(['a'], { validator: 'v4' })).toEqual(['a safety v4']);
    board.counter(other).at('a', 'x').add();
    expect(names(['a'], { validator: 'v4' })).toEqual(['a safety v4']);
    added.retire();
    expect(names(['a'], { validator: 'v4' })).toEqual([]);
  });
});
