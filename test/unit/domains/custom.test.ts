import { describe, expect, it } from 'vitest';
import { allMetrics } from '../../../src/domains/catalogue.js';
import { TestStream } from './stream.js';

function begin(prefix?: string) {
  const stream = new TestStream({}, prefix === undefined ? {} : { prefix });
  const refused = (reason: string) => stream.value('quorumscope_custom_metrics_refused_total', { reason });
  return { stream, node: stream.node(), refused };
}

describe('custom metrics', () => {
  it('appear under their own name, the labels of the node first', () => {
    const { stream, node } = begin();
    node.say('metric.declared', {
      metric: 'orders_total',
      kind: 'counter',
      help: 'Orders.',
      labels: ['side'],
    });
    node.say('metric.changed', { metric: 'orders_total', delta: 2, labels: { side: 'buy' } });
    expect(stream.series('orders_total')).toEqual([{ chain_id: 'main', node_id: 'n1', side: 'buy' }]);
    expect(stream.value('orders_total')).toBe(2);
  });

  it('of every kind take the events of their kind', () => {
    const { stream, node, refused } = begin();
    node.say('metric.declared', { metric: 'depth', kind: 'gauge' });
    node.say('metric.declared', {
      metric: 'wait_seconds',
      kind: 'histogram',
      unit: 'seconds',
      bounds: [1, 2],
    });
    node.say('metric.declared', { metric: 'size', kind: 'summary', unit: 'seconds', quantiles: [0.5] });
    node.say('metric.sampled', { metric: 'depth', value: 5 });
    node.say('metric.changed', { metric: 'depth', delta: -2, weight: 10 });
    node.say('metric.observed', { metric: 'wait_seconds', value: 1.5, weight: 4 });
    node.say('metric.observed', { metric: 'size', value: 7 });
    expect(stream.value('depth'), 'gauges do not scale').toBe(3);
    expect([stream.value('wait_seconds'), stream.sum('wait_seconds')]).toEqual([4, 6]);
    expect([stream.value('size'), stream.sum('size')]).toEqual([1, 7]);
    const units = stream.board.families().map(({ definition }) => [definition.name, definition.unit]);
    expect(units).toContainEqual(['wait_seconds', 'seconds']);
    expect(units, 'a unit that the name lacks').toContainEqual(['size', undefined]);
    node.say('metric.observed', { metric: 'depth', value: 1 });
    node.say('metric.changed', { metric: 'size', delta: 1 });
    node.say('metric.sampled', { metric: 'wait_seconds', value: 1 });
    expect(refused('kind')).toBe(3);
  });

  it('cannot take a name of ours, under any prefix', () => {
    const { node, refused } = begin();
    const asked = [...allMetrics.keys(), 'hotstuff_of_the_future', 'quorumscope_series'];
    for (const metric of asked)
      node.say('metric.declared', { metric: metric.replace(/_total$/, ''), kind: 'gauge' });
    expect(refused('reserved')).toBe(asked.length);
    const renamed = begin('acme_');
    renamed.node.say('metric.declared', { metric: 'acme_consensus_current_view', kind: 'gauge' });
    expect(renamed.refused('reserved')).toBe(1);
  });

  it('belong to the first declaration, on all nodes and chains', () => {
    const { stream, node, refused } = begin();
    const other = stream.node('n2', { chain: 'test' });
    node.say('metric.declared', { metric: 'depth', kind: 'gauge', labels: ['a'] });
    node.say('metric.declared', { metric: 'depth', kind: 'gauge', labels: ['a'], help: 'Said better.' });
    expect(refused('conflict')).toBeUndefined();
    other.say('metric.declared', { metric: 'depth', kind: 'gauge', labels: ['b'] });
    other.say('metric.declared', { metric: 'depth', kind: 'histogram' });
    other.say('metric.sampled', { metric: 'depth', value: 1 });
    expect(refused('conflict')).toBe(2);
    expect(refused('undeclared')).toBe(1);
    other.say('metric.declared', { metric: 'depth', kind: 'gauge', labels: ['a'] });
    other.say('metric.sampled', { metric: 'depth', value: 1, labels: { a: 'x' } });
    expect(stream.value('depth', { chain_id: 'test' })).toBe(1);
  });

  it('cannot write over the parts of another', () => {
    const { node, refused } = begin();
    node.say('metric.declared', { metric: 'wait', kind: 'histogram' });
    node.say('metric.declared', { metric: 'wait_count', kind: 'gauge' });
    node.say('metric.declared', { metric: 'size_sum', kind: 'gauge' });
    node.say('metric.declared', { metric: 'size', kind: 'summary' });
    node.say('metric.declared', { metric: 'wait', kind: 'counter' });
    node.say('metric.declared', { metric: 'hits_total', kind: 'counter' });
    node.say('metric.declared', { metric: 'hits', kind: 'gauge' });
    expect(refused('conflict')).toBe(4);
  });

  it('are refused where name, labels or bounds cannot be', () => {
    const { node, refused } = begin();
    node.say('metric.declared', { metric: 'bad name', kind: 'gauge' });
    node.say('metric.declared', { metric: 'sum_total', kind: 'gauge' });
    node.say('metric.declared', { metric: 'fine', kind: 'gauge', labels: ['node_id'] });
    node.say('metric.declared', { metric: 'fine', kind: 'gauge', labels: ['bad-label'] });
    node.say('metric.declared', { metric: 'fine', kind: 'histogram', labels: ['le'] });
    node.say('metric.declared', { metric: 'fine', kind: 'summary', quantiles: [2] });
    expect(refused('invalid')).toBe(6);
  });

  it('refuse labels that were not declared and counters that fall', () => {
    const { stream, node, refused } = begin();
    node.say('metric.declared', { metric: 'orders', kind: 'counter', labels: ['side', 'venue'] });
    node.say('metric.changed', { metric: 'orders', delta: 1, labels: { side: 'buy', extra: 'x' } });
    node.say('metric.changed', { metric: 'orders', delta: -1, labels: { side: 'buy' } });
    node.say('metric.sampled', { metric: 'orders', value: -1, labels: { side: 'buy' } });
    node.say('metric.changed', { metric: 'orders', delta: 1, labels: { venue: 'v' } });
    expect([refused('labels'), refused('value')]).toEqual([1, 2]);
    expect(stream.value('orders_total', { side: '', venue: 'v' })).toBe(1);
  });

  it('follow a sampled total across resets of its source and restarts of the node', () => {
    const { stream, node } = begin();
    node.say('metric.declared', { metric: 'orders_total', kind: 'counter' });
    const sample = (value: number): number | undefined => {
      node.say('metric.sampled', { metric: 'orders_total', value });
      return stream.value('orders_total');
    };
    expect([sample(10), sample(15), sample(15), sample(3)]).toEqual([10, 15, 15, 18]);
    node.hello({ run: 'run-2' });
    expect(sample(7), 'all 7 are of the new run').toBe(25);
  });

  it('keep to a budget: counters count under other, gauges are refused', () => {
    const { stream, node, refused } = begin();
    node.say('metric.declared', { metric: 'hits_total', kind: 'counter', labels: ['page'] });
    node.say('metric.declared', { metric: 'depth', kind: 'gauge', labels: ['page'] });
    for (let i = 0; i < 250; i++) {
      node.say('metric.changed', { metric: 'hits_total', delta: 1, labels: { page: `p${i}` } });
      node.say('metric.sampled', { metric: 'depth', value: 1, labels: { page: `p${i}` } });
    }
    expect(stream.series('hits_total')).toHaveLength(201);
    expect(stream.value('hits_total', { page: 'other' })).toBe(50);
    expect(stream.series('depth')).toHaveLength(200);
    expect(refused('budget')).toBe(50);
    for (let i = 0; i < 600; i++) node.say('metric.declared', { metric: `many_${i}`, kind: 'gauge' });
    expect(refused('budget')).toBe(50 + 102);
  });

  it('cannot spend the series of the domains', () => {
    const { stream, node } = begin();
    for (let metric = 0; metric < 20; metric++) {
      node.say('metric.declared', { metric: `many_${metric}`, kind: 'counter', labels: ['l'] });
      for (let i = 0; i < 200; i++)
        node.say('metric.changed', { metric: `many_${metric}`, delta: 1, labels: { l: `${i}` } });
    }
    const count = stream.board
      .families()
      .filter(({ definition }) => definition.name.startsWith('many_'))
      .reduce((sum, { series }) => sum + series.length, 0);
    expect(count).toBeLessThanOrEqual(2_020);
  });
});
