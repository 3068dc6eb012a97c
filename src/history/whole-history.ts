/**
 * Everything that is remembered, as one source: the archive up to its last row on disk, the recent window after that. So
 * samples stand at one distance for as long as possible, and what counts them gives the same over the whole range.
 * A question that the recent window answers alone never waits for the disk.
 */
import type { Labels } from '../promql/labels.js';
import { firstAfter, type SelectRequest, type Series, type SeriesSource } from '../promql/series.js';
import type { SeriesIndex } from './series-index.js';

/** What is in memory. */
export interface RecentPart extends SeriesSource, SeriesIndex {
  select(request: SelectRequest): readonly Series[];
  labelSets(request: SelectRequest): readonly Labels[];
}

/** What is on disk. */
export interface ArchivedPart extends SeriesSource, SeriesIndex {
  select(request: SelectRequest, signal?: AbortSignal): Promise<readonly Series[]>;
}

/** The parts, and where they meet. */
export interface WholeHistoryOptions {
  readonly recent: RecentPart;
  /** Time of the oldest sample in memory; Infinity without one. */
  readonly recentFromMs: () => number;
  /** Undefined while there is none. */
  readonly archive: () => { readonly reader: ArchivedPart; readonly durableMs: number } | undefined;
}

/** Both parts. */
export class WholeHistory implements SeriesSource, SeriesIndex {
  readonly #options: WholeHistoryOptions;

  constructor(options: WholeHistoryOptions) {
    this.#options = options;
  }

  select(request: SelectRequest, signal: AbortSignal): readonly Series[] | Promise<readonly Series[]> {
    const { recent, recentFromMs, archive } = this.#options;
    const archived = archive();
    if (archived === undefined || request.fromMs >= recentFromMs()) return recent.select(request);
    return this.#both(request, archived, signal);
  }

  labelSets(request: SelectRequest): readonly Labels[] | Promise<readonly Labels[]> {
    const { recent, recentFromMs, archive } = this.#options;
    const archived = archive();
    const inMemory = recent.labelSets(request);
    if (archived === undefined || request.fromMs >= recentFromMs()) return inMemory;
    return Promise.resolve(archived.reader.labelSets(request)).then((onDisk) => {
      const known = new Set(onDisk.map(({ key }) => key));
      return [...onDisk, ...inMemory.filter(({ key }) => !known.has(key))];
    });
  }

  async #both(
    request: SelectRequest,
    { reader, durableMs }: { readonly reader: ArchivedPart; readonly durableMs: number },
    signal: AbortSignal,
  ): Promise<readonly Series[]> {
    const toMs = Math.min(request.toMs, durableMs);
    const older = request.fromMs > toMs ? [] : await reader.select({ ...request, toMs }, signal);
    if (request.toMs <= durableMs) return older;
    const found = new Map(older.map((series) => [series.labels.key, series]));
    for (const series of this.#options.recent.select({ ...request, fromMs: durableMs + 1 })) {
      const newer = after(series, durableMs);
      const before = found.get(series.labels.key);
      if (newer.times.length > 0) found.set(series.labels.key, before ? joined(before, newer) : newer);
    }
    return [...found.values()];
  }
}

/** The samples after a time, as a view. */
export function after({ labels, times, values }: Series, timeMs: number): Series {
  const from = firstAfter(times, timeMs, 0, times.length);
  return { labels, times: times.subarray(from), values: values.subarray(from) };
}

/** One series after the other. */
export function joined(older: Series, newer: Series): Series {
  const length = older.times.length;
  const times = new Float64Array(length + newer.times.length);
  const values = new Float64Array(times.length);
  times.set(older.times);
  times.set(newer.times, length);
  // Whole arrays, so that stale markers keep their bits.
  values.set(older.values);
  values.set(newer.values, length);
  return { labels: older.labels, times, values };
}
