/** Declaring a domain's metrics: the definition of the metrics room plus the events that feed it. */
import type { EventType } from '../events/vocabulary.js';
import type { MetricDefinition } from '../metrics/definition.js';

/** What may feed a metric; `verdict`: the verdict on a view, reached from all that was said of it (docs/CAUSES.md). */
export type Feeding = EventType | 'hello' | 'verdict';

/** A metric of a domain. */
export type DomainMetric<L extends readonly string[] = readonly string[]> = MetricDefinition<L> & {
  /** The events that change it; docs/METRICS.md lists them and a test holds them true. */
  readonly fedBy: readonly Feeding[];
};

/** A metric with the events that feed it. */
export function fed<L extends readonly string[]>(
  definition: MetricDefinition<L>,
  ...fedBy: readonly Feeding[]
): DomainMetric<L> {
  return { ...definition, fedBy };
}
