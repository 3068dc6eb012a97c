/**
 * Samples as one flat Parquet file, for whoever wants a range in a table: a row for each sample with its time, metric,
 * labels and value. Written a group at a time: into a file, which is synchronous and for commands, or in pieces for a stream.
 */
import { METRIC_NAME } from '../../promql/labels.js';
import { isStale, type Series } from '../../promql/series.js';
import { TableEncoder, TableWriter, type ColumnSpec } from './table-writer.js';

const GROUP_ROWS = 20_000;

const columns: readonly ColumnSpec[] = [
  { name: 'time_ms', type: 'INT64', hasRange: true },
  { name: 'name', type: 'TEXT', hasRange: true },
  { name: 'labels', type: 'TEXT' },
  { name: 'value', type: 'DOUBLE' },
];

/** The table of samples, wherever it goes. States: open -> finished. */
export class SampleTable {
  readonly #writer: TableEncoder;
  readonly #times = new BigInt64Array(GROUP_ROWS);
  readonly #values = new Float64Array(GROUP_ROWS);
  #names: string[] = [];
  #labels: string[] = [];

  /** All of its functions throw what the writer throws. */
  protected constructor(writer: TableEncoder) {
    this.#writer = writer;
  }

  /** Hands over bytes as groups are full. */
  static inPieces(taken: (bytes: Buffer) => void): SampleTable {
    const sink = {
      write: (bytes: Uint8Array): void => taken(Buffer.from(bytes)),
      finish: (): void => undefined,
    };
    return new SampleTable(new TableEncoder(sink, columns));
  }

  /** Rows so far. */
  get rows(): number {
    return this.#writer.rows + this.#names.length;
  }

  /** Adds the samples of a series, without stale markers. */
  add({ labels, times, values }: Series): void {
    const own = labels.entries().filter(([label]) => label !== METRIC_NAME);
    this.addSamples(labels.get(METRIC_NAME), own, times, values);
  }

  /** Adds samples at `times`, milliseconds since the epoch, of the series of a name and its labels without the name. */
  addSamples(
    name: string,
    own: readonly (readonly [string, string])[],
    times: ArrayLike<number>,
    values: Float64Array,
  ): void {
    const text = JSON.stringify(Object.fromEntries(own));
    for (let i = 0; i < times.length; i++) {
      if (isStale(values, i)) continue;
      const row = this.#names.length;
      this.#times[row] = BigInt(times[i]!);
      this.#values[row] = values[i]!;
      this.#names.push(name);
      this.#labels.push(text);
      if (row + 1 === GROUP_ROWS) this.#flush();
    }
  }

  finish(): void {
    this.#flush();
    this.#writer.finish();
  }

  #flush(): void {
    const rows = this.#names.length;
    if (rows === 0) return;
    this.#writer.write([this.#times.slice(0, rows), this.#names, this.#labels, this.#values.slice(0, rows)]);
    this.#names = [];
    this.#labels = [];
  }
}

/** The table in a file. */
export class SampleFile extends SampleTable {
  /** Makes the file. @throws the error of the system, as all of its functions do */
  constructor(path: string) {
    super(new TableWriter(path, columns));
  }
}
