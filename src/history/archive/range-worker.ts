/** The thread that reads a range of the archive: gives a pack of samples each time it is asked, and ends when it is ended. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../base/errors.js';
import { readRangeHere, type RangeAnswer, type RangeJob } from './range-reading.js';

try {
  // On Linux this is the thread's own: whatever else runs comes first.
  if (process.platform === 'linux') setPriority(0, 10);
} catch {
  // It is a courtesy.
}

const packs = readRangeHere(workerData as RangeJob);

parentPort?.on('message', () => {
  packs.next().then(
    (step) => {
      const pack = step.done === true ? undefined : step.value;
      say({ pack }, pack === undefined ? [] : [pack.timesUs.buffer, pack.values.buffer]);
    },
    (error: unknown) => say({ problem: messageOf(error) }, []),
  );
});

function say(answer: RangeAnswer, moved: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(answer, moved);
}
