/**
 * What rules ask for again and again: the same selectors, each time a little later, some of them further back than the
 * recent window reaches. The archive is read once for each; from then on what was read is kept, goes on from the recent
 * window, and forgets what nobody looks back to. So a round of rules never waits for the disk after the first.
 *
 * Answers are those of the whole history: thin where it is old, dense where it is recent. Memory is bounded by
 * `maxSamples`; a selector beyond it is read from the whole each time. For askers that come one after the other.
 */
import type { Labels } from '../promql/labels.js';
import { firstAfter, isStale, type SelectRequest, type Series, type SeriesSource } from '../promql/series.js';
import type { SeriesIndex } from './series-index.js';
import { after, joined, type RecentPart } from './whole-history.js';

/** What it stands between. */
export interface RememberedOptions {
  readonly recent: RecentPart;
  readonly whole: SeriesSource & SeriesIndex;
  /** Time of the oldest sample in memory; Infinity without one. */
  readonly recentFromMs: () => number;
  /** Whether there is more than the recent window. */
  readonly hasMore: () => boolean;
  readonly nowMs: () => number;
  /** How far back the recent window reaches, milliseconds. */
  readonly windowMs: number;
  /** Between the samples of what is older than the recent window. */
  readonly intervalMs: number;
  /** Most samples kept. Default two millions, 32 MB. */
  readonly maxSamples?: number;
}

/** What is kept of one selector. */
interface Memory {
  /** Everything between these times that passes the selector is here. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly series: readonly Series[];
  /** How far back was looked at most. */
  readonly reachMs: number;
  readonly askedAtMs: number;
}

const MOST_SAMPLES = 2_000_000;
/** Selectors that nobody has asked for so long are forgotten. */
const IDLE_MS = 10 * 60_000;
/** What is as old as this share of the window is taken over from it, long before it is forgotten there. */
const ABSORB_AT = 0.75;
/** Kept beyond what was looked back to, so that it is not read again for a little more. */
const SPARE_MS = 60_000;

/** The source for rules. */
export class RememberedSeries implements SeriesSource, SeriesIndex {
  readonly #options: RememberedOptions;
  readonly #memories = new Map<string, Memory>();

  constructor(options: RememberedOptions) {
    this.#options = options;
  }

  select(request: SelectRequest, signal: AbortSignal): readonly Series[] | Promise<readonly Series[]> {
    const { recent, whole, hasMore } = this.#options;
    if (this.#isRecent(request)) return recent.select(request);
    if (!hasMore()) return whole.select(request, signal);
    const key = request.matchers.map(String).join(',');
    const memory = this.#current(key, request);
    return memory === undefined ? this.#load(key, request, signal) : this.#answer(memory, request);
  }

  labelSets(request: SelectRequest): readonly Labels[] | Promise<readonly Labels[]> {
    const { recent, whole } = this.#options;
    return this.#isRecent(request) ? recent.labelSets(request) : whole.labelSets(request);
  }

  /** Reading the archive takes longer than a round of rules may: what memory may hold is asked of memory alone. */
  #isRecent({ fromMs }: SelectRequest): boolean {
    return fromMs >= this.#options.nowMs() - this.#options.windowMs;
  }

  /** What is kept, brought up to date; undefined where it does not hold what is asked for. */
  #current(key: string, { fromMs, matchers }: SelectRequest): Memory | undefined {
    const { recent, recentFromMs, nowMs, intervalMs } = this.#options;
    const memory = this.#memories.get(key);
    const atMs = nowMs();
    if (memory === undefined || memory.fromMs > fromMs || recentFromMs() > memory.untilMs + 1)
      return undefined;
    const { untilMs: beforeMs } = memory;
    const reachMs = Math.max(memory.reachMs, atMs - fromMs);
    if (beforeMs >= atMs - this.#spanMs(atMs) * ABSORB_AT)
      return this.#keep(key, { ...memory, reachMs, askedAtMs: atMs });
    const untilMs = Math.floor(atMs - this.#spanMs(atMs) / 2);
    const oldestMs = Math.max(memory.fromMs, Math.floor(atMs - reachMs - SPARE_MS));
    const more = recent
      .select({ matchers, fromMs: beforeMs + 1, toMs: untilMs })
      .map((one) => thinned(until(after(one, beforeMs), untilMs), intervalMs));
    const series = append(memory.series, more).flatMap((one) => {
      const kept = after(one, oldestMs - 1);
      return kept.times.length > 0 ? [kept] : [];
    });
    return this.#keep(key, { fromMs: oldestMs, untilMs, series, reachMs, askedAtMs: atMs });
  }

  /** What the recent window holds: after a start, and where memory is short, less than it may. */
  #spanMs(atMs: number): number {
    return Math.max(0, Math.min(this.#options.windowMs, atMs - this.#options.recentFromMs()));
  }

  async #load(key: string, request: SelectRequest, signal: AbortSignal): Promise<readonly Series[]> {
    const { whole, nowMs } = this.#options;
    const { matchers } = request;
    const atMs = nowMs();
    const before = this.#memories.get(key);
    const fromMs = Math.floor(Math.min(request.fromMs, before?.fromMs ?? Infinity));
    const untilMs = Math.floor(atMs - this.#spanMs(atMs) / 2);
    const found = await whole.select({ matchers, fromMs, toMs: untilMs }, signal);
    const series = found.map((one) => until(one, untilMs)).filter(({ times }) => times.length > 0);
    const memory = { fromMs, untilMs, series, reachMs: atMs - fromMs, askedAtMs: atMs };
    return this.#answer(this.#keep(key, memory), request);
  }

  #answer({ series, untilMs }: Memory, { matchers, fromMs, toMs }: SelectRequest): readonly Series[] {
    const older = series.map((one) => after(one, fromMs - 1)).filter(({ times }) => times.length > 0);
    if (toMs <= untilMs) return older;
    const newer = this.#options.recent.select({ matchers, fromMs: untilMs + 1, toMs });
    return append(
      older,
      newer.map((one) => after(one, untilMs)),
    );
  }

  #keep(key: string, memory: Memory): Memory {
    const { maxSamples = MOST_SAMPLES } = this.#options;
    this.#memories.set(key, memory);
    for (const [name, { askedAtMs }] of this.#memories)
      if (askedAtMs < memory.askedAtMs - IDLE_MS) this.#memories.delete(name);
    let samples = 0;
    for (const { series } of this.#memories.values()) for (const { times } of series) samples += times.length;
    if (samples > maxSamples) this.#memories.delete(key);
    return memory;
  }
}

/** Series of both, each once; what both have goes on. */
function append(older: readonly Series[], newer: readonly Series[]): readonly Series[] {
  const found = new Map(older.map((one) => [one.labels.key, one]));
  for (const one of newer) {
    if (one.times.length === 0) continue;
    const before = found.get(one.labels.key);
    found.set(one.labels.key, before === undefined ? one : joined(before, one));
  }
  return [...found.values()];
}

function until({ labels, times, values }: Series, timeMs: number): Series {
  const end = firstAfter(times, timeMs, 0, times.length);
  return { labels, times: times.subarray(0, end), values: values.subarray(0, end) };
}

/** One sample an interval, the last one, and the markers of the end. A copy. */
function thinned({ labels, times, values }: Series, intervalMs: number): Series {
  const kept: number[] = [];
  for (const [i, timeMs] of times.entries()) {
    const isDue = kept.length === 0 || timeMs - times[kept.at(-1)!]! >= intervalMs;
    if (isDue || i === times.length - 1 || isStale(values, i)) kept.push(i);
  }
  const result = { labels, times: new Float64Array(kept.length), values: new Float64Array(kept.length) };
  for (const [to, from] of kept.entries()) {
    result.times[to] = times[from]!;
    // Whole pieces, so that stale markers keep their bits.
    result.values.set(values.subarray(from, from + 1), to);
  }
  return result;
}
