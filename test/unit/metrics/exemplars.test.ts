/** The book of exemplars: what it takes, and what it keeps. */
import { describe, expect, it } from 'vitest';
import { createExposition } from '../../../src/export/prometheus/exposition.js';
import { Board } from '../../../src/metrics/board.js';
import { counter, histogram } from '../../../src/metrics/definition.js';
import { ExemplarBook } from '../../../src/metrics/exemplars.js';

const took = histogram('took_seconds', 'Time.', [0.1, 1], ['node'], { unit: 'seconds' });
const failures = counter('failures_total', 'Failures.', ['node']);
const at = (seconds: number, traceId = 'a'.repeat(32)) => ({
  atUs: 1_700_000_000_000_000 + seconds * 1e6,
  traceId,
  spanId: 'b'.repeat(16),
});

function opened(): { board: Board; book: ExemplarBook } {
  const board = new Board({});
  return { board, book: new ExemplarBook(board) };
}

const page = async (board: Board, exemplars: ExemplarBook, format: 'text' | 'openmetrics'): Promise<string> =>
  Buffer.from(await createExposition({ board, exemplars }).render(format)).toString();

describe('a book of exemplars', () => {
  it('takes none for what was not counted, and opens no series for it', () => {
    const { board, book } = opened();
    const observation = { definition: took, labelValues: ['n'], value: 0.5 };
    expect(book.note(observation, at(0))).toBe(false);
    board.histogram(took).at('n').observe(5);
    expect(book.note(observation, at(0))).toBe(false);
    expect(book.note({ ...observation, labelValues: ['other'] }, at(0))).toBe(false);
    expect(book.note({ ...observation, value: Number.NaN }, at(0))).toBe(false);
    expect(board.families().find(({ definition }) => definition.name === took.name)!.series).toHaveLength(1);
  });

  it('shows the newest of a bucket in OpenMetrics, and nothing in text', async () => {
    const { board, book } = opened();
    const series = board.histogram(took).at('n');
    for (const value of [0.05, 0.5, 0.7, 7]) series.observe(value);
    board.counter(failures).at('n').add();
    for (const [seconds, value] of [
      [1, 0.5],
      [3, 0.7],
      [3, 7],
    ] as const)
      expect(book.note({ definition: took, labelValues: ['n'], value }, at(seconds))).toBe(true);
    expect(book.note({ definition: failures, labelValues: ['n'], value: 1 }, at(2.5))).toBe(true);
    const ids = `{trace_id="${'a'.repeat(32)}",span_id="${'b'.repeat(16)}"}`;
    const shown = (await page(board, book, 'openmetrics'))
      .split('\n')
      .filter((line) => /^(took|failures)_/.test(line));
    expect(shown).toEqual([
      'took_seconds_bucket{node="n",le="0.1"} 1',
      `took_seconds_bucket{node="n",le="1.0"} 3 # ${ids} 0.7 1700000003`,
      `took_seconds_bucket{node="n",le="+Inf"} 4 # ${ids} 7 1700000003`,
      'took_seconds_sum{node="n"} 8.25',
      'took_seconds_count{node="n"} 4',
      `failures_total{node="n"} 1 # ${ids} 1 1700000002.5`,
    ]);
    expect(await page(board, book, 'text')).not.toContain(' # {');
  });

  it('takes one a second per bucket and never goes back in time', () => {
    const { board, book } = opened();
    board.histogram(took).at('n').observe(0.5);
    const note = (seconds: number): boolean =>
      book.note({ definition: took, labelValues: ['n'], value: 0.5 }, at(seconds));
    expect([note(5), note(5.9), note(4), note(6)]).toEqual([true, false, false, true]);
    expect([...book.recent()].map(({ exemplar }) => exemplar.atUs)).toEqual([at(5).atUs, at(6).atUs]);
  });

  it('remembers the last 16,384 of all', () => {
    const { board, book } = opened();
    board.histogram(took).at('n').observe(0.5);
    for (let i = 0; i < 20_000; i++) book.note({ definition: took, labelValues: ['n'], value: 0.5 }, at(i));
    const recent = [...book.recent()].map(({ exemplar }) => exemplar.atUs);
    expect(recent).toHaveLength(16_384);
    expect(recent[0]).toBe(at(20_000 - 16_384).atUs);
    expect(recent.at(-1)).toBe(at(19_999).atUs);
    const numbers = (after: number): number[] => [...book.recent(after)].map(({ number }) => number);
    expect(numbers(19_998)).toEqual([19_999, 20_000]);
    expect(numbers(20_000)).toEqual([]);
    expect(numbers(3)).toHaveLength(16_384);
  });

  it('forgets a series that has gone: one that comes in its place has no exemplar', async () => {
    const { board, book } = opened();
    const series = board.histogram(took).at('n');
    series.observe(0.5);
    expect(book.note({ definition: took, labelValues: ['n'], value: 0.5 }, at(0))).toBe(true);
    series.release();
    board.histogram(took).at('n').observe(0.5);
    expect(await page(board, book, 'openmetrics')).not.toContain(' # {');
  });
});
