/** The thread of `EncodingThread`: it passes on what is asked, and hands over what was encoded. */
import { parentPort } from 'node:worker_threads';
import { EncodingRoom, type EncodingRequest } from './encoding-room.js';

const room = new EncodingRoom((answer) => {
  parentPort!.postMessage(answer, 'parcels' in answer ? [answer.parcels.bytes.buffer as ArrayBuffer] : []);
});
parentPort!.on('message', (request: EncodingRequest) => void room.take(request));
