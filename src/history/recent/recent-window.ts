/**
 * The last minutes in memory: every tick one copy of the board, kept for as long as the window is and as the memory
 * allows. A source for queries: series carry the labels that a scrape would give them, end with a stale marker when
 * they leave the board, and `up` is there while the sidecar samples itself.
 *
 * Samplings may come at any time, as rules need them; what is kept of them is one an interval, and the newest. So the
 * newest is provisional until it is an interval after the one before it: the next one takes its place.
 *
 * Sampling never allocates in the steady state and never throws. Columns handed out are copies; all series of one
 * answer that cover the same ticks share one column of times.
 */
import type { Board } from '../../metrics/board.js';
import type { Labels } from '../../promql/labels.js';
import type { LabelMatcher } from '../../promql/matchers.js';
import { matchesAll } from '../../promql/matches-all.js';
import {
  firstAfter,
  writeStale,
  type SelectRequest,
  type Series,
  type SeriesSource,
} from '../../promql/series.js';
import type { LastingSource, Standing } from '../../promql/standing.js';
import type { Part } from '../parts.js';
import type { SeriesIndex } from '../series-index.js';
import { scrapedLabels, type Target } from '../target.js';
import { Chunk, CHUNK_ROWS } from './chunk.js';
import { KeptColumns } from './kept-columns.js';
import { Roster, type Track } from './roster.js';
import { Selections } from './selections.js';

/** What a window is made of. */
export interface RecentWindowOptions {
  readonly board: Board;
  readonly target: Target;
  /** How far back it reaches, milliseconds. */
  readonly windowMs: number;
  /** Samplings are kept so far apart, milliseconds; all are unless it is given. */
  readonly intervalMs?: number;
  /** Most memory for samples, bytes. Beyond it the window is shorter. */
  readonly maxBytes: number;
}

/** A timer is seldom right on time: what is so much closer than an interval is as good as one. */
const EARLY_SHARE = 1 / 40;

/** What a window holds. */
export interface RecentSize {
  readonly samplings: number;
  readonly series: number;
  readonly bytes: number;
  /** From the oldest to the newest sampling, milliseconds. */
  readonly spanMs: number;
}

/** Rows have room for so many more slots than there are, so that a growing board seldom moves them. */
const SPARE_SHARE = 1 / 8;
const SPARE_SLOTS = 64;
/** Share of the memory that is for samplings; the rest is for the columns that queries read. */
const CHUNK_SHARE = 3 / 4;
/** A full chunk is turned within so many samplings: far fewer than fill the next one. */
const TURNING_SAMPLINGS = 16;
/** Values in a piece of memory for columns: 128 KiB. */
const PIECE = 16_384;

/** The recent window. */
export class RecentWindow implements SeriesSource, SeriesIndex, LastingSource {
  readonly #options: RecentWindowOptions;
  readonly #roster: Roster;
  readonly #up: Labels;
  readonly #chunks: Chunk[] = [];
  readonly #kept: KeptColumns;
  #layout = -1;
  #nextTick = 0;
  #lastMs = -Infinity;
  /** Time of the newest sampling that stays. */
  #standingMs = -Infinity;
  #isProvisional = false;
  /** Memory that turning left over, all of one size. */
  #spare: Float64Array[] = [];
  /** A full chunk that is not in columns yet. */
  #turning: Chunk | undefined;
  /** Of all ticks held; made when it is asked for. */
  #times: Float64Array | undefined;
  readonly #spans = new Map<string, Float64Array>();
  readonly #selections = new Selections();
  /** The last one handed out, which most series of an answer share. */
  #lastSpan: Span = { from: 0, to: 0, times: new Float64Array(0) };

  constructor(options: RecentWindowOptions) {
    this.#options = options;
    this.#roster = new Roster(options.target);
    this.#kept = new KeptColumns(options.maxBytes * (1 - CHUNK_SHARE));
    this.#up = scrapedLabels(options.target, 'up', []);
  }

  /** How much it holds now. */
  get size(): RecentSize {
    const first = this.#chunks[0]?.times[0] ?? 0;
    return {
      samplings: this.#nextTick - this.#firstTick,
      series: this.#roster.size,
      bytes: this.#bytes() + this.#kept.bytes,
      spanMs: this.#chunks.length === 0 ? 0 : this.#lastMs - first,
    };
  }

  /**
   * Takes a sampling.
   * @returns false when the clock has not moved on since the last one: nothing is taken
   */
  sample(timeMs: number): boolean {
    if (!(timeMs > this.#lastMs)) return false;
    const { board, intervalMs = 0 } = this.#options;
    board.refresh();
    const { slots } = board;
    if (this.#isProvisional) this.#withdraw();
    const chunk = this.#writable(slots.used);
    if (board.layout !== this.#layout) {
      this.#layout = board.layout;
      this.#roster.follow(board.families(), this.#nextTick);
    }
    chunk.append(timeMs, slots.values, slots.used);
    this.#nextTick++;
    this.#lastMs = timeMs;
    this.#times = undefined;
    this.#isProvisional = timeMs - this.#standingMs < intervalMs * (1 - EARLY_SHARE);
    if (this.#isProvisional) return true;
    this.#standingMs = timeMs;
    if (chunk.rows === CHUNK_ROWS) this.#close(chunk);
    else this.#turnSome();
    return true;
  }

  /** Takes back the newest sampling. */
  #withdraw(): void {
    this.#chunks.at(-1)!.withdraw();
    this.#nextTick--;
    this.#kept.withdraw(this.#nextTick);
  }

  select({ matchers, fromMs, toMs }: SelectRequest): readonly Series[] {
    const [from, to] = this.#ticks(fromMs, toMs);
    if (from >= to) return [];
    const selected: Series[] = [];
    const columns = new Columns();
    let before: Read | undefined;
    this.#matching(matchers, (track, part) => {
      const continues =
        before?.track === track && before.part.from === part.from && before.part.to === part.to - 1;
      const read = this.#series(track, part, [from, to], columns, continues ? before : undefined);
      before = read;
      if (read) selected.push(read);
    });
    if (this.#hasUp(matchers)) {
      const values = new Float64Array(to - from).fill(1);
      selected.push({ labels: this.#up, times: this.#span(from, to), values });
    }
    return selected;
  }

  /**
   * The series whose names are wanted, one by one, each read when it is asked for. Sampling may go on meanwhile: what the
   * window has dropped by then is left out.
   */
  *scan(wants: (name: string) => boolean, fromMs: number, toMs: number): Generator<Series> {
    const [from, to] = this.#ticks(fromMs, toMs);
    const columns = new Columns();
    for (const [track, part] of this.#named(wants)) {
      const start = Math.max(from, this.#firstTick);
      if (start >= to) return;
      const read = this.#series(track, part, [start, to], columns, undefined);
      if (read) yield read;
    }
    const start = Math.max(from, this.#firstTick);
    if (start >= to || !wants('up') || this.#roster.names.has('up')) return;
    yield { labels: this.#up, times: this.#span(start, to), values: new Float64Array(to - start).fill(1) };
  }

  labelSets({ matchers, fromMs, toMs }: SelectRequest): readonly Labels[] {
    const [from, to] = this.#ticks(fromMs, toMs);
    const found: Labels[] = [];
    if (from >= to) return found;
    this.#matching(matchers, (track, part) => {
      if (track.livedWithin(from, to)) found.push(track.labels(part));
    });
    if (this.#hasUp(matchers)) found.push(this.#up);
    return found;
  }

  /** Samplings never change, but for the newest; the oldest go. */
  standing(): Standing {
    // A metric that takes the name hides our own from the beginning.
    const version = this.#roster.names.has('up') ? 'memory without up' : 'memory';
    return { version, fromMs: this.#chunks[0]?.times[0] ?? Infinity, closedMs: this.#standingMs };
  }

  get #firstTick(): number {
    return this.#chunks[0]?.firstTick ?? this.#nextTick;
  }

  #bytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  }

  /** Our own `up`, unless a metric of the board has this name. */
  #hasUp(matchers: readonly LabelMatcher[]): boolean {
    return !this.#roster.names.has('up') && matchesAll(this.#up, matchers);
  }

  #writable(used: number): Chunk {
    let chunk = this.#chunks.at(-1);
    if (chunk && chunk.rows < CHUNK_ROWS) {
      if (used > chunk.width) chunk.widen(roomFor(used));
      return chunk;
    }
    this.#evict();
    const width = chunk && used <= chunk.width ? chunk.width : roomFor(used);
    chunk = new Chunk(this.#nextTick, width, this.#memory(width));
    this.#chunks.push(chunk);
    return chunk;
  }

  /** Memory for a chunk: what an earlier one left, where the size fits. */
  #memory(width: number): Float64Array {
    const length = CHUNK_ROWS * width;
    this.#spare = this.#spare.filter((memory) => memory.length === length);
    return this.#spare.pop() ?? new Float64Array(length);
  }

  #close(chunk: Chunk): void {
    chunk.beginTurn(this.#memory(chunk.width));
    this.#turning = chunk;
    this.#kept.drop(this.#nextTick - CHUNK_ROWS);
  }

  #turnSome(): void {
    const chunk = this.#turning;
    const freed = chunk?.turn(Math.ceil(chunk.width / TURNING_SAMPLINGS));
    if (freed === undefined) return;
    this.#turning = undefined;
    this.#spare.push(...freed);
  }

  /** Drops whole chunks that are too old, or too much. */
  #evict(): void {
    const { windowMs, maxBytes } = this.#options;
    const oldest = this.#lastMs - windowMs;
    const last = this.#chunks.at(-1);
    // The one that is about to be filled counts too.
    let bytes = this.#bytes() + CHUNK_ROWS * 8 * (last?.width ?? 0);
    let dropped = false;
    while (this.#chunks.length > 1) {
      const [first] = this.#chunks as [Chunk];
      if (first.times[first.rows - 1]! >= oldest && bytes <= maxBytes * CHUNK_SHARE) break;
      bytes -= first.bytes;
      if (first === this.#turning) this.#turning = undefined;
      this.#chunks.shift();
      dropped = true;
    }
    if (dropped) this.#roster.forget(this.#firstTick);
  }

  /** The ticks from the first at or after `fromMs` to the last at or before `toMs`, the end exclusive. */
  #ticks(fromMs: number, toMs: number): [number, number] {
    const times = this.#allTimes();
    const from = firstBefore(times, fromMs);
    return [this.#firstTick + from, this.#firstTick + firstAfter(times, toMs, from, times.length)];
  }

  #allTimes(): Float64Array {
    if (this.#times) return this.#times;
    const times = new Float64Array(this.#nextTick - this.#firstTick);
    let at = 0;
    for (const chunk of this.#chunks) {
      times.set(chunk.times.subarray(0, chunk.rows), at);
      at += chunk.rows;
    }
    this.#spans.clear();
    this.#lastSpan = { from: 0, to: 0, times };
    return (this.#times = times);
  }

  /** The times of the ticks `[from, to)`; the same object until the next sampling. */
  #span(from: number, to: number): Float64Array {
    const last = this.#lastSpan;
    if (last.from === from && last.to === to) return last.times;
    const key = `${from}:${to}`;
    let span = this.#spans.get(key);
    if (!span) {
      span = this.#allTimes().subarray(from - this.#firstTick, to - this.#firstTick);
      this.#spans.set(key, span);
    }
    this.#lastSpan = { from, to, times: span };
    return span;
  }

  #matching(matchers: readonly LabelMatcher[], found: (track: Track, part: Part) => void): void {
    for (const [track, part] of this.#selections.of(matchers, this.#roster)) found(track, part);
  }

  /** What has a wanted name now; the list does not change while it is read. */
  #named(wants: (name: string) => boolean): (readonly [Track, Part])[] {
    return [...this.#roster.names].flatMap(([name, { family, parts }]) =>
      wants(name)
        ? [...family.tracks.values()].flatMap((track) => parts.map((part) => [track, part] as const))
        : [],
    );
  }

  /**
   * A part's samples over the ticks `[from, to)`, or undefined when it had none in them.
   * @param before the same of the part with one slot less: a bucket is the one before it and a little more
   */
  #series(
    track: Track,
    part: Part,
    [from, to]: readonly [number, number],
    columns: Columns,
    before: Read | undefined,
  ): Read | undefined {
    if (!track.livedWithin(from, to)) return undefined;
    const { lives } = track;
    const start = Math.max(from, lives[0]!.from);
    // One stale marker ends it for good.
    const end = Math.min(to, lives.at(-1)!.to + 1);
    const kept = this.#kept.column(track, part, start, end);
    const all = kept?.values ?? columns.take(end - start);
    const known = kept ? Math.min(kept.endTick, end) : start;
    const values = kept ? kept.view(start, end) : all;
    const isNew = known === start;
    if (before && isNew) values.set(before.values);
    const isAdded = before !== undefined && isNew;
    const slots = { from: isAdded ? part.to - 1 : part.from, to: part.to, isAdded };
    let filled = known;
    for (const life of lives) {
      const begins = Math.max(known, life.from);
      const ends = Math.min(end, life.to);
      if (begins >= ends) continue;
      for (; filled < begins; filled++) writeStale(values, filled - start);
      this.#read(life.slot, slots, [begins, ends], values, begins - start);
      filled = ends;
    }
    for (; filled < end; filled++) writeStale(values, filled - start);
    if (kept && kept.endTick < end) kept.endTick = end;
    const falls = kept?.falls(start, end);
    return { track, part, labels: track.labels(part), times: this.#span(start, end), values, falls };
  }

  /** Adds up slots over the ticks `[from, to)`. */
  #read(
    slot: number,
    slots: { readonly from: number; readonly to: number; readonly isAdded: boolean },
    [from, to]: readonly [number, number],
    out: Float64Array,
    at: number,
  ): void {
    // All chunks but the last are full.
    const start = Math.max(0, Math.floor((from - this.#firstTick) / CHUNK_ROWS));
    for (let i = start; i < this.#chunks.length; i++) {
      const chunk = this.#chunks[i]!;
      const first = Math.max(0, from - chunk.firstTick);
      if (chunk.firstTick >= to) return;
      const end = Math.min(chunk.rows, to - chunk.firstTick);
      if (first >= end) continue;
      const place = at + chunk.firstTick + first - from;
      let next = slots.from;
      if (!slots.isAdded) chunk.copy(slot + next++, first, end, out, place);
      for (; next < slots.to; next++) chunk.add(slot + next, first, end, out, place);
    }
  }
}

/** Hands out columns from large pieces of memory: thousands of small arrays cost more than what is in them. */
class Columns {
  #memory = new Float64Array(0);
  #used = 0;

  /** A column of zeros. */
  take(length: number): Float64Array {
    if (this.#used + length > this.#memory.length) {
      this.#memory = new Float64Array(Math.max(length, PIECE));
      this.#used = 0;
    }
    return this.#memory.subarray(this.#used, (this.#used += length));
  }
}

/** Times of the ticks `[from, to)`. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly times: Float64Array;
}

/** What was read of a part. */
interface Read extends Series {
  readonly track: Track;
  readonly part: Part;
}

function roomFor(used: number): number {
  return Math.ceil(used * (1 + SPARE_SHARE)) + SPARE_SLOTS;
}

/** The first index whose time is not before `timeMs`. */
function firstBefore(times: Float64Array, timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
