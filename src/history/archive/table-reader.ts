/**
 * Reads stretches of rows from one Parquet file of numbers. The footer is read once and kept as a few arrays, because a
 * day of samples has thousands of groups; of the rows only the groups that hold them are read and unpacked.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type FileMetaData } from 'hyparquet';

/** Rows from `first` on. */
export interface Stretch {
  readonly first: number;
  readonly rows: number;
}

/** How pages are unpacked. */
export const compressors = { GZIP: (page: Uint8Array): Uint8Array => gunzipSync(page) };

type Elements = FileMetaData['schema'];
type Group = FileMetaData['row_groups'][number];
type Chunk = NonNullable<Group['columns'][number]['meta_data']>;

interface Footer {
  /** First row of each group, and the number of rows behind the last. */
  readonly firsts: Float64Array;
  readonly columns: ReadonlyMap<string, ColumnFooter>;
}

interface ColumnFooter {
  readonly element: Elements[number];
  readonly sample: Chunk;
  readonly offsets: Float64Array;
  readonly sizes: Float64Array;
}

/** Groups unpacked before their rows are copied out. */
const GROUPS_AT_ONCE = 16;

/** One file. */
export class TableReader {
  readonly #path: string;
  readonly #size: number;
  #footer: Promise<Footer> | undefined;

  /** @param size that the file must have */
  constructor(path: string, size: number) {
    this.#path = path;
    this.#size = size;
  }

  /**
   * The values of columns in each stretch: `[stretch][column]`. Stretches ascend and do not overlap.
   * @throws what the system throws, or an error when the file is not what it should be
   */
  async read(columns: readonly string[], stretches: readonly Stretch[]): Promise<Float64Array[][]> {
    const out = stretches.map(({ rows }) => columns.map(() => new Float64Array(rows)));
    if (stretches.length === 0) return out;
    const handle = await open(this.#path, 'r');
    try {
      const file = await this.#buffer(handle);
      const footer = await this.#footerOf(file);
      const groups = groupsOf(footer.firsts, stretches);
      for (let from = 0; from < groups.length; from += GROUPS_AT_ONCE)
        await readGroups(file, footer, groups.slice(from, from + GROUPS_AT_ONCE), columns, stretches, out);
    } finally {
      await handle.close();
    }
    return out;
  }

  /** How many rows there are. */
  async rowCount(): Promise<number> {
    const handle = await open(this.#path, 'r');
    try {
      return (await this.#footerOf(await this.#buffer(handle))).firsts.at(-1) ?? 0;
    } finally {
      await handle.close();
    }
  }

  async #buffer(handle: FileHandle): Promise<AsyncBuffer> {
    const { size } = await handle.stat();
    if (size !== this.#size) throw new Error(`${this.#path} has ${size} bytes, ${this.#size} were written`);
    return bufferOf(handle, size);
  }

  #footerOf(file: AsyncBuffer): Promise<Footer> {
    this.#footer ??= readFooter(file).catch((error: unknown) => {
      this.#footer = undefined;
      throw error;
    });
    return this.#footer;
  }
}

/** A file as the Parquet library reads it. */
export function bufferOf(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    slice: async (from, to = byteLength) => {
      const bytes = new Uint8Array(to - from);
      for (let got = 0; got < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, got, bytes.length - got, from + got);
        if (bytesRead === 0) throw new Error('the file ends before its footer says so');
        got += bytesRead;
      }
      return bytes.buffer;
    },
  };
}

async function readFooter(file: AsyncBuffer): Promise<Footer> {
  const { row_groups: groups, schema } = await parquetMetadataAsync(file);
  const firsts = new Float64Array(groups.length + 1);
  groups.forEach(({ num_rows: rows }, i) => (firsts[i + 1] = firsts[i]! + Number(rows)));
  const columns = new Map<string, ColumnFooter>();
  schema.slice(1).forEach((element, place) => {
    const chunks = groups.map((group) => group.columns[place]!.meta_data!);
    const [sample] = chunks;
    if (sample === undefined) return;
    columns.set(element.name, {
      element,
      sample,
      offsets: Float64Array.from(chunks, (chunk) => Number(chunk.data_page_offset)),
      sizes: Float64Array.from(chunks, (chunk) => Number(chunk.total_compressed_size)),
    });
  });
  return { firsts, columns };
}

/** The groups in which the stretches are, ascending. */
function groupsOf(firsts: Float64Array, stretches: readonly Stretch[]): number[] {
  const groups: number[] = [];
  let group = 0;
  for (const { first, rows } of stretches) {
    while (group < firsts.length - 2 && firsts[group + 1]! <= first) group++;
    for (let at = group; at < firsts.length - 1 && firsts[at]! < first + rows; at++)
      if (groups.at(-1) === undefined || groups.at(-1)! < at) groups.push(at);
  }
  return groups;
}

async function readGroups(
  file: AsyncBuffer,
  { firsts, columns: known }: Footer,
  groups: readonly number[],
  columns: readonly string[],
  stretches: readonly Stretch[],
  out: readonly (readonly Float64Array[])[],
): Promise<void> {
  const used = columns.map((name) => {
    const column = known.get(name);
    if (column === undefined) throw new Error(`there is no column ${name}`);
    return column;
  });
  const rowsOf = (group: number): number => firsts[group + 1]! - firsts[group]!;
  const metadata: FileMetaData = {
    version: 2,
    schema: [{ name: 'root', num_children: used.length }, ...used.map(({ element }) => element)],
    num_rows: BigInt(groups.reduce((sum, group) => sum + rowsOf(group), 0)),
    row_groups: groups.map((group) => ({
      columns: used.map(({ sample, offsets, sizes }) => ({
        file_offset: 0n,
        meta_data: {
          ...sample,
          num_values: BigInt(rowsOf(group)),
          total_compressed_size: BigInt(sizes[group]!),
          data_page_offset: BigInt(offsets[group]!),
        },
      })),
      total_byte_size: 0n,
      num_rows: BigInt(rowsOf(group)),
    })),
    metadata_length: 0,
  };
  // Rows are counted within the groups that are read.
  const starts = new Map<number, number>();
  let start = 0;
  for (const group of groups) {
    starts.set(start, firsts[group]!);
    start += rowsOf(group);
  }
  await parquetRead({
    file,
    metadata,
    columns: [...columns],
    compressors,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const first = starts.get(rowStart);
      if (first === undefined) throw new Error('a group has more than one page');
      const column = columns.indexOf(columnName);
      copyOut(columnData as ArrayLike<number>, first, column, stretches, out);
    },
  });
}

/** Copies the rows of a group, which begins at row `first`, to the stretches that hold them. */
function copyOut(
  data: ArrayLike<number>,
  first: number,
  column: number,
  stretches: readonly Stretch[],
  out: readonly (readonly Float64Array[])[],
): void {
  const end = first + data.length;
  for (let i = firstEndingAfter(stretches, first); i < stretches.length; i++) {
    const stretch = stretches[i]!;
    if (stretch.first >= end) break;
    const from = Math.max(first, stretch.first);
    const to = Math.min(end, stretch.first + stretch.rows);
    const target = out[i]![column]!;
    for (let row = from; row < to; row++) target[row - stretch.first] = data[row - first]!;
  }
}

function firstEndingAfter(stretches: readonly Stretch[], row: number): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { first, rows } = stretches[middle]!;
    if (first + rows <= row) low = middle + 1;
    else high = middle;
  }
  return low;
}
