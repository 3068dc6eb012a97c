/**
 * Metrics that a node keeps itself: custom ones, a library's (libp2p), scraped ones. They travel as
 * events, so that embedded, shipped and replayed sources share one path.
 */
import * as f from './schema.js';
import { domain, event } from './schema.js';

export const metricKinds = ['counter', 'gauge', 'histogram', 'summary'] as const;

const metric = f.id('Name of the metric: letters, digits, `_` and `:`, not starting with a digit.');
const series = f.optional(f.labels('Label values by name.'));

/** The metric family. */
export const metrics = domain('metric', {
  declared: event({
    doc: 'Declares a metric. Needed once per run, before its first value.',
    priority: 'normal',
    fields: {
      metric,
      kind: f.oneOf('Its kind.', metricKinds),
      help: f.optional(f.text('What it means.')),
      unit: f.optional(f.id('Its base unit: seconds, bytes, ratio, ...')),
      labels: f.optional(f.ids('Its label names.')),
      bounds: f.optional(f.bounds('Upper bounds of a histogram.')),
      quantiles: f.optional(f.bounds('Quantiles of a summary, each between 0 and 1.')),
    },
  }),
  changed: event({
    doc: 'A counter or gauge moved by `delta`.',
    priority: 'bulk',
    sampled: true,
    fields: { metric, delta: f.number('By how much; negative for gauges only.'), labels: series },
  }),
  observed: event({
    doc: 'A value for a histogram or summary.',
    priority: 'bulk',
    sampled: true,
    fields: { metric, value: f.number('The value, in the declared unit.'), labels: series },
  }),
  sampled: event({
    doc: 'A counter or gauge stands at `value`.',
    priority: 'bulk',
    fields: { metric, value: f.number('The value, in the declared unit.'), labels: series },
  }),
  withdrawn: event({
    doc: 'A gauge is not known any more: it is shown no longer, until it is sampled again.',
    priority: 'normal',
    fields: { metric, labels: series },
  }),
});
