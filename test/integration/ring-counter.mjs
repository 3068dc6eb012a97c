// The worker's side of an embedded sidecar, as a test needs it: counts the lines that come through the ring,
// and posts the count when the node has closed.
import { parentPort } from 'node:worker_threads';
import { readBatches } from '../../src/attach/hooks/read-batches.ts';
import { WallClock } from '../../src/base/clock.ts';
import { isRingMessage } from '../../src/hooks.ts';

parentPort.on('message', (message) => {
  if (!isRingMessage(message)) return;
  let text = '';
  const feed = {
    write: (chunk) => (text += Buffer.from(chunk).toString('utf8')),
    end: () => parentPort.postMessage(text),
  };
  readBatches(message.ring, feed, new WallClock());
});
parentPort.postMessage('ready');
