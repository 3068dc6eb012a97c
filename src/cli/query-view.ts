/** The answer of a query for people (table), programs (JSON) and spreadsheets (CSV). Pure. */
import { renderTable } from './table.js';

/** A sample as the API writes it: seconds and the value as text. */
type Sample = readonly [number, string];

/** Labels of a series. */
type Metric = Readonly<Record<string, string>>;

/** One series: a sample, or one for each step. */
type AnsweredSeries =
  | { readonly metric: Metric; readonly value: Sample }
  | { readonly metric: Metric; readonly values: readonly Sample[] };

/** The `data` of an answer. */
export type QueryData =
  | { readonly resultType: 'scalar'; readonly result: Sample }
  | { readonly resultType: 'string'; readonly result: Sample }
  | { readonly resultType: 'vector'; readonly result: readonly AnsweredSeries[] }
  | { readonly resultType: 'matrix'; readonly result: readonly AnsweredSeries[] };

export const queryFormats = ['table', 'json', 'csv'] as const;

/** How to print it. */
export type QueryFormat = (typeof queryFormats)[number];

export function isQueryFormat(text: string): text is QueryFormat {
  return queryFormats.some((format) => format === text);
}

/** The answer as text without a trailing newline. */
export function renderAnswer(data: QueryData, format: QueryFormat): string {
  if (format === 'json') return JSON.stringify(data, null, 2);
  const { header, rows } = asRows(data);
  if (format === 'csv') return [header, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');
  return rows.length === 0 ? 'No series answers this query.' : renderTable(header, rows);
}

/** One row for each sample: the labels that any series has, then time and value. */
function asRows(data: QueryData): { header: readonly string[]; rows: readonly (readonly string[])[] } {
  if (data.resultType === 'scalar' || data.resultType === 'string')
    return { header: ['time', 'value'], rows: [shown(data.result)] };
  const series = data.result.map((one) => ({
    metric: one.metric,
    samples: 'values' in one ? one.values : [one.value],
  }));
  const names = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort();
  const rows = series.flatMap(({ metric, samples }) =>
    samples.map((sample) => [...names.map((name) => metric[name] ?? ''), ...shown(sample)]),
  );
  return { header: [...names, 'time', 'value'], rows };
}

function shown([seconds, value]: Sample): string[] {
  return [new Date(Math.round(seconds * 1000)).toISOString(), value];
}

/** RFC 4180. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
