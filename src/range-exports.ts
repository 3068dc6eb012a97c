/** Answers what is asked of `/export` with a time in it: which range of what, in which format, as a stream. */
import type { Clock } from './base/clock.js';
import { rangeDocument, type RangeEncoder, type RangeSource } from './export/range.js';
import { textRanges, type RangeLoaders } from './export/range-formats.js';
import { tableInThread, type PackedTable } from './history/archive/packed-table.js';
import type { Handlers } from './server/handlers.js';

/** Formats of ranges. */
export const rangeFormats: readonly string[] = [...Object.keys(textRanges), 'parquet'];

const SECONDS = /^-?\d+(\.\d+)?$/;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
/** What dates reach, microseconds. */
const LAST_US = 8.64e18;

/** The handler over a source, which is asked for when it is needed; Parquet is made by a `table`, in a thread of its own. */
export function rangeHandler(
  source: () => RangeSource,
  clock: Clock,
  table: () => PackedTable = tableInThread,
): NonNullable<NonNullable<Handlers['exports']>['range']> {
  return {
    formats: rangeFormats,
    render: async (parameters, signal) => {
      const problems: string[] = [];
      const time = (name: string, fallback: number): number => {
        const text = parameters.get(name);
        if (text === null || text === '') return fallback;
        const us = readTime(text);
        if (us !== undefined) return us;
        const found = JSON.stringify(text.slice(0, 64));
        problems.push(`${name}: found ${found}, expected Unix seconds or RFC 3339`);
        return fallback;
      };
      const fromUs = time('from', 0);
      const toUs = time('to', clock.nowUs());
      if (problems.length === 0 && fromUs > toUs) problems.push('from: is after to');
      const encoder = await rangeEncoderOf(parameters.get('format') ?? 'json', table);
      if (encoder === undefined) problems.push(`format: of a range it is one of ${rangeFormats.join(', ')}`);
      if (encoder === undefined || problems.length > 0) return { problems };
      const request = { match: parameters.getAll('match'), fromUs, toUs };
      const { contentType } = encoder;
      return { contentType, body: rangeDocument(source(), encoder, request, signal) };
    },
  };
}

/** The encoder of a format; undefined when there is none of that name. */
async function rangeEncoderOf(format: string, table: () => PackedTable): Promise<RangeEncoder | undefined> {
  if (format === 'parquet') return (await import('./parquet-range.js')).parquetRange(table);
  const texts: RangeLoaders = textRanges;
  return Object.hasOwn(texts, format) ? texts[format]!() : undefined;
}

/** Microseconds since the Unix epoch. */
function readTime(text: string): number | undefined {
  const us = SECONDS.test(text)
    ? Math.round(Number(text) * 1e6)
    : RFC_3339.test(text)
      ? Date.parse(text) * 1000
      : Number.NaN;
  return Math.abs(us) <= LAST_US ? us : undefined;
}
