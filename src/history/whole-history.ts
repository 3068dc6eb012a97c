/**
 * Everything that is remembered, as one source: the archive up to its last row on disk, the recent window after that. So
 * samples stand at one distance for as long as possible, and what counts them gives the same over the whole range.
 * A question that the recent window answers alone never waits for the disk.
 */
import type { Labels } from '../promql/labels.js';
import { firstAfter, type SelectRequest, type Series, type SeriesSource } from '../promql/series.js';
import type { LastingSource, Standing } from '../promql/standing.js';
import type { SeriesIndex } from './series-index.js';

/** What is in memory. */
export interface RecentPart extends SeriesSource, SeriesIndex, LastingSource {
  select(request: SelectRequest): readonly Series[];
  labelSets(request: SelectRequest): readonly Labels[];
}

/** What is on disk. */
export interface ArchivedPart extends SeriesSource, SeriesIndex {
  select(request: SelectRequest, signal?: AbortSignal): Promise<readonly Series[]>;
}

/** An archive that is open. */
export interface OpenArchive extends LastingSource {
  readonly reader: ArchivedPart;
  /** Time of the last row on disk. */
  readonly durableMs: number;
}

/** The parts, and where they meet. */
export interface WholeHistoryOptions {
  readonly recent: RecentPart;
  /** Time of the oldest sample in memory; Infinity without one. */
  readonly recentFromMs: () => number;
  /** Undefined while there is none. */
  readonly archive: () => OpenArchive | undefined;
}

/** Both parts. */
export class WholeHistory implements SeriesSource, SeriesIndex, LastingSource {
  readonly #options: WholeHistoryOptions;

  constructor(options: WholeHistoryOptions) {
    this.#options = options;
  }

  select(request: SelectRequest, signal: AbortSignal): readonly Series[] | Promise<readonly Series[]> {
    const archived = this.#archiveFor(request);
    if (archived === undefined) return this.#options.recent.select(request);
    return this.#both(request, archived, signal);
  }

  /** Where the disk is read, what is there lasts; what is only in memory yet will look different from the disk. */
  standing(request: SelectRequest): Standing | undefined {
    return (this.#archiveFor(request) ?? this.#options.recent).standing(request);
  }

  labelSets(request: SelectRequest): readonly Labels[] | Promise<readonly Labels[]> {
    const archived = this.#archiveFor(request);
    const inMemory = this.#options.recent.labelSets(request);
    if (archived === undefined) return inMemory;
    return Promise.resolve(archived.reader.labelSets(request)).then((onDisk) => {
      const known = new Set(onDisk.map(({ key }) => key));
      return [...onDisk, ...inMemory.filter(({ key }) => !known.has(key))];
    });
  }

  /** The archive, where memory does not reach back far enough. */
  #archiveFor(request: SelectRequest): OpenArchive | undefined {
    const { recentFromMs, archive } = this.#options;
    const { fromMs } = request.whole ?? request;
    return fromMs >= recentFromMs() ? undefined : archive();
  }

  async #both(
    request: SelectRequest,
    { reader, durableMs }: OpenArchive,
    signal: AbortSignal,
  ): Promise<readonly Series[]> {
    const toMs = Math.min(request.toMs, durableMs);
    const { whole = request } = request;
    const older = request.fromMs > toMs ? [] : await reader.select({ ...request, toMs, whole }, signal);
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
