/** A range as one Parquet file, the table that `quorumscope export --format parquet` writes. Made by whom it is handed. */
import type { Range, RangeEncoder } from './export/range.js';
import type { PackedTable } from './history/archive/packed-table.js';
import type { PackedHead, PackedSeries } from './history/archive/stretches.js';

/** Samples that are handed over together. */
const PACK_SAMPLES = 16_384;

/** The encoder over tables that `open` makes, one for each document. */
export function parquetRange(open: () => PackedTable): RangeEncoder {
  return {
    format: 'parquet',
    contentType: 'application/vnd.apache.parquet',
    async *encode(range) {
      const table = open();
      try {
        for await (const pack of packs(range)) {
          const bytes = await table.add(pack);
          if (bytes.length > 0) yield bytes;
        }
        yield await table.finish();
      } finally {
        table.close();
      }
    },
  };
}

async function* packs({ series }: Range): AsyncGenerator<PackedSeries> {
  let pack = emptyPack();
  let at = 0;
  for await (const { series: one, blocks } of series) {
    for await (const { timesUs, values } of blocks) {
      for (let done = 0; done < values.length;) {
        const end = Math.min(values.length, done + PACK_SAMPLES - at);
        const from = at;
        for (; done < end; done++, at++) {
          pack.timesUs[at] = timesUs[done]!;
          pack.values[at] = values[done]!;
        }
        pack.series.push({ name: one.name, labels: one.labels, from, to: at });
        if (at < PACK_SAMPLES) continue;
        yield pack;
        pack = emptyPack();
        at = 0;
      }
    }
  }
  if (at > 0) yield pack;
}

function emptyPack(): PackedSeries & { readonly series: PackedHead[] } {
  return {
    series: [],
    timesUs: new Float64Array(PACK_SAMPLES),
    values: new Float64Array(PACK_SAMPLES),
  };
}
