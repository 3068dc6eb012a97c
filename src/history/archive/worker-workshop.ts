/**
 * Does jobs in a worker thread, which lives for one job: what it took of memory is given back, and sealing happens
 * once an hour.
 */
import { Worker } from 'node:worker_threads';
import type { Job, ResultOf, Workshop } from './jobs.js';

/** What the worker says at its end. */
export type WorkerAnswer =
  { readonly result: ResultOf<Job> } | { readonly problem: string; readonly code?: string };

/** Memory of the worker beyond which it fails instead of growing, MiB. */
const MOST_MEMORY = 256;
/**
 * What is new and short-lived, MiB: V8 would take up to 48 before it collects any, which is more than all else that a seal
 * holds.
 */
const YOUNG_MEMORY = 6;

/** One thread at a time. */
export class WorkerWorkshop implements Workshop {
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  run<J extends Job>(job: J): Promise<ResultOf<J>> {
    const mine = this.#last.then(() => this.#start(job));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  async #start<J extends Job>(job: J): Promise<ResultOf<J>> {
    if (this.#isClosed) throw new Error('the archive is being closed');
    const worker = new Worker(new URL('./archive-worker.js', import.meta.url), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY, maxYoungGenerationSizeMb: YOUNG_MEMORY },
    });
    worker.unref();
    this.#worker = worker;
    try {
      const answer = await new Promise<WorkerAnswer>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', (code) => reject(new Error(`the worker of the archive ended with ${code}`)));
      });
      if ('problem' in answer) throw Object.assign(new Error(answer.problem), { code: answer.code });
      return answer.result as ResultOf<J>;
    } finally {
      this.#worker = undefined;
      void worker.terminate();
    }
  }
}
