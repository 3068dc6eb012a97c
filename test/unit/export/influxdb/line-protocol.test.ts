/** What a line-protocol reader gets back from a snapshot. */
import { describe, expect, it } from 'vitest';
import { encodeLines, measurementOf } from '../../../../src/export/influxdb/line-protocol.js';
import { hostile, hostileTexts, oneOfEach, specialValues } from '../boards.js';

/** Splits at `separator` where no backslash escapes it. */
function split(text: string, separator: string): string[] {
  const parts = [''];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && i + 1 < text.length && ',= '.includes(text[i + 1]!))
      parts[parts.length - 1] += text[++i]!;
    else if (text[i] === separator) parts.push('');
    else parts[parts.length - 1] += text[i]!;
  }
  return parts;
}

/** The parts between unescaped separators, still escaped. */
function cut(text: string, separator: string): string[] {
  return text.split(new RegExp(`(?<!\\\\)${separator}`));
}

describe('a line', () => {
  it('holds all that one measurement says of one label set', () => {
    const { lines, omitted } = encodeLines(oneOfEach(), 'ms');
    expect(omitted).toBe(0);
    expect(lines.slice(0, 6)).toEqual([
      'hotstuff_consensus,chain_id=c,node_id=n views_entered_total=42 1748779200123',
      'hotstuff_process,node_id=n resident_memory_bytes=150000000 1748779200123',
      'hotstuff_network,peer=p,le=0.1 latency_seconds_bucket=1 1748779200123',
      'hotstuff_network,peer=p,le=1.0 latency_seconds_bucket=3 1748779200123',
      'hotstuff_network,peer=p,le=+Inf latency_seconds_bucket=4 1748779200123',
      'hotstuff_network,peer=p latency_seconds_sum=4.25,latency_seconds_count=4 1748779200123',
    ]);
  });

  it.each([
    ['s', '1748779200'],
    ['ms', '1748779200123'],
    ['us', '1748779200123456'],
    ['ns', '1748779200123456000'],
  ] as const)('is stamped in %s', (precision, expected) => {
    expect(encodeLines(oneOfEach(), precision).lines[0]?.split(' ').at(-1)).toBe(expected);
  });

  it('is one line, with three parts, whatever a label says', () => {
    const { lines } = encodeLines(hostile(), 'ns');
    for (const line of lines) {
      expect(line).not.toMatch(/[\n\r]/);
      expect(cut(line, ' ')).toHaveLength(3);
    }
  });

  it('gives texts back, but for what the format cannot say', () => {
    const { lines } = encodeLines(hostile(), 'ns');
    const read = new Map<number, string>();
    for (const line of lines) {
      const [head = '', field = ''] = cut(line, ' ');
      const [name, value] = split(field, '=');
      if (name !== 'text') continue;
      const tag = cut(head, ',')[1];
      read.set(
        Number(value),
        tag === undefined ? '' : split(cut(tag, '=').slice(1).join('='), '\u0001').join(''),
      );
    }
    const sayable = (text: string): string =>
      text.replace(/\\+$/, '/').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
    expect(hostileTexts.map((_, i) => read.get(i))).toEqual(hostileTexts.map(sayable));
  });

  it('leaves out and counts what is no finite number', () => {
    const { lines, omitted } = encodeLines(hostile(), 'ns');
    const numbers = lines.flatMap((line) => /^hotstuff_test,number=\d+ value=(\S+)/.exec(line)?.[1] ?? []);
    expect(numbers.map(Number)).toEqual(specialValues.filter(Number.isFinite));
    expect(omitted).toBe(3);
  });
});

it.each([
  ['hotstuff_consensus_current_view', 'hotstuff_consensus', 'current_view'],
  ['quorumscope_series', 'quorumscope', 'series'],
  ['up', 'up', 'value'],
  ['odd_', 'odd_', 'value'],
])('%s is %s, %s', (name, measurement, field) => {
  expect(measurementOf(name)).toEqual({ measurement, field });
});
