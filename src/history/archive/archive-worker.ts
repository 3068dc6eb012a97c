/** The worker thread of the archive: does the one job that it is started with, says what became of it, and ends. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../base/errors.js';
import { runJob, type Job } from './jobs.js';
import type { WorkerAnswer } from './worker-workshop.js';

try {
  // On Linux this is the thread's own: whatever else runs comes first, pages above all.
  if (process.platform === 'linux') setPriority(0, 19);
} catch {
  // It is a courtesy.
}

runJob(workerData as Job).then(
  (result) => say({ result }),
  (error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    say({ problem: messageOf(error), ...(code === undefined ? {} : { code }) });
  },
);

function say(answer: WorkerAnswer): void {
  parentPort?.postMessage(answer);
}
