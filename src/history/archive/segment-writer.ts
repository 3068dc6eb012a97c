/**
 * Writes a segment, a series at a time, into a folder beside its place; `finish` makes it durable and moves it there.
 * Until then a crash leaves a folder that the next opening deletes. Synchronous: for the worker thread.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { METRIC_NAME } from '../../promql/labels.js';
import type { ArchivedExemplar } from './exemplar.js';
import {
  FORMAT,
  levels,
  SEGMENT_FILE,
  segmentFolder,
  spanFolder,
  spanMs,
  type Level,
  type Span,
} from './layout.js';
import type { Extremes } from './roll-up.js';
import {
  EXEMPLARS_FILE,
  exemplarColumns,
  extremeColumns,
  extremesFile,
  seriesColumns,
  SERIES_FILE,
  tickColumns,
  TICKS_FILE,
  valueColumns,
  valuesFile,
  viewColumns,
  VIEWS_FILE,
  type SegmentManifest,
  type Store,
} from './segment-tables.js';
import type { SeriesDefinition } from './series-definition.js';
import { TableWriter, type ColumnSpec, type ColumnType, type ColumnValues } from './table-writer.js';
import type { Samples, Ticks } from './tick-columns.js';
import type { ArchivedView } from './archived-view.js';
import { divisorOf, scaled } from './whole-numbers.js';

/** Rows of a group: one series of a day at 5 s. */
const GROUP_ROWS = 20_000;

/** Everything of one series. */
export interface SeriesContent {
  readonly definition: SeriesDefinition;
  readonly values: Readonly<Partial<Record<Level, Samples>>>;
  /** Of gauges. */
  readonly extremes: Readonly<Partial<Record<Level, Extremes>>>;
}

/** Which segment. */
export interface SegmentPlace {
  readonly root: string;
  readonly span: Span;
  readonly beginMs: number;
}

/** What its end is known to hold. */
export type SegmentEnd = Pick<SegmentManifest, 'generation' | 'nextSequence'>;

/** A file that is filled row by row. */
class Table {
  readonly name: string;
  readonly #writer: TableWriter;
  readonly #columns: readonly ColumnSpec[];
  readonly #groupRows: number;
  #buffers: (Int32Array | Float64Array | BigInt64Array | string[])[] = [];
  #used = 0;

  constructor(folder: string, name: string, columns: readonly ColumnSpec[], groupRows = GROUP_ROWS) {
    this.name = name;
    this.#columns = columns;
    this.#groupRows = groupRows;
    this.#writer = new TableWriter(join(folder, name), columns);
    this.#buffers = columns.map(({ type }) => bufferOf(type, groupRows));
  }

  get rows(): number {
    return this.#writer.rows + this.#used;
  }

  get size(): number {
    return this.#writer.size;
  }

  add(...row: readonly (number | string)[]): void {
    for (let i = 0; i < row.length; i++) {
      const buffer = this.#buffers[i]!;
      if (buffer instanceof BigInt64Array) buffer[this.#used] = BigInt(row[i]!);
      else buffer[this.#used] = row[i]!;
    }
    if (++this.#used === this.#groupRows) this.#flush();
  }

  /** Adds the samples of a series: as `add` does, without an argument list for each of millions. */
  addSamples(id: number, { times, values }: Samples, beginMs: number, divisor: number): void {
    for (let from = 0; from < times.length;) {
      const [series, at, out] = this.#buffers as [Int32Array, Int32Array, Int32Array | Float64Array];
      const count = Math.min(times.length - from, this.#groupRows - this.#used);
      series.fill(id, this.#used, this.#used + count);
      for (let i = 0; i < count; i++) {
        at[this.#used + i] = times[from + i]! - beginMs;
        out[this.#used + i] = scaled(values[from + i]!, divisor);
      }
      from += count;
      this.#used += count;
      if (this.#used === this.#groupRows) this.#flush();
    }
  }

  finish(): void {
    this.#flush();
    this.#writer.finish();
  }

  abandon(): void {
    this.#writer.abandon();
  }

  #flush(): void {
    if (this.#used === 0) return;
    const part = this.#buffers.map((buffer): ColumnValues => buffer.slice(0, this.#used));
    this.#writer.write(part);
    this.#used = 0;
    this.#columns.forEach(({ type }, i) => {
      if (type === 'TEXT') this.#buffers[i] = [];
    });
  }
}

function bufferOf(type: ColumnType, rows: number): Int32Array | Float64Array | BigInt64Array | string[] {
  switch (type) {
    case 'TEXT':
      return [];
    case 'DOUBLE':
      return new Float64Array(rows);
    case 'INT64':
      return new BigInt64Array(rows);
    case 'INT32':
      return new Int32Array(rows);
  }
}

/** States: writing -> finished or abandoned. */
export class SegmentWriter {
  readonly #place: SegmentPlace;
  readonly #folder: string;
  readonly #tables = new Map<string, Table>();
  readonly #series: Table;
  #samples = 0;
  #nextSeries = 0;
  #views = 0;
  #exemplars = 0;

  /** Makes the folder. @throws the error of the system, as all of its functions do */
  constructor(place: SegmentPlace) {
    this.#place = place;
    const { root, span, beginMs } = place;
    this.#folder = `${segmentFolder(root, span, beginMs)}.tmp`;
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#series = this.#table(SERIES_FILE, seriesColumns);
  }

  /** When was sampled. */
  ticks({ times, isSampled }: Ticks): void {
    const table = this.#table(TICKS_FILE, tickColumns);
    times.forEach((time, i) => table.add(time - this.#place.beginMs, isSampled[i]!));
  }

  /** Adds a series; numbers must ascend. */
  add({ definition, values, extremes }: SeriesContent): void {
    const { id, labels, kind } = definition;
    const held = levels.flatMap((level) => values[level] ?? []);
    if (held.every(({ times }) => times.length === 0)) return;
    const divisor = divisorOf(held.map((column) => column.values));
    const store: Store = divisor === undefined ? 'decimals' : 'integers';
    const places = levels.flatMap((level) => {
      const column = values[level];
      const first = column === undefined ? -1 : this.#addValues(id, level, store, column, divisor ?? 1);
      const rows = column?.times.length ?? 0;
      if (level === 'samples') return [first, rows];
      return [first, rows, this.#addExtremes(id, level, column, extremes[level])];
    });
    this.#samples += values.samples?.times.length ?? 0;
    this.#nextSeries = Math.max(this.#nextSeries, id + 1);
    const own = labels.entries().filter(([name]) => name !== METRIC_NAME);
    this.#series.add(
      id,
      labels.get(METRIC_NAME),
      JSON.stringify(Object.fromEntries(own)),
      kind,
      divisor ?? 0,
      ...places,
    );
  }

  views(views: Iterable<ArchivedView>): void {
    for (const { verdict, document } of views) {
      this.#table(VIEWS_FILE, viewColumns, 200).add(
        verdict.chain,
        verdict.view,
        verdict.outcome,
        verdict.cause ?? '',
        verdict.leader ?? '',
        verdict.enteredAtUs,
        verdict.decidedAtUs,
        verdict.revision,
        document,
      );
      this.#views++;
    }
  }

  exemplars(exemplars: Iterable<ArchivedExemplar>): void {
    for (const { labels, timeMs, value, traceId, spanId } of exemplars) {
      this.#table(EXEMPLARS_FILE, exemplarColumns, 2_000).add(
        JSON.stringify(Object.fromEntries(labels.entries())),
        timeMs,
        value,
        traceId,
        spanId,
      );
      this.#exemplars++;
    }
  }

  /** Makes the segment durable and puts it in its place, instead of one that is there. */
  finish(end: SegmentEnd): void {
    const { root, span, beginMs } = this.#place;
    for (const table of this.#tables.values()) table.finish();
    const files = Object.fromEntries([...this.#tables.values()].map(({ name, size }) => [name, size]));
    const manifest: SegmentManifest = {
      format: FORMAT,
      beginMs,
      endMs: beginMs + spanMs[span],
      series: this.#series.rows,
      samples: this.#samples,
      nextSeries: this.#nextSeries,
      ...end,
      views: this.#views,
      exemplars: this.#exemplars,
      files,
    };
    writeFileSync(join(this.#folder, SEGMENT_FILE), `${JSON.stringify(manifest)}\n`, {
      mode: 0o600,
      flush: true,
    });
    syncFolder(this.#folder);
    const target = segmentFolder(root, span, beginMs);
    // A folder cannot be replaced in one step: the old one waits under a name that openings put back.
    const old = `${target}.old`;
    rmSync(old, { recursive: true, force: true });
    let hadOld = true;
    try {
      renameSync(target, old);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      hadOld = false;
    }
    renameSync(this.#folder, target);
    syncFolder(dirname(target));
    syncFolder(spanFolder(root, span));
    if (hadOld) rmSync(old, { recursive: true, force: true });
  }

  /** Removes what was written. */
  abandon(): void {
    for (const table of this.#tables.values()) {
      try {
        table.abandon();
      } catch {
        // It was closed before: what counts is that the folder goes.
      }
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #addValues(id: number, level: Level, store: Store, samples: Samples, divisor: number): number {
    if (samples.times.length === 0) return -1;
    const table = this.#table(valuesFile(level, store), valueColumns[store]);
    const first = table.rows;
    table.addSamples(id, samples, this.#place.beginMs, divisor);
    return first;
  }

  #addExtremes(id: number, level: Level, last: Samples | undefined, extremes: Extremes | undefined): number {
    if (last === undefined || extremes === undefined || last.times.length === 0) return -1;
    const table = this.#table(extremesFile(level), extremeColumns);
    const first = table.rows;
    const { min, max, sum, count } = extremes;
    last.times.forEach((time, i) =>
      table.add(id, time - this.#place.beginMs, min[i]!, max[i]!, sum[i]!, count[i]!),
    );
    return first;
  }

  #table(name: string, columns: readonly ColumnSpec[], groupRows?: number): Table {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = new Table(this.#folder, name, columns, groupRows);
      this.#tables.set(name, table);
    }
    return table;
  }
}

/** Makes what happened in a folder durable. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
