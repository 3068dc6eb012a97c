/**
 * One sealed segment, read: its manifest when it is opened, its list of series and its ticks when they are first asked
 * for, and of its tables the rows that a query needs. It never changes a file.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FORMAT, levels, resolutionMs, SEGMENT_FILE, type Level, type Span } from './layout.js';
import {
  extremesFile,
  SERIES_FILE,
  TICKS_FILE,
  valuesFile,
  type SegmentManifest,
  type Store,
} from './segment-tables.js';
import { SeriesTable } from './series-table.js';
import { TableReader, type Stretch } from './table-reader.js';
import type { Samples, Ticks } from './tick-columns.js';

/** What is read of a stretch: its last sample, or of gauges what lies between. */
export type Aspect = 'last' | 'min' | 'max' | 'sum' | 'count';

/** What to read. */
export interface SegmentRequest {
  /** Ascending. */
  readonly ids: readonly number[];
  readonly level: Level;
  readonly aspect: Aspect;
  readonly fromMs: number;
  readonly toMs: number;
}

/** One series of the answer. */
export interface SegmentColumn extends Samples {
  readonly id: number;
  /** What was read: the level asked for may not be there. */
  readonly level: Level;
  /** The times are those of all ticks within the range. */
  readonly isWhole: boolean;
}

/** A row to read, and where it goes. */
interface Wanted {
  readonly id: number;
  readonly index: number;
  readonly level: Level;
  readonly stretch: Stretch;
  /** Known without reading them. */
  readonly times: Float64Array | undefined;
}

/** One segment. */
export class Segment {
  readonly folder: string;
  readonly span: Span;
  readonly manifest: SegmentManifest;
  readonly #tables = new Map<string, TableReader>();
  #series: Promise<SeriesTable> | undefined;
  #ticks: Promise<SegmentTicks> | undefined;

  private constructor(folder: string, span: Span, manifest: SegmentManifest) {
    this.folder = folder;
    this.span = span;
    this.manifest = manifest;
  }

  /** Opens a segment, whose files must have the sizes they were written with. @throws when it is not whole */
  static async open(folder: string, span: Span): Promise<Segment> {
    const manifest = JSON.parse(await readFile(join(folder, SEGMENT_FILE), 'utf8')) as SegmentManifest;
    if (manifest.format !== FORMAT)
      throw new Error(`its format is ${String(manifest.format)}, ${FORMAT} can be read`);
    for (const [name, bytes] of Object.entries(manifest.files)) {
      const { size } = await stat(join(folder, name));
      if (size !== bytes) throw new Error(`${name} has ${size} bytes, ${bytes} were written`);
    }
    return new Segment(folder, span, manifest);
  }

  has(file: string): boolean {
    return Object.hasOwn(this.manifest.files, file);
  }

  series(): Promise<SeriesTable> {
    this.#series ??= SeriesTable.read(join(this.folder, SERIES_FILE)).catch((error: unknown) => {
      this.#series = undefined;
      throw error;
    });
    return this.#series;
  }

  ticks(): Promise<SegmentTicks> {
    this.#ticks ??= this.#readTicks().catch((error: unknown) => {
      this.#ticks = undefined;
      throw error;
    });
    return this.#ticks;
  }

  /** The samples of those series that are there, in order of number. @throws when a table cannot be read */
  async read(request: SegmentRequest): Promise<SegmentColumn[]> {
    const series = await this.series();
    const ticks = await this.ticks();
    const groups = new Map<string, Wanted[]>();
    for (const id of request.ids) {
      const index = series.indexOf(id);
      const wanted = index < 0 ? undefined : this.#wanted(id, index, series, ticks, request);
      if (wanted === undefined) continue;
      const [file, one] = wanted;
      const group = groups.get(file);
      if (group) group.push(one);
      else groups.set(file, [one]);
    }
    const columns: SegmentColumn[] = [];
    for (const [file, wanted] of groups)
      columns.push(...(await this.#readFile(file, wanted, series, request)));
    return columns.sort((a, b) => a.id - b.id);
  }

  #wanted(
    id: number,
    index: number,
    series: SeriesTable,
    ticks: SegmentTicks,
    { level: asked, aspect, fromMs, toMs }: SegmentRequest,
  ): [string, Wanted] | undefined {
    const hasExtremes = (at: Level): boolean => series.extremes(index, at).first >= 0;
    // Of a counter only the last samples are rolled up: anything else is in its samples.
    const finest = aspect === 'last' || hasExtremes(asked) ? asked : 'samples';
    const level = levelAt(series, index, finest);
    if (level === undefined) return undefined;
    const isExtreme = aspect !== 'last' && hasExtremes(level);
    const extremes = series.extremes(index, level);
    const stretch = isExtreme ? extremes : series.values(index, level);
    const store: Store = series.divisor(index) === 0 ? 'decimals' : 'integers';
    const file = isExtreme ? extremesFile(level) : valuesFile(level, store);
    const all = series.values(index, 'samples').rows === ticks.sampled.length ? ticks.ends(level) : undefined;
    if (all === undefined || all.length !== stretch.rows)
      return [file, { id, index, level, stretch, times: undefined }];
    const from = lowerBound(all, fromMs);
    const to = lowerBound(all, toMs + 1);
    if (from >= to) return undefined;
    const times = all.subarray(from, to);
    return [file, { id, index, level, stretch: { first: stretch.first + from, rows: to - from }, times }];
  }

  async #readFile(
    file: string,
    wanted: readonly Wanted[],
    series: SeriesTable,
    { aspect, fromMs, toMs }: SegmentRequest,
  ): Promise<SegmentColumn[]> {
    const isExtreme = file.endsWith('-gauges.parquet');
    const value = isExtreme ? aspect : 'value';
    const { beginMs } = this.manifest;
    const columns: SegmentColumn[] = [];
    const table = this.#table(file);
    const take = (
      { id, index, level }: Wanted,
      times: Float64Array,
      values: Float64Array,
      isWhole: boolean,
    ): void => {
      const divisor = isExtreme ? 0 : series.divisor(index);
      if (divisor > 1) for (let i = 0; i < values.length; i++) values[i]! /= divisor;
      columns.push({ id, level, times, values, isWhole });
    };
    const whole = wanted.filter(({ times }) => times !== undefined);
    const read = await table.read(
      [value],
      whole.map(({ stretch }) => stretch),
    );
    whole.forEach((one, i) => take(one, one.times!, read[i]![0]!, true));
    const parts = wanted.filter(({ times }) => times === undefined);
    const both = await table.read(
      ['at', value],
      parts.map(({ stretch }) => stretch),
    );
    parts.forEach((one, i) => {
      const [times, values] = both[i] as [Float64Array, Float64Array];
      for (let row = 0; row < times.length; row++) times[row]! += beginMs;
      const from = lowerBound(times, fromMs);
      const to = lowerBound(times, toMs + 1);
      if (from < to) take(one, times.subarray(from, to), values.subarray(from, to), false);
    });
    return columns;
  }

  async #readTicks(): Promise<SegmentTicks> {
    const table = this.#table(TICKS_FILE);
    const rows = await table.rowCount();
    const [[at, isSampled]] = (await table.read(['at', 'is_sampled'], [{ first: 0, rows }])) as [
      [Float64Array, Float64Array],
    ];
    const { beginMs } = this.manifest;
    return new SegmentTicks({
      times: at.map((offset) => offset + beginMs),
      isSampled: Uint8Array.from(isSampled),
    });
  }

  #table(name: string): TableReader {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = new TableReader(join(this.folder, name), this.manifest.files[name] ?? 0);
      this.#tables.set(name, table);
    }
    return table;
  }
}

/** When a segment was sampled. */
export class SegmentTicks {
  readonly all: Ticks;
  /** Times at which was sampled. */
  readonly sampled: Float64Array;
  readonly #ends = new Map<Level, Float64Array>();

  constructor(all: Ticks) {
    this.all = all;
    this.sampled = all.times.filter((_, i) => all.isSampled[i] === 1);
    this.#ends.set('samples', this.sampled);
  }

  /** The last time at which was sampled in each stretch of a level. */
  ends(level: Level): Float64Array {
    let ends = this.#ends.get(level);
    if (ends === undefined) {
      const { sampled } = this;
      const resolution = resolutionMs[level];
      const stretchOf = (i: number): number => Math.ceil(sampled[i]! / resolution);
      ends = sampled.filter((_, i) => i + 1 === sampled.length || stretchOf(i) !== stretchOf(i + 1));
      this.#ends.set(level, ends);
    }
    return ends;
  }
}

/** The level asked for, or the next coarser one where it is no longer there, or else the coarsest there is. */
function levelAt(series: SeriesTable, index: number, asked: Level): Level | undefined {
  const coarser = levels.slice(levels.indexOf(asked));
  const finer = levels.slice(0, levels.indexOf(asked)).reverse();
  return [...coarser, ...finer].find((level) => series.values(index, level).first >= 0);
}

function lowerBound(times: Float64Array, timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
