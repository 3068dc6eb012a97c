/**
 * Samples as one flat Parquet file, for whoever wants a range in a table: a row for each sample with its time, metric,
 * labels and value. Written a group at a time; synchronous, for commands.
 */
import { METRIC_NAME } from '../../promql/labels.js';
import { isStale, type Series } from '../../promql/series.js';
import { TableWriter } from './table-writer.js';

const GROUP_ROWS = 20_000;

/** States: open -> finished. */
export class SampleFile {
  readonly #writer: TableWriter;
  readonly #times = new BigInt64Array(GROUP_ROWS);
  readonly #values = new Float64Array(GROUP_ROWS);
  #names: string[] = [];
  #labels: string[] = [];

  /** Makes the file. @throws the error of the system, as all of its functions do */
  constructor(path: string) {
    this.#writer = new TableWriter(path, [
      { name: 'time_ms', type: 'INT64', hasRange: true },
      { name: 'name', type: 'TEXT', hasRange: true },
      { name: 'labels', type: 'TEXT' },
      { name: 'value', type: 'DOUBLE' },
    ]);
  }

  /** Rows so far. */
  get rows(): number {
    return this.#writer.rows + this.#names.length;
  }

  /** Adds the samples of a series, without stale markers. */
  add({ labels, times, values }: Series): void {
    const name = labels.get(METRIC_NAME);
    const own = labels.entries().filter(([label]) => label !== METRIC_NAME);
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
