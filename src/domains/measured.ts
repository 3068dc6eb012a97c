/**
 * Gauges that show what an event last said, field by field. A field that the event leaves out keeps
 * its gauge as it was; a new run clears them all, because they spoke of a process that is no more.
 */
import type { Gauge } from '../metrics/series.js';

/** One gauge per numeric field of `E`; `read` gives the value in the unit of the metric. */
export class MeasuredGauges<E> {
  readonly #gauges: readonly {
    readonly read: (event: E) => number | undefined;
    readonly gauge: Gauge;
  }[];

  constructor(...gauges: readonly (readonly [read: (event: E) => number | undefined, gauge: Gauge])[]) {
    this.#gauges = gauges.map(([read, gauge]) => ({ read, gauge }));
  }

  show(event: E): void {
    for (const { read, gauge } of this.#gauges) {
      const value = read(event);
      if (value !== undefined) gauge.set(value);
    }
  }

  clear(): void {
    for (const { gauge } of this.#gauges) gauge.clear();
  }
}
