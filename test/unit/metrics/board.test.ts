import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Board, boardMetrics, type Snapshot } from '../../../src/metrics/board.js';
import {
  counter,
  gauge,
  histogram,
  summary,
  type MetricDefinition,
} from '../../../src/metrics/definition.js';

const votes = counter('hotstuff_votes_total', 'Votes.', ['chain_id', 'node_id', 'validator']);
const height = gauge('hotstuff_height', 'Height.', ['chain_id', 'node_id']);
const latency = histogram('hotstuff_vote_seconds', 'Time.', [0.1, 1], ['validator']);
const sizes = summary('hotstuff_block_bytes', 'Size.', [0.5, 1], ['validator']);

/** What readers see of one metric: label values -> first slot's value. */
function seen(board: Board, name: string): Record<string, number> {
  board.refresh();
  const family = board.families().find(({ definition }) => definition.name === name);
  const entries = (family?.series ?? []).map(({ labelValues, slot }) => [
    labelValues.join('/'),
    board.slots.values[slot]!,
  ]);
  return Object.fromEntries(entries) as Record<string, number>;
}

const foldedOf = (board: Board, metric: string): number | undefined =>
  seen(board, boardMetrics.folded.name)[metric];
const refusedOf = (board: Board, metric: string): number | undefined =>
  seen(board, boardMetrics.refused.name)[metric];

describe('handles', () => {
  it('are the same for the same label values, whichever way they were asked for', () => {
    const family = new Board().counter(votes);
    const handle = family.at('main', 'n1', 'alice');
    expect(family.within('main', 'n1').at('alice')).toBe(handle);
    expect(family.within('main', 'n1', 'alice').at()).toBe(handle);
    expect(family.within('main').within('n1').at('alice')).toBe(handle);
    expect(family.at('main', 'n1', 'bob')).not.toBe(handle);
  });

  it('carry all label values, those fixed first', () => {
    const handle = new Board().gauge(height).within('main').at('n1');
    expect(handle.labelValues).toEqual(['main', 'n1']);
  });

  it('refuse a wrong number of label values', () => {
    const family = new Board().counter(votes) as unknown as {
      at(...values: string[]): unknown;
      within(...values: string[]): unknown;
    };
    expect(() => family.at('main')).toThrow(
      /1 label values given, expected those of: chain_id, node_id, validator/,
    );
    expect(() => family.at('a', 'b', 'c', 'd')).toThrow(/4 label values/);
    expect(() => family.within('a', 'b', 'c', 'd')).toThrow(/4 label values/);
  });

  it('are one series for label values that would look the same on a page', () => {
    const board = new Board();
    board.histogram(latency).at('x\ud800').observe(1);
    board.histogram(latency).at('x\ud801').observe(1);
    expect(board.histogram(latency).at('x\ufffd').count).toBe(2);
  });
});

describe('names', () => {
  it('take the configured prefix, and own names keep theirs', () => {
    const board = new Board({ prefix: 'acme_' });
    board.gauge(height).at('main', 'n1').set(5);
    expect(seen(board, 'acme_height')).toEqual({ 'main/n1': 5 });
    expect(board.families().map(({ definition }) => definition.name)).toContain('quorumscope_series');
    expect(board.declared('hotstuff_height')?.name).toBe('acme_height');
    expect(board.declared('acme_height')?.name).toBe('acme_height');
    expect(board.declared('nothing')).toBeUndefined();
  });

  it('give the same family for an equal definition, and refuse a contradicting one', () => {
    const board = new Board();
    expect(board.histogram({ ...latency })).toBe(board.histogram(latency));
    expect(() => board.histogram({ ...latency, bounds: [1, 2] })).toThrow(/already declared/);
    expect(() => board.histogram({ ...latency, labels: ['other_label'] })).toThrow(/already declared/);
    expect(() => board.counter(latency)).toThrow(/already declared/);
    expect(() => board.gauge(votes)).toThrow(/is a counter, not a gauge/);
  });

  it('must not meet on a page', () => {
    const board = new Board();
    board.histogram(latency);
    expect(() => board.gauge(gauge('hotstuff_vote_seconds_count', 'Clash.', []))).toThrow(
      /would share the name/,
    );
    board.gauge(gauge('hotstuff_queue_sum', 'Fine.', []));
    expect(() => board.summary(summary('hotstuff_queue', 'Clash.', [0.5], []))).toThrow(
      /would share the name/,
    );
  });

  it.each<[string, MetricDefinition]>([
    ['counter without _total', counter('hotstuff_votes', 'x', [])],
    ['gauge named _total', gauge('hotstuff_votes_total', 'x', [])],
    ['no help', gauge('hotstuff_x', ' ', [])],
    ['unit not in the name', gauge('hotstuff_x', 'x', [], { unit: 'seconds' })],
    ['bad name', gauge('hot-stuff', 'x', [])],
    ['bad label', gauge('hotstuff_x', 'x', ['a-b'])],
    ['reserved label', gauge('hotstuff_x', 'x', ['__a'])],
    ['le on a histogram', histogram('hotstuff_x', 'x', [1], ['le'])],
    ['label twice', gauge('hotstuff_x', 'x', ['a', 'a'])],
    ['bounds that do not ascend', histogram('hotstuff_x', 'x', [1, 1], [])],
    ['an infinite bound', histogram('hotstuff_x', 'x', [1, Infinity], [])],
    ['quantile above 1', summary('hotstuff_x', 'x', [0.5, 1.5], [])],
  ])('are refused: %s', (_, definition) => {
    const board = new Board();
    expect(() => board[definition.kind](definition)).toThrow(
      expect.objectContaining({ code: 'metrics.definition' }),
    );
  });
});

describe('gauges', () => {
  it('are absent until set, absent when cleared, and count from 0 after that', () => {
    const board = new Board();
    const handle = board.gauge(height).at('main', 'n1');
    expect(seen(board, height.name)).toEqual({});
    expect(handle.value).toBeUndefined();
    handle.set(7);
    expect(seen(board, height.name)).toEqual({ 'main/n1': 7 });
    handle.clear();
    expect(seen(board, height.name)).toEqual({});
    handle.add(2);
    expect(seen(board, height.name)).toEqual({ 'main/n1': 2 });
  });
});

describe('reading', () => {
  it('changes nothing', () => {
    const board = new Board();
    board.summary(sizes).at('alice').observe(3);
    const before = board.layout;
    const families = board.families();
    board.refresh();
    board.snapshot();
    expect(board.layout).toBe(before);
    expect(board.families()).toBe(families);
  });

  it('keeps the view of a metric whose series are the same', () => {
    const board = new Board();
    board.histogram(latency).at('alice');
    const viewOf = (name: string) => board.families().find(({ definition }) => definition.name === name);
    const before = viewOf(latency.name);
    board.summary(sizes).at('alice');
    expect(viewOf(latency.name)).toBe(before);
    board.histogram(latency).at('bob');
    expect(viewOf(latency.name)).not.toBe(before);
    expect(before?.series).toHaveLength(1);
  });

  it('shows a summary as quantiles, sum and count', () => {
    const board = new Board();
    const handle = board.summary(sizes).at('alice');
    for (let i = 1; i <= 3; i++) handle.observe(i, 2);
    const { values } = board.snapshot();
    const [median, highest, sum, count] = values.subarray(handle.slot, handle.slot + 4);
    expect(median).toBeCloseTo(2, 1);
    expect([highest, sum, count]).toEqual([3, 12, 6]);
  });

  it('counts the series there are', () => {
    const board = new Board();
    const before = seen(board, 'quorumscope_series')['']!;
    const handle = board.histogram(latency).at('alice');
    expect(seen(board, 'quorumscope_series')['']).toBe(before + 1);
    handle.retire();
    expect(seen(board, 'quorumscope_series')['']).toBe(before);
  });
});

describe('the life of a series', () => {
  it('ends for readers with retire; asked for again it is a new one from 0', () => {
    const board = new Board();
    const family = board.counter(votes).within('main', 'n1');
    const old = family.at('alice');
    old.add(5);
    old.retire();
    expect(seen(board, votes.name)).toEqual({});
    const fresh = family.at('alice');
    expect(fresh).not.toBe(old);
    old.add(100);
    expect(seen(board, votes.name)).toEqual({ 'main/n1/alice': 0 });
    fresh.add(1);
    expect(seen(board, votes.name)).toEqual({ 'main/n1/alice': 1 });
    expect(board.counter(votes).at('main', 'n1', 'alice')).toBe(fresh);
  });

  it('gives slots back only on release, once, and zeroed', () => {
    const board = new Board();
    const family = board.histogram(latency);
    const retired = family.at('alice');
    retired.observe(5);
    retired.retire();
    expect(family.at('bob').slot).not.toBe(retired.slot);
    retired.release();
    retired.release();
    const reuser = family.at('carol');
    expect(reuser.slot).toBe(retired.slot);
    expect([reuser.count, reuser.sum]).toEqual([0, 0]);
    expect(family.at('dave').slot).not.toBe(retired.slot);
  });

  it('is over for a gauge too, whatever is still written to it', () => {
    const board = new Board();
    const handle = board.gauge(height).at('main', 'n1');
    handle.retire();
    handle.set(3);
    handle.clear();
    handle.set(4);
    handle.retire();
    expect(seen(board, height.name)).toEqual({});
  });

  it('leaves nothing behind that grows', () => {
    const board = new Board({ metricSeriesLimit: 10 });
    const node = board.counter(votes).within('main', 'n1');
    for (let i = 0; i < 5_000; i++) node.at(`validator-${i}`).release();
    expect(board.slots.used).toBeLessThan(20);
    expect(foldedOf(board, votes.name)).toBeUndefined();
    node.at('last').add(2);
    expect(seen(board, votes.name)).toEqual({ 'main/n1/last': 2 });
  });
});

describe('the budget of a metric', () => {
  it('folds counters into `other`, keeping whose eyes saw it, and counts it', () => {
    const board = new Board({ metricSeriesLimit: 2 });
    const family = board.counter(votes);
    for (const [node, validator] of [
      ['n1', 'a'],
      ['n1', 'b'],
      ['n1', 'c'],
      ['n1', 'd'],
      ['n2', 'a'],
    ] as const) {
      family.at('main', node, validator).add();
    }
    expect(seen(board, votes.name)).toEqual({
      'main/n1/a': 1,
      'main/n1/b': 1,
      'main/n1/other': 2,
      'main/n2/other': 1,
    });
    expect(foldedOf(board, votes.name)).toBe(3);
  });

  it('folds the node too when there are more nodes than the limit', () => {
    const board = new Board({ metricSeriesLimit: 2 });
    for (let i = 0; i < 50; i++) board.counter(votes).at('main', `n${i}`, 'a').add();
    const series = seen(board, votes.name);
    expect(Object.keys(series)).toHaveLength(5);
    expect(series['other/other/other']).toBe(46);
  });

  it('folds histograms and summaries', () => {
    const board = new Board({ metricSeriesLimit: 1 });
    for (const validator of ['a', 'b', 'c']) {
      board.histogram(latency).at(validator).observe(0.5);
      board.summary(sizes).at(validator).observe(8);
    }
    expect(board.histogram(latency).at('other').count).toBe(2);
    expect(board.summary(sizes).at('other').sketch.count).toBe(2);
  });

  it('refuses gauges, counts it, and lets the refused handle be used', () => {
    const board = new Board({ metricSeriesLimit: 1 });
    const family = board.gauge(height);
    family.at('main', 'n1').set(1);
    const refused = family.at('main', 'n2');
    refused.set(9);
    refused.add(1);
    refused.release();
    expect(seen(board, height.name)).toEqual({ 'main/n1': 1 });
    expect(refusedOf(board, height.name)).toBe(1);
    family.at('main', 'n1').release();
    family.at('main', 'n2').set(2);
    expect(seen(board, height.name)).toEqual({ 'main/n2': 2 });
  });

  it('lets nobody take `other` away from those who still count there', () => {
    const board = new Board({ metricSeriesLimit: 1 });
    const family = board.counter(votes).within('main', 'n1');
    family.at('a');
    const [b, c] = [family.at('b'), family.at('c')];
    b.add(1);
    c.add(2);
    b.release();
    b.release();
    c.add(3);
    expect(seen(board, votes.name)).toEqual({ 'main/n1/a': 0, 'main/n1/other': 6 });
    c.release();
    expect(seen(board, votes.name)).toEqual({ 'main/n1/a': 0 });
    const d = family.at('d');
    expect(d.value).toBe(0);
  });

  it('follows the limit that the definition sets', () => {
    const board = new Board({ metricSeriesLimit: 1 });
    const roomy = counter('hotstuff_roomy_total', 'x', ['peer'], { limit: 3 });
    for (let i = 0; i < 3; i++) board.counter(roomy).at(`p${i}`);
    expect(foldedOf(board, roomy.name)).toBeUndefined();
  });
});

describe('the budget in all', () => {
  it('holds for any flood, and its own metrics go on counting', () => {
    const board = new Board({ seriesLimit: 100 });
    for (let metric = 0; metric < 20; metric++) {
      const family = board.counter(
        counter(`hotstuff_m${metric}_total`, 'x', ['chain_id', 'node_id', 'peer']),
      );
      for (let i = 0; i < 100; i++) family.at('main', `n${i % 30}`, `p${i}`).add();
    }
    const total = board.families().reduce((sum, { series }) => sum + series.length, 0);
    expect(total).toBeLessThanOrEqual(100 + 10 + 20 + 20 + Object.keys(boardMetrics).length);
    const folded = Object.values(seen(board, boardMetrics.folded.name)).reduce((a, b) => a + b, 0);
    expect(folded).toBeGreaterThan(1_800);
    const counted = board
      .families()
      .filter(({ definition }) => definition.name.startsWith('hotstuff_'))
      .flatMap(({ series }) => series)
      .reduce((sum, { slot }) => sum + board.slots.values[slot]!, 0);
    expect(counted).toBe(2_000);
  });
});

describe('a snapshot', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const step = fc.record({
    what: fc.constantFrom('count', 'set', 'clear', 'observe', 'retire', 'release'),
    name: fc.constantFrom(...names),
    value: fc.integer({ min: 0, max: 9 }),
  });
  type Step = { what: string; name: string; value: number };

  function apply(board: Board, { what, name, value }: Step): void {
    const handles = [
      board.counter(votes).at('m', 'n', name),
      board.gauge(height).at('m', name),
      board.histogram(latency).at(name),
    ] as const;
    if (what === 'count') handles[0].add(value);
    if (what === 'set') handles[1].set(value);
    if (what === 'clear') handles[1].clear();
    if (what === 'observe') handles[2].observe(value);
    if (what === 'retire') handles[value % 3]!.retire();
    if (what === 'release') handles[value % 3]!.release();
  }

  const readable = ({ values, families }: Snapshot): string =>
    JSON.stringify(
      families.map(({ definition, series }) => [
        definition.name,
        series.map(({ labelValues, slot, width }) => [labelValues, [...values.subarray(slot, slot + width)]]),
      ]),
    );

  it('does not change with whatever comes later', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(step, { maxLength: 60 }), (before, after) => {
        const board = new Board({ metricSeriesLimit: 3 });
        for (const each of before) apply(board, each);
        const snapshot = board.snapshot();
        const then = readable(snapshot);
        for (const each of after) apply(board, each);
        expect(readable(snapshot)).toBe(then);
      }),
    );
  });
});

describe('ten thousand series', () => {
  it('are opened, listed and retired without going through the others each time', () => {
    const board = new Board({ metricSeriesLimit: 10_000 });
    const family = board.counter(votes);
    const handles = Array.from({ length: 10_000 }, (_, i) => family.at('main', 'n1', `v${i}`));
    expect(Object.keys(seen(board, votes.name))).toHaveLength(10_000);
    for (const handle of handles) handle.release();
    expect(seen(board, votes.name)).toEqual({});
  }, 2_000);
});
