/**
 * A range as JSON: one document with every series and its samples, or JSON Lines in which a line has at most some thousand
 * samples of one series. NaN and infinities are the strings `NaN`, `+Inf`, `-Inf`, as in snapshots.
 */
import { numberText } from '../../metrics/number-text.js';
import type { RangeBlock, RangeEncoder, RangeSeries } from '../range.js';

/** One document. */
export const jsonRange: RangeEncoder = {
  format: 'json',
  contentType: 'application/json; charset=utf-8',
  async *encode({ fromUs, toUs, series }) {
    yield `{"schema":"quorumscope.range/1","from_us":${fromUs},"to_us":${toUs},"series":[`;
    let isFirst = true;
    for await (const { series: one, blocks } of series) {
      let isBegun = false;
      for await (const block of blocks) {
        if (block.values.length === 0) continue;
        yield isBegun ? ',' : `${isFirst ? '\n' : ',\n'}${headOf(one)}`;
        yield samplesOf(block);
        isBegun = true;
        isFirst = false;
      }
      if (isBegun) yield ']}';
    }
    yield '\n]}\n';
  },
};

/** A line for each block. */
export const jsonLinesRange: RangeEncoder = {
  format: 'jsonl',
  contentType: 'application/x-ndjson; charset=utf-8',
  async *encode({ series }) {
    for await (const { series: one, blocks } of series) {
      const head = headOf(one);
      for await (const block of blocks) if (block.values.length > 0) yield `${head}${samplesOf(block)}]}\n`;
    }
  },
};

/** Everything up to the first sample. */
function headOf({ name, metric, kind, unit, labels }: RangeSeries): string {
  const about = JSON.stringify({ name, metric, kind, unit, labels: Object.fromEntries(labels) });
  return `${about.slice(0, -1)},"samples":[`;
}

function samplesOf({ timesUs, values }: RangeBlock): string {
  let text = '';
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    text += `${i === 0 ? '' : ','}[${timesUs[i]!},${Number.isFinite(value) ? value : `"${numberText(value)}"`}]`;
  }
  return text;
}
