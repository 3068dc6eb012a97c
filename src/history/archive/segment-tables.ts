/**
 * The tables of a segment and their columns: what docs/HISTORY.md promises to whoever reads the files. Rows are in order
 * of series and time. `at` is milliseconds after the segment's begin, which is the name of its folder.
 */
import type { Level } from './layout.js';
import type { ColumnSpec } from './table-writer.js';

/** Series that are exact whole numbers (after multiplying with their `divisor`), and all others. */
export type Store = 'integers' | 'decimals';

/** File of the values of a level. */
export const valuesFile = (level: Level, store: Store): string => `${level}-${store}.parquet`;
/** File of what lies between the last samples of gauges. */
export const extremesFile = (level: Level): string => `${level}-gauges.parquet`;
export const SERIES_FILE = 'series.parquet';
export const TICKS_FILE = 'ticks.parquet';
export const VIEWS_FILE = 'views.parquet';
export const EXEMPLARS_FILE = 'exemplars.parquet';

const at: ColumnSpec = { name: 'at', type: 'INT32' };
const series: ColumnSpec = { name: 'series', type: 'INT32', hasRange: true };

/** Columns of the values of a level. */
export const valueColumns: Readonly<Record<Store, readonly ColumnSpec[]>> = {
  integers: [series, at, { name: 'value', type: 'INT32' }],
  decimals: [series, at, { name: 'value', type: 'DOUBLE' }],
};

/** Columns of `extremesFile`. */
export const extremeColumns: readonly ColumnSpec[] = [
  series,
  at,
  { name: 'min', type: 'DOUBLE' },
  { name: 'max', type: 'DOUBLE' },
  { name: 'sum', type: 'DOUBLE' },
  { name: 'count', type: 'INT32' },
];

/** Where a series is in the tables: the first row and how many; a first row of -1 is nowhere. */
export const placeColumns = [
  'samples_first',
  'samples_rows',
  'minutes_first',
  'minutes_rows',
  'minutes_gauges_first',
  'hours_first',
  'hours_rows',
  'hours_gauges_first',
] as const;

/** One of them. */
export type PlaceColumn = (typeof placeColumns)[number];

/** Columns of `series.parquet`. */
export const seriesColumns: readonly ColumnSpec[] = [
  { name: 'series', type: 'INT32' },
  { name: 'name', type: 'TEXT' },
  { name: 'labels', type: 'TEXT' },
  { name: 'kind', type: 'TEXT' },
  // 1 for plain whole numbers; 0 for what is among the decimals.
  { name: 'divisor', type: 'INT32' },
  ...placeColumns.map((name): ColumnSpec => ({ name, type: 'INT32' })),
];

/** Columns of `ticks.parquet`: when all series were sampled, and when nobody was there to do it (`is_sampled` 0). */
export const tickColumns: readonly ColumnSpec[] = [at, { name: 'is_sampled', type: 'INT32' }];

/** Columns of `views.parquet`. Times are microseconds since the Unix epoch; `document` is the whole of it as JSON. */
export const viewColumns: readonly ColumnSpec[] = [
  { name: 'chain', type: 'TEXT' },
  { name: 'view', type: 'INT64', hasRange: true },
  { name: 'outcome', type: 'TEXT' },
  { name: 'cause', type: 'TEXT' },
  { name: 'leader', type: 'TEXT' },
  { name: 'entered_at_us', type: 'INT64' },
  { name: 'decided_at_us', type: 'INT64' },
  { name: 'revision', type: 'INT32' },
  { name: 'document', type: 'TEXT' },
];

/** Columns of `exemplars.parquet`. */
export const exemplarColumns: readonly ColumnSpec[] = [
  { name: 'labels', type: 'TEXT' },
  { name: 'time_ms', type: 'INT64' },
  { name: 'value', type: 'DOUBLE' },
  { name: 'trace_id', type: 'TEXT' },
  { name: 'span_id', type: 'TEXT' },
];

/** What `segment.json` says. */
export interface SegmentManifest {
  readonly format: number;
  readonly beginMs: number;
  /** End of its stretch. */
  readonly endMs: number;
  readonly series: number;
  readonly samples: number;
  /** No series in it has this number or a higher one. */
  readonly nextSeries: number;
  /** Every record of this generation of the journal below this sequence is in here or in an earlier segment. */
  readonly generation: number;
  readonly nextSequence: number;
  readonly views: number;
  readonly exemplars: number;
  /** Sizes of its files by name. */
  readonly files: Readonly<Record<string, number>>;
}
