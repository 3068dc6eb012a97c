/**
 * Reads long ranges of the archive for those who must not hold the event loop: in a thread that lives for one range and
 * works no further ahead than one pack. A few at a time; whoever comes later waits for a place.
 */
import { Worker } from 'node:worker_threads';
import { METRIC_NAME } from '../../promql/labels.js';
import { LabelMatcher } from '../../promql/matchers.js';
import { ArchiveReader } from './archive-reader.js';
import { packedRange, type PackedSeries, type Stretch } from './stretches.js';

/** What is read. */
export interface RangeJob extends Stretch {
  /** The archive's folder. */
  readonly root: string;
  /** Of samples. */
  readonly names: readonly string[];
}

/** Reads a range, pack by pack. */
export type RangeReading = (job: RangeJob, signal: AbortSignal) => AsyncIterable<PackedSeries>;

/** What the thread answers to each message; `pack` is undefined at the end. */
export type RangeAnswer = { readonly pack: PackedSeries | undefined } | { readonly problem: string };

/** Threads at a time. */
const THREADS = 2;
/** Memory of a thread beyond which it fails instead of growing, MiB. */
const MOST_MEMORY = 512;

/** Reads in this thread: for the thread itself, and for tests. */
export async function* readRangeHere(job: RangeJob, signal?: AbortSignal): AsyncGenerator<PackedSeries> {
  if (job.names.length === 0) return;
  const reader = new ArchiveReader({ root: job.root });
  yield* packedRange(reader, [oneOf(job.names)], job, signal);
}

function oneOf(names: readonly string[]): LabelMatcher {
  const matcher = LabelMatcher.create(METRIC_NAME, '=~', names.join('|'));
  if ('problem' in matcher) throw new Error(matcher.problem);
  return matcher;
}

/** Reading in threads. */
export function threadedReading(): RangeReading {
  let running = 0;
  const waiting: (() => void)[] = [];
  const place = async (): Promise<void> => {
    if (running++ >= THREADS) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return async function* (job, signal) {
    await place();
    try {
      signal.throwIfAborted();
      yield* inThread(job, signal);
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}

async function* inThread(job: RangeJob, signal: AbortSignal): AsyncGenerator<PackedSeries> {
  const worker = new Worker(new URL('./range-worker.js', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY },
  });
  worker.unref();
  const end = (): void => void worker.terminate();
  signal.addEventListener('abort', end, { once: true });
  const over = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that reads the archive ended with ${code}`)));
  });
  // It ends while nobody waits for it, too.
  over.catch(() => undefined);
  try {
    for (;;) {
      const next = new Promise<RangeAnswer>((resolve) => worker.once('message', resolve));
      worker.postMessage('next');
      const answer = await Promise.race([next, over]);
      if ('problem' in answer) throw new Error(answer.problem);
      if (answer.pack === undefined) return;
      yield answer.pack;
    }
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}
