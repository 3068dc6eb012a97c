/** Finds archived views, the newest first: those of the open hour, then segment by segment until there are enough. */
import type { ArchiveReader } from './archive-reader.js';
import { readView, type ArchivedVerdict, type ArchivedView } from './archived-view.js';
import { decodeExemplars, type ArchivedExemplar } from './exemplar.js';
import { readExemplars, readViews } from './other-tables.js';
import { recordKinds } from './row-codec.js';

/** Which views. */
export interface ViewListRequest {
  /** First and last view, both included. */
  readonly from: number;
  readonly to: number;
  readonly accepts: (verdict: ArchivedVerdict) => boolean;
  /** Most views. */
  readonly limit: number;
}

/** The views that are asked for, the newest first; of a view that was kept twice the later word. */
export function listViews(reader: ArchiveReader, request: ViewListRequest): Promise<ArchivedView[]> {
  return reader.steadily(() => findViews(reader, request));
}

async function findViews(reader: ArchiveReader, request: ViewListRequest): Promise<ArchivedView[]> {
  const { from, to, accepts, limit } = request;
  const found = new Map<string, ArchivedView>();
  const take = (views: readonly ArchivedView[]): void => {
    for (const view of [...views].reverse()) {
      const { chain, view: number } = view.verdict;
      const key = `${chain} ${number}`;
      if (number >= from && number <= to && !found.has(key) && accepts(view.verdict)) found.set(key, view);
    }
  };
  const { records, segments } = await reader.contents();
  take(
    records
      .filter(({ payload }) => payload[0] === recordKinds.view)
      .flatMap(({ payload }) => readView(Buffer.from(payload.subarray(1)).toString('utf8')) ?? []),
  );
  for (const segment of [...segments].reverse()) {
    if (found.size >= limit) break;
    take((await reader.contained(segment, () => readViews(segment, from, to))) ?? []);
  }
  return [...found.values()].sort((a, b) => b.verdict.view - a.verdict.view).slice(0, limit);
}

/** Both ends included, milliseconds since the epoch. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The exemplars between two times, in order of time. */
export function listExemplars(reader: ArchiveReader, range: TimeRange): Promise<ArchivedExemplar[]> {
  return reader.steadily(() => findExemplars(reader, range));
}

async function findExemplars(
  reader: ArchiveReader,
  { fromMs, toMs }: TimeRange,
): Promise<ArchivedExemplar[]> {
  const { records, segments } = await reader.contents();
  const found: ArchivedExemplar[] = [];
  for (const segment of segments) {
    const { beginMs, endMs } = segment.manifest;
    if (endMs >= fromMs && beginMs <= toMs)
      found.push(...((await reader.contained(segment, () => readExemplars(segment))) ?? []));
  }
  for (const { payload } of records)
    if (payload[0] === recordKinds.exemplars) found.push(...decodeExemplars(payload.subarray(1)));
  return found.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs).sort((a, b) => a.timeMs - b.timeMs);
}
