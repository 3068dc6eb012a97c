import { describe, expect, it } from 'vitest';
import { ChangedFamilies } from '../../../../src/alerts/evaluation/changed-families.js';
import { Board } from '../../../../src/metrics/board.js';
import { counter, gauge } from '../../../../src/metrics/definition.js';

const errors = counter('hotstuff_process_errors_total', 'Errors.', ['component']);
const peers = gauge('hotstuff_network_peers', 'Peers.', ['node']);

const boardWith = (): Board => {
  const board = new Board({ prefix: 'x_' });
  board.counter(errors).at('disk');
  board.gauge(peers).at('a').set(3);
  board.gauge(peers).at('b').set(4);
  return board;
};

describe('ChangedFamilies', () => {
  it('has news of what changed since the last look, once, and of nobody else', () => {
    const board = boardWith();
    const news = new ChangedFamilies(board);
    news.watch(['x_process_errors_total', 'x_network_peers', 'nobody']);
    expect(news.look()).toEqual([]);
    board.counter(errors).at('disk').add();
    expect(news.look()).toEqual(['x_process_errors_total']);
    expect(news.look()).toEqual([]);
    news.watch(['x_network_peers']);
    board.counter(errors).at('disk').add();
    expect(news.look()).toEqual([]);
  });

  it('has news of values that trade places, of series that come, and of series that go', () => {
    const board = boardWith();
    const news = new ChangedFamilies(board);
    news.watch(['x_network_peers']);
    board.gauge(peers).at('a').set(4);
    board.gauge(peers).at('b').set(3);
    expect(news.look()).toEqual(['x_network_peers']);
    board.gauge(peers).at('c').set(0);
    expect(news.look()).toEqual(['x_network_peers']);
    board.gauge(peers).at('c').retire();
    expect(news.look()).toEqual(['x_network_peers']);
    expect(news.look()).toEqual([]);
  });

  it('has no news of what changes all the time, and has some again when it has come to rest', () => {
    const board = boardWith();
    const news = new ChangedFamilies(board);
    news.watch(['x_process_errors_total']);
    const change = (): number => {
      board.counter(errors).at('disk').add();
      return news.look().length;
    };
    const heard = Array.from({ length: 200 }, change);
    expect(heard.slice(0, 10)).not.toContain(0);
    expect(heard.slice(100)).not.toContain(1);
    for (let i = 0; i < 60; i++) news.look();
    expect(change()).toBe(1);
  });

  it('has news of what changes at every third look, for as long as it does', () => {
    const board = boardWith();
    const news = new ChangedFamilies(board);
    news.watch(['x_process_errors_total']);
    let heard = 0;
    for (let i = 0; i < 300; i++) {
      if (i % 3 === 0) board.counter(errors).at('disk').add();
      heard += news.look().length;
    }
    expect(heard).toBe(100);
  });
});
