/**
 * What the domains say about their own work. These belong to the sidecar, not to a node, and are how
 * an operator learns that a figure was withheld: nothing is left out silently.
 */
import { counter } from '../metrics/definition.js';

/**
 * Why a `metric.*` event was not recorded, also the values of the label `reason`: its name, labels or
 * bounds are not valid; its name is ours; it was declared otherwise before, here or by another node; it
 * was not declared; the event does not fit its kind; it has labels that were not declared; a counter
 * cannot take the value; the node has opened as many metrics or series as it may.
 */
export const customRefusals = [
  'invalid',
  'reserved',
  'conflict',
  'undeclared',
  'kind',
  'labels',
  'value',
  'budget',
] as const;

/** The domains' own metrics. */
export const domainMetrics = {
  errors: counter(
    'quorumscope_domain_errors_total',
    'Events that a domain failed on; a defect of the sidecar, contained.',
    ['domain'],
  ),
  negativeSpans: counter(
    'quorumscope_negative_spans_total',
    'Durations not recorded because they came out negative: clocks disagree or went back.',
    ['metric'],
    { limit: 200 },
  ),
  labelsFolded: counter(
    'quorumscope_label_values_folded_total',
    "Times that a label value beyond a node's budget was recorded as `other`.",
    ['label'],
    { limit: 100 },
  ),
  customRefused: counter(
    'quorumscope_custom_metrics_refused_total',
    'Declarations and values of custom metrics that were refused, by reason.',
    ['reason'],
  ),
} as const;
