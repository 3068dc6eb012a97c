// A node that ships to the address given, says when it is connected, fills every buffer on the way, and
// has then nothing left to do. Run it with `--import tsx`.
import { setTimeout as sleep } from 'node:timers/promises';
import { createHooks, ship } from '../../src/hooks.ts';

const hooks = createHooks({ node: 'n', chain: 'c' });
const shipping = ship(hooks, { address: process.argv[2], stallTimeoutUs: 500_000 });
while (!shipping.stats().connected) await sleep(5);
console.log('connected');
while (shipping.stats().bufferedBytes < 1_000_000) {
  for (let view = 0; view < 1_000; view++) hooks.consensus.viewEntered({ view, trigger: 'qc', leader: 'v' });
  await sleep(5);
}
