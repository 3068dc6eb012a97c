/** A copy of the board as data, and what a selection leaves of it. */
import { describe, expect, it } from 'vitest';
import { selecting, type Selection } from '../../../src/export/selection.js';
import { seriesCount } from '../../../src/export/snapshot.js';
import { many, oneOfEach } from './boards.js';

describe('a snapshot', () => {
  it('reads every kind', () => {
    const byName = new Map(oneOfEach().metrics.map((metric) => [metric.name, metric]));
    expect(byName.get('hotstuff_consensus_views_entered_total')).toMatchObject({
      kind: 'counter',
      labelNames: ['chain_id', 'node_id'],
      series: [{ labelValues: ['c', 'n'], value: 42 }],
    });
    expect(byName.get('hotstuff_process_resident_memory_bytes')).toMatchObject({
      unit: 'bytes',
      series: [{ value: 1.5e8 }],
    });
    expect(byName.get('hotstuff_network_latency_seconds')?.series[0]?.histogram).toEqual({
      bounds: [0.1, 1],
      buckets: [1, 2, 1],
      sum: 4.25,
      count: 4,
    });
    const fuel = byName.get('hotstuff_execution_fuel')?.series[0]?.summary;
    expect(fuel).toMatchObject({ sum: 5050, count: 100 });
    expect(fuel?.quantiles.map(([quantile]) => quantile)).toEqual([0.5, 0.99]);
    expect(fuel?.quantiles[0]?.[1]).toBeCloseTo(50, -1);
  });

  it('counts its series', () => {
    expect(seriesCount(many(250))).toBe(250);
  });
});

describe('a selection', () => {
  const names = (selection: Selection): string[] =>
    selecting(selection)(oneOfEach()).metrics.map(({ name }) => name.replace('hotstuff_', ''));

  it('of nothing in particular is everything, unchanged', () => {
    const snapshot = oneOfEach();
    expect(selecting({})(snapshot)).toBe(snapshot);
  });

  it('takes what a glob includes and none excludes', () => {
    expect(names({ include: ['*_consensus_*', '*_fuel'] })).toEqual([
      'consensus_views_entered_total',
      'execution_fuel',
    ]);
    expect(names({ exclude: ['*_seconds', '*_bytes', '*fuel?'] })).toEqual([
      'consensus_views_entered_total',
      'execution_fuel',
    ]);
    expect(names({ include: ['.*'] })).toEqual([]);
  });

  it('takes series by label, and no metric without it', () => {
    expect(names({ labels: { node_id: 'n*' } })).toEqual([
      'consensus_views_entered_total',
      'process_resident_memory_bytes',
    ]);
    const { metrics } = selecting({ labels: { node_id: 'node-3' } })(many(70));
    expect(metrics.flatMap(({ series }) => series)).toHaveLength(10);
  });

  it('renames', () => {
    expect(names({ include: ['*_fuel'], rename: { hotstuff_execution_fuel: 'gas' } })).toEqual(['gas']);
  });
});
