/**
 * Metrics that a node keeps itself (`metric.*`): declared once, then changed, observed or sampled. They
 * appear under their own name with the node's labels first.
 *
 * A name of ours cannot be taken, a name belongs to the first declaration, and every refusal is counted
 * with its reason. A counter sampled as a total follows its source across resets; a new run of the
 * node is one.
 */
import type { EventMap } from '../../events/vocabulary.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import type { customRefusals } from '../domain-metrics.js';
import { customDefinition, type CustomNames } from './names.js';
import { CustomSeries } from './series.js';

/** Custom metrics of one node, and their series: no node may spend what others need. */
const MOST_METRICS = 500;
const MOST_SERIES = 2_000;

type Refusal = (typeof customRefusals)[number];

/** Records what the declarations of this node allow. */
export function observeCustom({ series }: NodeScope, names: CustomNames): NodeObserver {
  const metrics = new Map<string, CustomSeries>();
  let opened = 0;
  const mayOpen = (): boolean => opened++ < MOST_SERIES;
  const settle = (refusal: Refusal | undefined): void => {
    if (refusal !== undefined) series.refuseCustom(refusal);
  };
  const declare = (event: EventMap['metric.declared']): Refusal | undefined => {
    const definition = customDefinition(event);
    if (definition === undefined) return 'invalid';
    const known = metrics.get(event.metric);
    if (known === undefined && metrics.size >= MOST_METRICS) return 'budget';
    const refusal = names.claim(definition);
    if (refusal === undefined && known === undefined)
      metrics.set(event.metric, new CustomSeries(series, definition, mayOpen));
    return refusal;
  };
  const record = (name: string, use: (metric: CustomSeries) => Refusal | undefined): void => {
    const metric = metrics.get(name);
    settle(metric === undefined ? 'undeclared' : use(metric));
  };
  return {
    handlers: {
      'metric.declared': (event) => settle(declare(event)),
      'metric.changed': (event) => record(event.metric, (metric) => metric.change(event)),
      'metric.observed': (event) => record(event.metric, (metric) => metric.observe(event)),
      'metric.sampled': (event) => record(event.metric, (metric) => metric.sample(event)),
      'metric.withdrawn': (event) => record(event.metric, (metric) => metric.withdraw(event)),
    },
    hello: (_hello, isNewRun) => {
      if (isNewRun) for (const metric of metrics.values()) metric.begin();
    },
  };
}
