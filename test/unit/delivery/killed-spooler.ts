/** A process that spools numbered parcels until it is killed, and prints each once it is durable. */
import { WallClock } from '../../../src/base/clock.js';
import { createRandom } from '../../../src/base/random.js';
import { Delivery } from '../../../src/delivery/delivery.js';
import { JournalSpool } from '../../../src/delivery/journal-spool.js';
import type { BodyParcel } from '../../../src/delivery/transport.js';
import { Board } from '../../../src/metrics/board.js';

const clock = new WallClock();
const spool = await JournalSpool.open({ folder: process.argv[2]!, limitBytes: 1 << 26, clock });
const delivery = new Delivery<BodyParcel>({
  destination: 'dead',
  transport: {
    send: () => Promise.resolve({ outcome: 'retry', reason: 'unreachable', detail: 'nobody listens' }),
  },
  clock,
  random: createRandom(1),
  board: new Board(),
  spool,
});
for (let number = 0; ; number++) {
  const body = Buffer.from(`${number} ${'x'.repeat(200)}`);
  delivery.offer({ body, points: 1, bytes: body.length });
  // The first attempt decides that everything is spooled.
  if (number === 0) while (delivery.counts.spooled === 0) await new Promise(setImmediate);
  if (number % 20 === 0) {
    await spool.durable();
    process.stdout.write(`${number}\n`);
  }
}
