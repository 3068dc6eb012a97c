/**
 * Series in the notation of Prometheus's unit tests: `name{label="value"}` and `1+2x3 _ stale 5x10`.
 * There are no hexadecimal numbers: `0x10` is ten zeros more. Values of native histograms are not read.
 */
import { parseNumber } from '../../promql/numbers.js';
import { Labels } from '../../promql/labels.js';
import { parseSelector } from '../../promql/parse.js';

/** A value of a sequence: absent, a stale marker, or a number. */
export type SequenceValue = number | 'omitted' | 'stale';

const NUMBER = '(?:[0-9][0-9_]*(?:\\.[0-9]*)?(?:e[+-]?[0-9]+)?|\\.[0-9]+(?:e[+-]?[0-9]+)?|inf|nan)';
const ITEM = new RegExp(`^([+-]?${NUMBER})(?:([+-]${NUMBER}))?(?:x([0-9]+))?$`, 'i');

/** Most values of one series. */
const MOST = 10_000_000;

/** Labels as they are written in an expression. @throws QuorumscopeError `promql.bad_data` */
export function readMetric(text: string): Labels {
  const trimmed = text.trim();
  if (trimmed === '{}' || trimmed === '') return Labels.empty;
  return Labels.from(parseSelector(trimmed).map(({ name, value }) => [name, value] as const));
}

/** The values of a sequence, or what is wrong with it. */
export function readValues(text: string): readonly SequenceValue[] | { readonly problem: string } {
  const values: SequenceValue[] = [];
  for (const item of text.split(/\s+/)) {
    if (item === '') continue;
    const problem = readItem(item, values);
    if (problem !== undefined) return { problem };
    if (values.length > MOST) return { problem: `more than ${MOST} values` };
  }
  return values;
}

function readItem(item: string, values: SequenceValue[]): string | undefined {
  const blank = /^_(?:x([0-9]+))?$/.exec(item);
  if (blank !== null) {
    for (let i = 0; i < Number(blank[1] ?? 1); i++) values.push('omitted');
    return undefined;
  }
  if (item === 'stale') {
    values.push('stale');
    return undefined;
  }
  const parts = ITEM.exec(item);
  if (parts === null) return `cannot read the value ${JSON.stringify(item)}`;
  const [, first, step = '0', times] = parts;
  let value = parseNumber(first!)!;
  const add = parseNumber(step)!;
  values.push(value);
  for (let i = 0; i < Number(times ?? 0); i++) values.push((value += add));
  return undefined;
}
