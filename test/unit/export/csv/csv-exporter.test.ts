/** What an independent CSV reader gets back from a snapshot. */
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { csvColumns, csvExporter, isoTime, textCell } from '../../../../src/export/csv/csv-exporter.js';
import type { MetricsSnapshot } from '../../../../src/export/snapshot.js';
import { hostile, hostileTexts, oneOfEach, specialValues } from '../boards.js';

type Row = Record<(typeof csvColumns)[number], string>;

async function rows(snapshot: MetricsSnapshot): Promise<Row[]> {
  const text = Buffer.from(await csvExporter.export(snapshot)).toString('utf8');
  const { data, errors, meta } = Papa.parse<Row>(text, { header: true, skipEmptyLines: true });
  expect(errors).toEqual([]);
  expect(meta.fields).toEqual([...csvColumns]);
  return data;
}

describe('the rows', () => {
  it('hold every kind, buckets cumulative', async () => {
    const read = (await rows(oneOfEach())).map(({ name, kind, unit, field, value, labels }) =>
      [name.replace('hotstuff_', ''), kind, unit, field, value, labels].join(' '),
    );
    expect(read.slice(0, 7)).toEqual([
      'consensus_views_entered_total counter  value 42 {chain_id="c",node_id="n"}',
      'process_resident_memory_bytes gauge bytes value 150000000 {node_id="n"}',
      'network_latency_seconds histogram seconds bucket 1 {peer="p",le="0.1"}',
      'network_latency_seconds histogram seconds bucket 3 {peer="p",le="1.0"}',
      'network_latency_seconds histogram seconds bucket 4 {peer="p",le="+Inf"}',
      'network_latency_seconds histogram seconds sum 4.25 {peer="p"}',
      'network_latency_seconds histogram seconds count 4 {peer="p"}',
    ]);
    expect(read.slice(7).map((row) => row.split(' ')[3])).toEqual(['quantile', 'quantile', 'sum', 'count']);
  });

  it('survive hostile texts and special values', async () => {
    const read = await rows(hostile());
    expect(read).toHaveLength(hostileTexts.length + specialValues.length);
    const numbers = read
      .slice(hostileTexts.length)
      .map(({ value }) => Number(value.replace('Inf', 'Infinity')));
    expect(numbers).toEqual([...specialValues]);
  });
});

describe('a text cell', () => {
  it.each(hostileTexts.map((text) => [text]))('of %j reads back, and is no formula', (text) => {
    const { data } = Papa.parse<string[]>(`${textCell(text)},end`);
    const cell = data[0]?.[0] ?? '';
    expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    expect([text, `'${text}`]).toContain(cell);
    expect(data[0]?.[1]).toBe('end');
  });
});

it('times keep their microseconds', () => {
  expect(isoTime(1_748_779_200_000_007)).toBe('2025-06-01T12:00:00.000007Z');
});
