/** Places of blocks, as they are told: by whoever proposes or commits, in any order, by many nodes. */
import { describe, expect, it } from 'vitest';
import { BlockGraph } from '../../../../../src/domains/consensus/findings/block-graph.js';

const GENERATION = 4_096;

function chainOf(graph: BlockGraph, first: number, blocks: number): void {
  for (let view = first; view < first + blocks; view++) graph.note(`b${view}`, view, `b${view - 1}`);
}

describe('block graph', () => {
  it('knows where a block stands, whenever it is asked', () => {
    const graph = new BlockGraph();
    chainOf(graph, 1, 10);
    expect(graph.get('b5')).toMatchObject({ view: 5, parent: 'b4' });
    chainOf(graph, 11, 10);
    expect(graph.get('b15')).toMatchObject({ view: 15, parent: 'b14' });
    expect(graph.get('b21')).toBeUndefined();
  });

  it('takes the parent from whoever names it first', () => {
    const graph = new BlockGraph();
    graph.note('a', 7, undefined);
    expect(graph.get('a')).toMatchObject({ view: 7, parent: undefined });
    graph.note('a', 7, 'p');
    graph.note('a', 8, 'q');
    graph.note('a', 7, undefined);
    expect(graph.get('a')).toMatchObject({ view: 7, parent: 'p' });
  });

  it('does not change its mind about a block of the generation before', () => {
    const graph = new BlockGraph();
    graph.note('a', 1, 'p');
    chainOf(graph, 2, GENERATION);
    graph.note('a', 9_000, 'q');
    graph.note('a', 9_000, undefined);
    expect(graph.get('a')).toMatchObject({ view: 1, parent: 'p' });
  });

  it('remembers a generation at least, and forgets the one before the last', () => {
    const graph = new BlockGraph();
    chainOf(graph, 1, 3 * GENERATION);
    expect(graph.get(`b${2 * GENERATION + 1}`)).toBeDefined();
    expect(graph.get(`b${GENERATION + 1}`)).toBeDefined();
    expect(graph.get(`b${GENERATION}`)).toBeUndefined();
  });

  it('forgets nothing because a hundred nodes repeat both blocks of an equivocating leader', () => {
    const graph = new BlockGraph();
    graph.note('old', 1, 'older');
    for (let view = 2; view < 500; view++)
      for (let node = 0; node < 100; node++) {
        graph.note(`${view}${node % 2 === 0 ? 'x' : 'y'}`, view, `${view - 1}x`);
        graph.note(`${view - 1}x`, view - 1, `${view - 2}x`);
      }
    expect(graph.get('old')).toMatchObject({ parent: 'older' });
    expect(graph.get('300y')).toMatchObject({ parent: '299x' });
  });

  it('starts from nothing after it was cleared', () => {
    const graph = new BlockGraph();
    chainOf(graph, 1, 5);
    expect(graph.get('b3')).toBeDefined();
    graph.clear();
    expect(graph.get('b3')).toBeUndefined();
    graph.note('b3', 3, 'other');
    expect(graph.get('b3')).toMatchObject({ parent: 'other' });
  });
});
