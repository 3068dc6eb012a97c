/** Appends records until it is killed; prints the sequence of the last one that is durable. */
import { WallClock } from '../../../src/base/clock.js';
import { Journal } from '../../../src/journal/journal.js';

const folder = process.argv[2]!;
const journal = await Journal.open({ folder, clock: new WallClock(), segmentBytes: 50_000 });
for (;;) {
  for (let i = 0; i < 20; i++) {
    const sequence = journal.nextSequence;
    journal.append(Buffer.from(`${sequence} ${'x'.repeat(sequence % 700)}`));
  }
  const last = journal.nextSequence - 1;
  const result = await journal.flush();
  if (result.ok) process.stdout.write(`durable ${last}\n`);
}
