/**
 * The worker thread of an embedded sidecar. It builds a sidecar from the configuration that it was started
 * with, reads the rings that nodes send, and ends when it is told to. It never speaks to the node's hooks.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { isRingMessage } from './attach/hooks/attach-worker.js';
import { readBatches, type BatchReader } from './attach/hooks/read-batches.js';
import { WallClock } from './base/clock.js';
import { messageOf } from './base/errors.js';
import type { Logger } from './base/logger.js';
import type { WorkerSays, WorkerStart } from './embedded.js';
import { createSidecar } from './sidecar.js';

const say = (message: WorkerSays): void => parentPort?.postMessage(message);

const speak =
  (level: keyof Logger): Logger[keyof Logger] =>
  (message, fields) =>
    say({ says: 'log', level, message, ...(fields ? { fields } : {}) });

const logger: Logger = {
  debug: speak('debug'),
  info: speak('info'),
  warn: speak('warn'),
  error: speak('error'),
};

async function main({ config }: WorkerStart): Promise<void> {
  const clock = new WallClock();
  const sidecar = createSidecar(config, { clock, logger });
  const readers: BatchReader[] = [];
  await sidecar.start();
  parentPort?.on('message', (message: unknown) => {
    if (isRingMessage(message)) {
      const feed = sidecar.openFeed({ door: 'embedded', peer: message.identity.node });
      readers.push(readBatches(message.ring, feed, clock));
    } else if (message === 'flush') {
      for (const reader of readers) reader.read();
      void sidecar.flush().then(() => say({ says: 'flushed' }));
    } else if (message === 'stop') {
      for (const reader of readers) reader.stop();
      void sidecar.stop().then(() => say({ says: 'stopped' }));
    }
  });
  say({ says: 'started', addresses: sidecar.addresses });
}

main(workerData as WorkerStart).catch((error: unknown) => say({ says: 'failed', reason: messageOf(error) }));
