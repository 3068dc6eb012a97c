/** A range as one Parquet file, the table that `quorumscope export --format parquet` writes: a row group at a time. */
import type { RangeEncoder } from './export/range.js';
import { SampleTable } from './history/archive/sample-file.js';

export const parquetRange: RangeEncoder = {
  format: 'parquet',
  contentType: 'application/vnd.apache.parquet',
  async *encode({ series }) {
    let pieces: Buffer[] = [];
    const table = SampleTable.inPieces((bytes) => pieces.push(bytes));
    for await (const { series: one, blocks } of series) {
      for await (const { timesUs, values } of blocks) {
        const times = Float64Array.from(timesUs, (us) => us / 1000);
        table.addSamples(one.name, one.labels, times, Float64Array.from(values));
        yield* pieces;
        pieces = [];
      }
    }
    table.finish();
    yield* pieces;
  },
};
