/**
 * Runs the example network and ships what its validators state to a sidecar that is already running:
 *
 *   npx quorumscope run                                     (in one terminal)
 *   npx tsx examples/libp2p-node/main.ts [VALIDATORS]       (in another; default 4)
 */
import './node-20.js';
import { ship } from '../../src/hooks.js';
import { startNetwork } from './network.js';

const size = Number(process.argv[2] ?? 4);
if (!Number.isInteger(size) || size < 2 || size > 32) {
  console.error(`VALIDATORS: found '${process.argv[2]}', expected a number from 2 to 32`);
  process.exit(2);
}
const shippings: ReturnType<typeof ship>[] = [];
const network = await startNetwork(
  { chain: 'libp2p-example', size, viewTimeoutUs: 1_000_000, blockPauseMs: 100 },
  (hooks) => void shippings.push(ship(hooks)),
);
console.log(`${size} validators on loopback; Ctrl-C ends them`);
const report = setInterval(() => {
  const heights = network.validators.map(({ counts }) => counts.committedHeight);
  console.log(`committed heights: ${heights.join(' ')}`);
}, 2_000);
process.once('SIGINT', () => {
  clearInterval(report);
  void network.stop().then(() => Promise.all(shippings.map((shipping) => shipping.close())));
});
