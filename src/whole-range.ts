/**
 * Fills the port of range exports with everything that is remembered, as queries see it: a range that begins within the
 * recent window comes from there; else the archive up to its last row on disk, a quarter of an hour at a time, and the recent
 * window after that. The archive is read beside the event loop.
 */
import type { RangeBlock, RangeRequest, RangeSeries, RangeSource } from './export/range.js';
import { anyOf } from './export/selection.js';
import type { RangeReading } from './history/archive/range-reading.js';
import type { Board } from './metrics/board.js';
import { aboutNames, aboutOf, type RecentRange } from './recent-range.js';

/** The parts, and where they meet. */
export interface WholeRangeOptions {
  readonly recent: RecentRange;
  readonly board: Board;
  /** Time of the oldest sample in memory; Infinity without one. */
  readonly recentFromMs: () => number;
  /** Undefined while there is none. */
  readonly archive: () => ArchivedRange | undefined;
  readonly reading: RangeReading;
}

/** The archive, as far as exports need it. */
export interface ArchivedRange {
  readonly root: string;
  readonly durableMs: number;
  /** Names of all samples that were ever kept. */
  names(): Iterable<string>;
}

/** Reads both. */
export class WholeRange implements RangeSource {
  readonly #options: WholeRangeOptions;
  readonly #blocks = new WeakMap<RangeSeries, RangeBlock>();

  constructor(options: WholeRangeOptions) {
    this.#options = options;
  }

  async *series(request: RangeRequest, signal: AbortSignal): AsyncGenerator<RangeSeries> {
    const { recent, recentFromMs, archive } = this.#options;
    const archived = archive();
    if (archived === undefined || request.fromUs / 1000 >= recentFromMs()) {
      yield* recent.series(request, signal);
      return;
    }
    // What is written while this goes on counts as recent to the end.
    const { durableMs } = archived;
    yield* this.#archived(archived, durableMs, request, signal);
    const fromUs = Math.max(request.fromUs, (durableMs + 1) * 1000);
    if (fromUs <= request.toUs) yield* recent.series({ ...request, fromUs }, signal);
  }

  async *read(series: RangeSeries, fromUs: number, toUs: number): AsyncGenerator<RangeBlock> {
    const block = this.#blocks.get(series);
    this.#blocks.delete(series);
    if (block === undefined) yield* this.#options.recent.read(series, fromUs, toUs);
    else yield block;
  }

  async *#archived(
    archived: ArchivedRange,
    durableMs: number,
    { match, fromUs, toUs }: RangeRequest,
    signal: AbortSignal,
  ): AsyncGenerator<RangeSeries> {
    const { root } = archived;
    const afterMs = Math.ceil(fromUs / 1000) - 1;
    const toMs = Math.min(Math.floor(toUs / 1000), durableMs);
    if (afterMs >= toMs) return;
    const known = aboutNames(this.#options.board);
    const isWanted = match.length === 0 ? () => true : anyOf(match);
    const names = [...archived.names()].filter((name) => isWanted(aboutOf(name, known).metric));
    for await (const pack of this.#options.reading({ root, names, afterMs, toMs }, signal)) {
      if (signal.aborted) return;
      for (const { name, labels, from, to } of pack.series) {
        const series = { name, ...aboutOf(name, known), labels };
        this.#blocks.set(series, {
          timesUs: pack.timesUs.subarray(from, to),
          values: pack.values.subarray(from, to),
        });
        yield series;
      }
    }
  }
}
