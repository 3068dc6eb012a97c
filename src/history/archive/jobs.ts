/** The long work on an archive, by what describes it: what the worker thread is sent, and what it sends back. */
import { merge, type MergeJob, type MergeResult } from './merging.js';
import { seal, type SealJob, type SealResult } from './sealing.js';

/** Something to do. */
export type Job = SealJob | MergeJob;

/** The result of a job. */
export type ResultOf<J extends Job> = J extends SealJob ? SealResult : MergeResult;

/** Does jobs, one after the other. */
export interface Workshop {
  /** Rejects with what went wrong; everything is as it was then. */
  run<J extends Job>(job: J): Promise<ResultOf<J>>;
  /** Ends what is running. */
  close(): Promise<void>;
}

/** Does a job here. */
export async function runJob<J extends Job>(job: J): Promise<ResultOf<J>> {
  return (await (job.kind === 'seal' ? seal(job) : merge(job))) as ResultOf<J>;
}

/** Works in this thread: for commands and tests. */
export const hereWorkshop: Workshop = { run: runJob, close: () => Promise.resolve() };
