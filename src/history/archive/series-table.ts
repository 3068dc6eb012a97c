/**
 * Which series a segment holds, and where in its tables: read once from `series.parquet` and kept as arrays. Labels come
 * from the index of the folder; they are read from the table only where the index does not know a number.
 */
import { readFile } from 'node:fs/promises';
import { parquetRead } from 'hyparquet';
import { Labels, METRIC_NAME } from '../../promql/labels.js';
import type { Level } from './layout.js';
import { placeColumns, type PlaceColumn } from './segment-tables.js';
import type { SeriesDefinition, SeriesKind } from './series-definition.js';
import { compressors, type Stretch } from './table-reader.js';

const ABSENT: Stretch = { first: -1, rows: 0 };

/** The series of one segment. */
export class SeriesTable {
  /** Ascending. */
  readonly ids: Int32Array;
  readonly #divisors: Int32Array;
  readonly #places: Readonly<Record<PlaceColumn, Int32Array>>;

  private constructor(
    ids: Int32Array,
    divisors: Int32Array,
    places: Readonly<Record<PlaceColumn, Int32Array>>,
  ) {
    this.ids = ids;
    this.#divisors = divisors;
    this.#places = places;
  }

  /** Reads the table. @throws what the system throws, or an error when it is not what it should be */
  static async read(path: string): Promise<SeriesTable> {
    const read = await readColumns(path, ['series', 'divisor', ...placeColumns]);
    const numbers = (name: string): Int32Array => Int32Array.from(read.get(name) as number[]);
    const places = Object.fromEntries(placeColumns.map((name) => [name, numbers(name)]));
    return new SeriesTable(
      numbers('series'),
      numbers('divisor'),
      places as Readonly<Record<PlaceColumn, Int32Array>>,
    );
  }

  /** Place of a series in this table; -1 where it has none. */
  indexOf(id: number): number {
    let low = 0;
    let high = this.ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ids[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return this.ids[low] === id ? low : -1;
  }

  /** By what its whole numbers are divided; 0 where it is among the decimals. */
  divisor(index: number): number {
    return this.#divisors[index]!;
  }

  /** Where its values of a level are. */
  values(index: number, level: Level): Stretch {
    const first = this.#places[`${level}_first`][index]!;
    return first < 0 ? ABSENT : { first, rows: this.#places[`${level}_rows`][index]! };
  }

  /** Where its extremes of a level are. */
  extremes(index: number, level: Level): Stretch {
    if (level === 'samples') return ABSENT;
    const first = this.#places[`${level}_gauges_first`][index]!;
    return first < 0 ? ABSENT : { first, rows: this.#places[`${level}_rows`][index]! };
  }
}

/** The definitions of all series of a segment, from its own table. */
export async function readDefinitions(path: string): Promise<SeriesDefinition[]> {
  const read = await readColumns(path, ['series', 'name', 'labels', 'kind']);
  const [names, labels, kinds] = ['name', 'labels', 'kind'].map((name) => read.get(name) as string[]);
  return (read.get('series') as number[]).map((id, i) => ({
    id,
    labels: Labels.from([
      ...Object.entries(JSON.parse(labels![i]!) as Record<string, string>),
      [METRIC_NAME, names![i]!],
    ]),
    kind: kinds![i] as SeriesKind,
  }));
}

/** Columns of the whole file: one read, because it is small. */
async function readColumns(path: string, columns: readonly string[]): Promise<Map<string, unknown[]>> {
  const bytes = await readFile(path);
  const whole = new Uint8Array(bytes).buffer;
  const file = { byteLength: whole.byteLength, slice: (from: number, to?: number) => whole.slice(from, to) };
  const found = new Map<string, unknown[]>(columns.map((name) => [name, []]));
  await parquetRead({
    file,
    columns: [...columns],
    compressors,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const column = found.get(columnName)!;
      for (let i = 0; i < columnData.length; i++) column[rowStart + i] = columnData[i];
    },
  });
  return found;
}
