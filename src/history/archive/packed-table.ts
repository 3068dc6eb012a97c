/**
 * The Parquet table of samples for a stream: packs of series in, bytes out. Compressing and the footer take tens of
 * milliseconds, so whoever must not hold the event loop has it made in a thread of its own, and loads nothing that writes
 * Parquet.
 */
import { Worker } from 'node:worker_threads';
import type { PackedSeries } from './stretches.js';

/** States: open -> finished or closed. */
export interface PackedTable {
  /** What is ready of the document; often nothing. Takes the pack's memory. One call at a time. */
  add(pack: PackedSeries): Promise<Uint8Array>;
  /** The rest of it. */
  finish(): Promise<Uint8Array>;
  /** Whether it is finished or not. */
  close(): void;
}

/** What the thread is sent: a pack, or that there are no more. */
export type TableOrder = { readonly pack: PackedSeries } | 'finish';

/** What it answers to each. */
export type TableAnswer = { readonly bytes: Uint8Array } | { readonly problem: string };

/** Made in a thread. */
export function tableInThread(): PackedTable {
  const worker = new Worker(new URL('./table-worker.js', import.meta.url));
  worker.unref();
  const over = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that makes the table ended with ${code}`)));
  });
  // It ends while nobody waits for it, too.
  over.catch(() => undefined);
  const ask = async (order: TableOrder, moved: readonly ArrayBuffer[]): Promise<Uint8Array> => {
    const next = new Promise<TableAnswer>((resolve) => worker.once('message', resolve));
    worker.postMessage(order, moved);
    const answer = await Promise.race([next, over]);
    if ('problem' in answer) throw new Error(answer.problem);
    return answer.bytes;
  };
  return {
    add: (pack) => ask({ pack }, [pack.timesUs.buffer, pack.values.buffer]),
    finish: () => ask('finish', []),
    close: () => void worker.terminate(),
  };
}
