/** A process that runs cases, one at a time, as it is told to. */
import { runCase, type CaseOrder } from './case.js';

process.on('message', (order: CaseOrder) => {
  runCase(order).then(
    (result) => process.send?.({ result }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
