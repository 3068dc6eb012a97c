/** The worker of the hooks bench: reads the ring that it is sent, and throws the bytes away. */
import { parentPort } from 'node:worker_threads';
import { readBatches } from '../../src/attach/hooks/read-batches.js';
import { WallClock } from '../../src/base/clock.js';
import { isRingMessage } from '../../src/hooks.js';

parentPort?.on('message', (message: unknown) => {
  if (!isRingMessage(message)) return;
  readBatches(message.ring, { write: () => undefined, end: () => undefined }, new WallClock());
});

parentPort?.postMessage('ready');
