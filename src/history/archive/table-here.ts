/** The Parquet table of samples, made in the thread that asks: for the thread of `packed-table.ts`, and for tests. */
import type { PackedTable } from './packed-table.js';
import { SampleTable } from './sample-file.js';

/** A table without a thread of its own. */
export function tableHere(): PackedTable {
  let pieces: Buffer[] = [];
  const table = SampleTable.inPieces((bytes) => pieces.push(bytes));
  const taken = (): Promise<Uint8Array> => {
    const bytes = Buffer.concat(pieces);
    pieces = [];
    return Promise.resolve(bytes);
  };
  return {
    add: ({ series, timesUs, values }) => {
      for (const { name, labels, from, to } of series) {
        const times = timesUs.subarray(from, to).map((us) => us / 1000);
        table.addSamples(name, labels, times, values.subarray(from, to));
      }
      return taken();
    },
    finish: () => {
      table.finish();
      return taken();
    },
    close: () => undefined,
  };
}
