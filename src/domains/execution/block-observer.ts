/** Executed blocks of one node, and transaction results made durable. */
import type { NodeObserver, NodeScope } from '../domain.js';
import { blockMetrics as m } from './catalogue.js';

/** Blocks executed, results persisted. */
export function observeBlocks({ series }: NodeScope): NodeObserver {
  const blocks = series.counter(m.blocks);
  const duration = series.histogram(m.blockDuration);
  const fuel = series.histogram(m.blockFuel);
  const fuelRatio = series.histogram(m.blockFuelRatio);
  const failedFuel = series.counter(m.failedBlockFuel);
  const succeeded = series.counter(m.transactions, 'ok');
  const failed = series.counter(m.transactions, 'failed');
  const height = series.gauge(m.executedHeight);
  const results = series.counter(m.results);
  const endToEnd = series.span(m.endToEnd);
  return {
    handlers: {
      'execution.block_executed': (event) => {
        const used = Number(event.fuel_used);
        const limit = Number(event.fuel_limit ?? 0);
        const failures = Math.min(event.failed ?? 0, event.transactions);
        blocks.add();
        duration.observe(event.duration_us / 1e6);
        fuel.observe(used);
        if (limit > 0) fuelRatio.observe(used / limit);
        if (event.failed_fuel !== undefined) failedFuel.add(Number(event.failed_fuel));
        succeeded.add(event.transactions - failures);
        failed.add(failures);
        height.set(event.height);
      },
      'execution.result_persisted': (event) => {
        results.add(event.weight ?? 1);
        if (event.submitted_at_us !== undefined)
          endToEnd.observeUs(event.ts_us - event.submitted_at_us, event.weight);
      },
    },
  };
}
