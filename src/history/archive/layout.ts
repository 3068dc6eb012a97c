/**
 * Where things are in the folder of the archive, and what they are called. The layout is a promise to analysts
 * (docs/HISTORY.md): the folders of segments are written as `name=value`, which DuckDB and others take for columns.
 *
 *   history/
 *     index/                          labels of every series id (a journal)
 *     journal/<generation>/           rows, views and exemplars of the open hour (a journal)
 *     segments/span=hour|day/begin=<ms>/*.parquet, segment.json
 *     deletions/                      what was purged, and why (a journal)
 *     damaged/                        segments that could not be read, set aside
 */
import { join } from 'node:path';

/** Version of the files; another one is not read. */
export const FORMAT = 1;

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

/** How long a segment is. */
export type Span = 'hour' | 'day';

export const spans: readonly Span[] = ['hour', 'day'];

/** Length of a span, milliseconds. */
export const spanMs: Readonly<Record<Span, number>> = { hour: HOUR_MS, day: DAY_MS };

/** How finely a table holds a series: every sample, or the last of each minute or hour. The finest first. */
export const levels = ['samples', 'minutes', 'hours'] as const;

/** One of them. */
export type Level = (typeof levels)[number];

/** Milliseconds that one row of a level stands for; 0 is every sample. */
export const resolutionMs: Readonly<Record<Level, number>> = {
  samples: 0,
  minutes: MINUTE_MS,
  hours: HOUR_MS,
};

/** What describes a segment besides its tables. */
export const SEGMENT_FILE = 'segment.json';

export const indexFolder = (root: string): string => join(root, 'index');
export const journalsFolder = (root: string): string => join(root, 'journal');
export const journalFolder = (root: string, generation: number): string =>
  join(journalsFolder(root), String(generation));
export const spanFolder = (root: string, span: Span): string => join(root, 'segments', `span=${span}`);
export const segmentFolder = (root: string, span: Span, beginMs: number): string =>
  join(spanFolder(root, span), `begin=${beginMs}`);
export const damagedFolder = (root: string): string => join(root, 'damaged');
export const deletionsFolder = (root: string): string => join(root, 'deletions');

/** The begin that a folder's name says; undefined for another name. */
export function beginOf(name: string): number | undefined {
  const match = /^begin=(-?\d+)$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** Begin of the stretch of `lengthMs` that a time belongs to: stretches are open at their begin, closed at their end. */
export function beginOfStretch(timeMs: number, lengthMs: number): number {
  return (Math.ceil(timeMs / lengthMs) - 1) * lengthMs;
}
