/**
 * Writes one Parquet file, a row group at a time, straight to disk: what is in memory is one group. Whole numbers are
 * DELTA_BINARY_PACKED, floats BYTE_STREAM_SPLIT, text plain or from a dictionary, all within gzip, so that every engine
 * reads them. Synchronous: for the worker thread and for commands, never for the event loop of the sidecar.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** How a column is stored. */
export type ColumnType = 'INT32' | 'INT64' | 'DOUBLE' | 'TEXT';

/** A column; never null. */
export interface ColumnSpec {
  readonly name: string;
  readonly type: ColumnType;
  /** Whether each group says its least and greatest value. */
  readonly hasRange?: boolean;
}

/** Values of one group: one array for each column, all of the same length. */
export type ColumnValues = Int32Array | Float64Array | BigInt64Array | readonly string[];

const ENCODING = {
  INT32: 'DELTA_BINARY_PACKED',
  INT64: 'DELTA_BINARY_PACKED',
  DOUBLE: 'BYTE_STREAM_SPLIT',
  TEXT: undefined,
} as const;

/** Where the bytes of a table go, in order. */
export interface TableSink {
  /** The bytes are the writer's again when it returns. */
  write(bytes: Uint8Array): void;
  /** After the last of them. */
  finish(): void;
}

/** A table in pieces. States: open -> finished. */
export class TableEncoder {
  readonly #columns: readonly ColumnSpec[];
  readonly #sink: TableSink;
  readonly #bytes: ByteWriter;
  readonly #writer: ParquetWriter;
  #rows = 0;

  /** All of its functions throw what the sink throws. */
  constructor(sink: TableSink, columns: readonly ColumnSpec[]) {
    this.#columns = columns;
    this.#sink = sink;
    this.#bytes = new ByteWriter(1 << 18);
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)],
      codec: 'GZIP',
      compressors: { GZIP: (page) => gzipSync(page) },
      createdBy: 'quorumscope',
    });
  }

  /** Rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#bytes.offset;
  }

  /** Writes a group. */
  write(values: readonly ColumnValues[]): void {
    const length = values[0]?.length ?? 0;
    if (length === 0) return;
    void this.#writer.write({
      columnData: this.#columns.map(({ name, type, hasRange = false }, i) => ({
        name,
        data: values[i] as Int32Array,
        statistics: hasRange,
        offsetIndex: false,
        ...(ENCODING[type] === undefined ? {} : { encoding: ENCODING[type] }),
      })),
      rowGroupSize: length,
    });
    this.#rows += length;
    this.#flush();
  }

  /** Writes the footer. */
  finish(): void {
    void this.#writer.finish();
    this.#flush();
    this.#sink.finish();
  }

  #flush(): void {
    this.#sink.write(new Uint8Array(this.#bytes.buffer, 0, this.#bytes.index));
    this.#bytes.index = 0;
  }
}

/** A table in a file, which is durable when it is finished. States: open -> finished. */
export class TableWriter extends TableEncoder {
  readonly #file: number;

  /** Makes the file. @throws the error of the system, as all of its functions do */
  constructor(path: string, columns: readonly ColumnSpec[]) {
    const file = openSync(path, 'w', 0o600);
    super({ write: (bytes) => writeWhole(file, bytes), finish: () => fsyncSync(file) }, columns);
    this.#file = file;
  }

  /** Writes the footer; the file is durable then. */
  override finish(): void {
    try {
      super.finish();
    } finally {
      closeSync(this.#file);
    }
  }

  /** Closes a file that nobody wants any more. */
  abandon(): void {
    closeSync(this.#file);
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}

function elementOf({ name, type }: ColumnSpec): SchemaElement {
  return type === 'TEXT'
    ? { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' }
    : { name, type, repetition_type: 'REQUIRED' };
}
