/** What a JSON parser gets back from a snapshot. */
import { describe, expect, it } from 'vitest';
import { jsonExporter, jsonLinesExporter } from '../../../../src/export/json/json-exporter.js';
import type { MetricsExporter, MetricsSnapshot } from '../../../../src/export/snapshot.js';
import { hostile, hostileTexts, many, oneOfEach, specialValues, TAKEN_AT_US } from '../boards.js';

const text = async (exporter: MetricsExporter, snapshot: MetricsSnapshot): Promise<string> =>
  Buffer.from(await exporter.export(snapshot)).toString('utf8');

interface Document {
  schema: string;
  taken_at_us: number;
  metrics: { name: string; series: { labels: Record<string, string>; value: number | string }[] }[];
}

describe('the document', () => {
  it('holds every kind', async () => {
    const read = JSON.parse(await text(jsonExporter, oneOfEach())) as Document;
    expect(read).toMatchObject({ schema: 'quorumscope.metrics/1', taken_at_us: TAKEN_AT_US });
    expect(read.metrics).toHaveLength(4);
    expect(read.metrics[0]).toMatchObject({
      name: 'hotstuff_consensus_views_entered_total',
      kind: 'counter',
      help: 'Views.',
      series: [{ labels: { chain_id: 'c', node_id: 'n' }, value: 42 }],
    });
    expect(read.metrics[2]).toMatchObject({
      unit: 'seconds',
      series: [{ labels: { peer: 'p' }, bounds: [0.1, 1], buckets: [1, 2, 1], sum: 4.25, count: 4 }],
    });
    expect(read.metrics[3]).toMatchObject({
      series: [{ quantiles: [{ quantile: 0.5 }, { quantile: 0.99 }] }],
    });
  });

  it('gives hostile texts back as they were, and numbers exactly', async () => {
    const { metrics } = JSON.parse(await text(jsonExporter, hostile())) as Document;
    expect(metrics[0]?.series.map(({ labels }) => labels['text'])).toEqual([...hostileTexts]);
    const numbers = metrics[1]?.series.map(({ value }) =>
      typeof value === 'string' ? Number(value.replace('Inf', 'Infinity')) : value,
    );
    expect(numbers).toEqual([...specialValues]);
  });
});

describe('the lines', () => {
  it('are one series each, whole without the others', async () => {
    const lines = (await text(jsonLinesExporter, many(30))).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(30);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ ts_us: TAKEN_AT_US, kind: 'gauge', labels: {} });
  });
});
