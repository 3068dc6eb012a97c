/** The thread that makes a Parquet table of samples: answers each order with the bytes that are ready, until it is ended. */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../base/errors.js';
import type { TableAnswer, TableOrder } from './packed-table.js';
import { tableHere } from './table-here.js';

const table = tableHere();

parentPort?.on('message', (order: TableOrder) => {
  const answer = order === 'finish' ? table.finish() : table.add(order.pack);
  answer.then(
    (bytes) => say({ bytes }),
    (error: unknown) => say({ problem: messageOf(error) }),
  );
});

function say(answer: TableAnswer): void {
  parentPort?.postMessage(answer);
}
